"""Landing packages as the crawlers leave them: folders that are complete once they hold a manifest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1


class DamagedPackage(Exception):  # noqa: N818 - a state of a package, not a fault of the code
    """A package whose files are not what its manifest says; the message tells which and how."""


@dataclass(frozen=True)
class Package:
    """A finished package: its manifest, and the folder it lies in."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def package_id(self) -> str:
        """The name of the folder, which the manifest repeats."""
        return self.folder.name

    def files(self, prefix: str = "items-") -> list[Path]:
        """The data files whose names start so, in order; raises DamagedPackage when one is missing or altered."""
        found = []
        for entry in sorted(self.manifest.get("files", []), key=lambda each: str(each["name"])):
            name = str(entry["name"])
            if not name.startswith(prefix):
                continue
            path = self.folder / name
            if Path(name).name != name or not path.is_file():
                raise DamagedPackage(f"{name} is missing")
            if sha256(path) != entry["sha256"]:
                raise DamagedPackage(f"{name} differs from the checksum in the manifest")
            found.append(path)
        return found

    def time(self, key: str) -> datetime | None:
        """A time of the manifest as UTC without zone."""
        value = self.manifest.get(key)
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return None
        return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment

    def count(self, key: str) -> int | None:
        """The sum of a per-target count (`expected`, `got`); None when no target states it."""
        counts = [each for each in (self.manifest.get(key) or {}).values() if isinstance(each, int)]
        return sum(counts) if counts else None


def sha256(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def finished(landing: Path) -> list[Package]:
    """Every package with a manifest, oldest first; raises nothing: a manifest that cannot be read counts as damaged."""
    packages = []
    for folder in sorted(landing.iterdir()) if landing.is_dir() else []:
        path = folder / "manifest.json"
        if folder.is_dir() and path.is_file():
            packages.append(Package(folder, _manifest(path)))
    return packages


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError:
        return {"damage": "manifest.json is not JSON"}
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), list):
        return {"damage": "manifest.json is not a manifest"}
    if manifest.get("format") != FORMAT:
        return {"damage": f"manifest.json has format {manifest.get('format')!r}, and this version reads {FORMAT}"}
    if manifest.get("package_id") != path.parent.name:
        return {"damage": "manifest.json belongs to another package"}
    return manifest
