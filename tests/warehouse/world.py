"""A small world of invented brands, and landing packages made from it by the contract."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

WATCHLIST: list[dict[str, Any]] = [
    {
        "name": "Nordbrew",
        "aliases": ["Nord Brew"],
        "products": [
            {"id": "nb-1", "name": "Nordbrew One", "aliases": ["NB1"]},
            {"id": "nb-2", "name": "Nordbrew Two", "aliases": []},
        ],
        "competitors": ["Kaffio", "Grindwell"],
        "include": [],
        "exclude": ["Nordbrew festival"],
        "ambiguous": False,
    },
    {
        "name": "Kaffio",
        "aliases": [],
        "products": [{"id": "k-1", "name": "Kaffio Mini", "aliases": []}],
        "competitors": ["Nordbrew"],
        "include": [],
        "exclude": [],
        "ambiguous": False,
    },
    {
        "name": "Bloom",
        "aliases": [],
        "products": [],
        "competitors": [],
        "include": ["coffee", "grinder"],
        "exclude": [],
        "ambiguous": True,
    },
]


def item(native: str, **fields: Any) -> dict[str, Any]:
    """An item of the contract; what is not given is what a plain review of Nordbrew One has."""
    source = fields.pop("source", "product_page")
    record: dict[str, Any] = {
        "item_id": f"{source}:{native}",
        "kind": "review",
        "source": source,
        "url": f"https://shop.example/{native}",
        "brand": "Nordbrew",
        "product_id": "nb-1",
        "product_name": "Nordbrew One",
        "parent_id": None,
        "author_key": f"a-{native}",
        "title": None,
        "body": "A good machine.",
        "lang": "en",
        "rating": None,
        "rating_scale": None,
        "published_at": "2026-03-02T10:00:00Z",
        "edited_at": None,
        "fetched_at": "2026-07-01T00:00:00Z",
        "verified": None,
        "metrics": {},
        "extra": {},
    }
    record.update(fields)
    if record["rating"] is not None and record["rating_scale"] is None:
        record["rating_scale"] = "5 stars"
    return record


class Landing:
    """A landing folder that packages are put into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0

    def put(
        self, items: list[dict[str, Any] | str], *, rejects: list[dict[str, Any]] | None = None, **manifest: Any
    ) -> Path:
        """Write one finished package; a str stands for a line as it is. Returns its folder."""
        self.made += 1
        source = manifest.get("source", "product_page")
        package_id = f"20260701T{self.made:06d}000000-{source}-{self.made:08x}"
        folder = self.folder / package_id
        folder.mkdir(parents=True)
        files = [self._file(folder / "items-00001.jsonl.gz", items)]
        if rejects:
            files.append(self._file(folder / "rejects.jsonl", rejects))
        record: dict[str, Any] = {
            "format": 1,
            "package_id": package_id,
            "source": source,
            "brand": "Nordbrew",
            "targets": ["t"],
            "started_at": "2026-07-01T00:00:00Z",
            "finished_at": "2026-07-01T00:05:00Z",
            "status": "finished",
            "reason": None,
            "expected": {"t": len(items)},
            "got": {"t": len(items)},
            "items": len(items),
            "rejects": len(rejects or []),
            "files": files,
            "state": {},
            "spider": "1",
        }
        record.update(manifest)
        (folder / "manifest.json").write_text(json.dumps(record), encoding="utf-8")
        return folder

    @staticmethod
    def _file(path: Path, lines: list[Any]) -> dict[str, Any]:
        text = "".join(
            (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines
        )
        data = text.encode("utf-8", "surrogatepass")
        path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return {"name": path.name, "rows": len(lines), "bytes": path.stat().st_size, "sha256": digest}


def write_tags(path: Path, tags: list[dict[str, Any]]) -> Path:
    """A file as the tagger writes it."""
    path.write_text("".join(json.dumps(each) + "\n" for each in tags), encoding="utf-8")
    return path


MOMENTS = ("trigger", "research", "encounter", "purchase", "wait", "use", "feedback", "referral", "none")
SENTIMENTS = ("negative", "neutral", "positive")


def tag(
    item_id: str, *sentences: tuple[str, str, str], text: str, version: int = 1, model: str = "m-1", **fields: Any
) -> dict[str, Any]:
    """The tagger's answer for an item; sentences are (words of the text, moment, sentiment), the first gives the
    item's own."""
    placed = []
    for words, moment, sentiment in sentences:
        start = text.index(words)
        placed.append(
            {
                "start": start,
                "end": start + len(words),
                "moment": moment,
                "sentiment": sentiment,
                "moment_probs": [0.92 if each == moment else 0.01 for each in MOMENTS],
                "sentiment_probs": [0.9 if each == sentiment else 0.05 for each in SENTIMENTS],
            }
        )
    moment, sentiment = (sentences[0][1], sentences[0][2]) if sentences else ("none", "neutral")
    record = {
        "id": f"{item_id}@{version}",
        "moment": moment,
        "moments": {moment: {"share": 1.0, "sentiment": sentiment}},
        "sentiment": sentiment,
        "confidence": {"moment": 0.9, "sentiment": 0.8},
        "sentences": placed,
        "lang": "en",
        "status": "ok",
        "model_version": model,
    }
    record.update(fields)
    return record


Contents = dict[str, list[tuple[Any, ...]]]

CLOCKS = {
    "applied_at",
    "loaded_at",
    "replaced_at",
    "tagged_at",
    "first_used_at",
    "activated_at",
    "stored_at",
    "erased_at",
    "refused_at",
}
