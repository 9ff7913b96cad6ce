"""The draft: what a spider yields for one record, its values as the source gave them; the pipelines make an `Item` of
it.

A draft is a dict whose keys are fields of the item, with a few more that the pipelines use up:

* `item_id`, `parent_id`: ids as the service has them; the source's name is put before them;
* `author`: the author's id or name in any form, hashed at landing and never stored;
* `rating` with `rating_best`, `rating_worst`: any form, any scale; `rating_scale` names a scale other than by its best;
* `published_at`, `edited_at`: any form of date, read with `date_lang` ("en-US"), `date_order` ("DMY") and `zone`;
* `markup`: "auto" (HTML or plain), "html", "bbcode" or "markdown", of title and body;
* `metrics`, `extra`: maps; values that are null are left out;
* `deleted`: true for the notice that the service has removed the item.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

#: The names that a draft may have.
# fmt: off
FIELDS = frozenset({
    "item_id", "parent_id", "kind", "url", "brand", "product_id", "product_name", "author", "title", "body", "markup",
    "lang", "rating", "rating_best", "rating_worst", "rating_scale", "published_at", "edited_at", "date_lang",
    "date_order", "zone", "verified", "metrics", "extra", "deleted",
})
# fmt: on


Field = str | Callable[[Any], Any]


class Draft(dict[str, Any]):
    """One record on its way to an item: `target` is what it was found under, `raw` the payload it was read from."""

    __slots__ = ("raw", "target")

    def __init__(self, target: str, raw: Any, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(values or {})
        self.target = target
        self.raw = raw


def pick(record: Any, path: str) -> Any:
    """The value at a dotted path ("a.b|c.0.d": alternatives by `|`, list positions as numbers); None where there is
    none.
    """
    for alternative in path.split("|"):
        value = record
        for step in alternative.split("."):
            if isinstance(value, Mapping):
                value = value.get(step)
            elif (
                isinstance(value, list | tuple) and step.lstrip("-").isdigit() and -len(value) <= int(step) < len(value)
            ):
                value = value[int(step)]
            else:
                value = None
            if value is None:
                break
        if value is not None and value != "":
            return value
    return None


def fill(draft: Draft, record: Any, fields: Mapping[str, Field]) -> None:
    """Set the draft's fields from a record by a mapping of field name → path or function of the record.

    A name with a dot ("metrics.helpful", "extra.version") goes into that map of the draft. A function that fails on a
    record leaves its field null; the validation then judges the item.
    """
    for name, where in fields.items():
        if isinstance(where, str):
            value = pick(record, where)
        else:
            try:
                value = where(record)
            except (KeyError, IndexError, TypeError, ValueError, AttributeError):
                value = None
        if value is None:
            continue
        group, _, key = name.partition(".")
        if key:
            draft.setdefault(group, {})[key] = value
        else:
            draft[name] = value


def mark_of(text: str) -> int:
    """64 bits of a text; small enough to hold a million in memory."""
    return int(digest(text)[:16], 16)


def digest(*parts: object) -> str:
    """A stable short hash (20 hex digits) of any values, for ids of records that have none."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
