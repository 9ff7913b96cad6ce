"""The item: the one record type that leaves this room, whatever the source.

Promise: an `Item` that `validate` accepts can be written as one JSON line by `to_json` and read back by `from_json`
unchanged; timestamps are aware UTC datetimes in memory and ISO 8601 with `Z` in JSON; ratings lie in 0…1.
A record that breaks the contract raises `InvalidItem`, which names the field and the reason, and never leaves as an
item.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

KINDS = ("review", "video", "comment", "post", "question")

#: Longest values that leave the room, in characters; longer ones are cut where text is made, refused here.
MAX_ID, MAX_URL, MAX_TITLE, MAX_BODY = 400, 2_000, 1_000, 100_000

_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TIMES = ("published_at", "edited_at", "fetched_at")


class InvalidItem(ValueError):  # noqa: N818
    """A record that breaks the item contract: `field` is the culprit, `reason` says why in a few words."""

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(f"{field_name}: {reason}")
        self.field = field_name
        self.reason = reason


@dataclass(slots=True)
class Item:
    """One review, video, comment, post or question; the fields are the table of the design document."""

    item_id: str
    kind: str
    source: str
    fetched_at: datetime
    url: str | None = None
    brand: str | None = None
    product_id: str | None = None
    product_name: str | None = None
    parent_id: str | None = None
    author_key: str | None = None
    title: str | None = None
    body: str | None = None
    lang: str | None = None
    rating: float | None = None
    rating_scale: str | None = None
    published_at: datetime | None = None
    edited_at: datetime | None = None
    verified: bool | None = None
    metrics: dict[str, int | float] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def validate(self) -> None:
        """Raise `InvalidItem` for the first part of the contract that this record breaks."""
        self._validate_identity()
        self._validate_text()
        self._validate_rating()
        for name in _TIMES:
            value = getattr(self, name)
            if value is not None and value.utcoffset() is None:
                raise InvalidItem(name, "time without zone")
        if self.lang is not None and not _LANG.fullmatch(self.lang):
            raise InvalidItem("lang", f"not a BCP 47 tag: {self.lang[:40]!r}")
        for name, count in self.metrics.items():
            if isinstance(count, bool) or not isinstance(count, int | float) or not math.isfinite(count):
                raise InvalidItem("metrics", f"{name} is not a finite number")

    def _validate_identity(self) -> None:
        prefix = f"{self.source}:"
        if not self.source or not self.item_id.startswith(prefix) or len(self.item_id) == len(prefix):
            raise InvalidItem("item_id", "no id of the source")
        if len(self.item_id) > MAX_ID:
            raise InvalidItem("item_id", f"longer than {MAX_ID} characters")
        if self.kind not in KINDS:
            raise InvalidItem("kind", f"unknown kind {self.kind!r}")
        if self.url is not None and not (self.url.startswith(("http://", "https://")) and len(self.url) <= MAX_URL):
            raise InvalidItem("url", "not a web address")

    def _validate_text(self) -> None:
        if len(self.title or "") > MAX_TITLE or len(self.body or "") > MAX_BODY:
            raise InvalidItem("body", "longer than the contract allows")
        if not self.title and not self.body and self.rating is None:
            raise InvalidItem("body", "neither title nor body nor rating")

    def _validate_rating(self) -> None:
        if self.rating is None:
            return
        if not 0 <= self.rating <= 1:
            raise InvalidItem("rating", f"{self.rating!r} is not within 0…1")
        if not self.rating_scale:
            raise InvalidItem("rating_scale", "a rating without its scale")

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values, every field of the contract present."""
        record = {f.name: getattr(self, f.name) for f in _FIELDS}
        for name in _TIMES:
            record[name] = iso(record[name])
        return record

    def content(self) -> str:
        """All but the time of fetching as JSON, the keys in order: equal contents are equal texts."""
        record = self.to_json()
        del record["fetched_at"]
        return json.dumps(record, sort_keys=True, ensure_ascii=False)

    def line(self, content: str) -> str:
        """The whole record as a JSON line, given its `content`."""
        return f'{content[:-1]}, "fetched_at": "{iso(self.fetched_at)}"}}'

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Item:
        """The inverse of `to_json`; raises `InvalidItem` for an unknown or unreadable field."""
        unknown = record.keys() - {f.name for f in _FIELDS}
        if unknown:
            raise InvalidItem(min(unknown), "not a field of an item")
        values = dict(record)
        for name in _TIMES:
            if values.get(name) is not None:
                try:
                    values[name] = datetime.fromisoformat(values[name])
                except (TypeError, ValueError):
                    raise InvalidItem(name, f"not a time: {values[name]!r}") from None
        try:
            return cls(**values)
        except TypeError as error:
            raise InvalidItem("item_id", str(error)) from None


_FIELDS = fields(Item)


def iso(moment: datetime | None) -> str | None:
    """An aware datetime as ISO 8601 in UTC with `Z`; None stays None."""
    if moment is None:
        return None
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat().replace("+00:00", "Z")


def now() -> datetime:
    """The present in UTC, whole seconds; the one clock of this room, so that a test can stop it."""
    return datetime.now(UTC).replace(microsecond=0)


def tombstone(item_id: str, fetched_at: datetime) -> dict[str, Any]:
    """The line that says that the service has deleted an item."""
    return {"item_id": item_id, "deleted": True, "fetched_at": iso(fetched_at)}
