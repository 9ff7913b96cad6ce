"""Crawls for other rooms: each is a child process, so that its reactor, its memory and its crash are its own.

Promise: `crawl` raises nothing for a crawl that fails; the outcome says what happened in one sentence and whether
trying again may help. This module imports no Scrapy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.sources import check
from crawlers.watchlist import SourceTask


@dataclass(frozen=True)
class CrawlOutcome:
    """How a crawl ended. `status` is "finished", "incomplete" or "failed"; `reason` is a sentence part, null when
    finished; `transient` says that the same crawl may do better later; `package` is null where nothing could be
    written."""

    package: Path | None
    status: str
    reason: str | None
    items: int
    rejects: int
    transient: bool


def crawl(
    task: SourceTask, *, brand: str | None, landing: Path, home: Path, log_file: Path | None = None
) -> CrawlOutcome:
    """Run one crawl to its end in a child process and return its outcome."""
    with tempfile.TemporaryDirectory(prefix="mot-crawl-") as folder:
        outcome = Path(folder) / "outcome.json"
        command = _command("crawl", task.source, task.targets, task.options, home, log_file)
        command += ["--landing", str(landing.absolute()), "--outcome", str(outcome), "--with-parent"]
        command += ["--brand", brand] if brand else []
        home.mkdir(parents=True, exist_ok=True)
        if log_file:
            log_file.parent.mkdir(parents=True, exist_ok=True)
        finished = _run(command, capture=True)
        try:
            return _outcome(json.loads(outcome.read_text("utf-8")))
        except (OSError, ValueError, KeyError):
            return CrawlOutcome(None, "failed", _ending(finished, log_file), 0, 0, transient=finished.returncode != 2)


def preview(
    source: str,
    targets: Sequence[str],
    options: Mapping[str, Any] | None = None,
    *,
    jsonl: bool = False,
    home: Path | None = None,
    file: Path | None = None,
    log_file: Path | None = None,
) -> int:
    """Crawl for real, print what it yields on standard output and a summary on standard error, store nothing.

    Returns 0 where the crawl was finished, 1 where it was incomplete or failed. With `file`, the first request is
    answered from it. Raises `crawlers.sources.SourceError` for an unknown source.
    """
    check(source)
    command = _command(
        "try", source, targets, options or {}, home or Path(os.environ.get("MOT_HOME") or "data"), log_file
    )
    command += ["--jsonl"] if jsonl else []
    command += ["--file", str(file.absolute())] if file else []
    return _run(command, capture=False).returncode


def _command(
    name: str, source: str, targets: Sequence[str], options: Mapping[str, Any], home: Path, log_file: Path | None
) -> list[str]:
    # Options before `--`: a target may begin with a dash.
    command = [
        sys.executable,
        "-m",
        "crawlers",
        name,
        "--options",
        json.dumps(dict(options)),
        "--home",
        str(home.absolute()),
    ]
    command += ["--log-file", str(log_file.absolute())] if log_file else []
    return [*command, source, *targets]


def _run(command: list[str], *, capture: bool) -> subprocess.CompletedProcess[bytes]:
    # The room is found from any working directory, installed or not.
    paths = [str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    if not capture:
        return subprocess.run(command, env=environment, check=False)
    # The child's standard input says nothing and ends when this process does, however it ends: see `--with-parent`.
    child_end, own_end = os.pipe()
    try:
        return subprocess.run(
            command,
            env=environment,
            check=False,
            stdin=child_end,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    finally:
        os.close(child_end)
        os.close(own_end)


def _outcome(values: dict[str, Any]) -> CrawlOutcome:
    package = values["package"]
    return CrawlOutcome(
        Path(package) if package else None,
        values["status"],
        values["reason"],
        int(values["items"]),
        int(values["rejects"]),
        bool(values["transient"]),
    )


def _ending(finished: subprocess.CompletedProcess[bytes], log_file: Path | None) -> str:
    code = finished.returncode
    how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    lines = (finished.stderr or b"").decode("utf-8", "replace").strip().splitlines()
    said = f": {lines[-1][:300]}" if lines else ""
    return f"the crawl's process {how}{said}" + (f" (log: {log_file})" if log_file else "")
