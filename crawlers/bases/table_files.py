"""Exports of one's own systems as a source: files whose columns are mapped to fields and whose cells are checked.

Promise: a cell that is not what its field needs (no date, a rating off its scale) makes its row a reject with file,
line and reason; a file that cannot be read at all fails by name; neither stops the rows and files after it.
"""

from __future__ import annotations

import codecs
import glob
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawlers.bases.columns import Mapped, mapping
from crawlers.bases.source import Draft, Source, TargetError, pick
from crawlers.bases.tables import FORMATS, SUFFIXES, Broken, Row, TableError, kind_of, read_table
from crawlers.dates import infer_order, parse_date
from crawlers.draft import digest
from crawlers.items import KINDS
from crawlers.ratings import parse_rating

#: Rows that are looked at before the first is given out: what columns there are, and how days and months are written.
AHEAD = 500
MAX_IDS = 2_000_000

_NOTHING = frozenset({"", "null", "none", "nan", "n/a", "na", "#n/a", "-", "–", "nil", "\\n"})
_TRUE = frozenset(
    {
        "true",
        "yes",
        "y",
        "1",
        "x",
        "ja",
        "oui",
        "sí",
        "si",
        "sì",
        "tak",
        "да",
        "はい",
        "verified",
        "verifiziert",
        "vérifié",
        "up",
        "recommended",
        "👍",
    }
)
_FALSE = frozenset(
    {"false", "no", "n", "0", "nein", "non", "nie", "нет", "いいえ", "unverified", "down", "not-recommended", "👎"}
)
_TEXTS = frozenset({"title", "body"})


class CellError(Exception):
    """A cell that is not what its field needs, or a line that is no record: `field`, and the reason as the message."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class TableFiles(Source):
    """Files of records; a target is a path, a folder or a pattern."""

    options_known = (
        "columns", "rating_scale", "rating_worst", "date_format", "date_order", "timezone", "delimiter", "encoding",
        "format", "kind", "lang", "product", "system",
    )  # fmt: skip

    def begin(self, target: str) -> Iterator[Draft]:
        self._check_options()
        for path in paths(target):
            if self.enough(target):
                return
            self.ledger(target).pages += 1
            try:
                yield from self.table(path, target)
            except TableError as error:
                self.ledger(target).fail(str(error))

    def table(self, path: Path, target: str) -> Iterator[Draft]:
        """The drafts of one file; what cannot be one becomes a reject."""
        kind = kind_of(path, self.option("format"))
        rows = read_table(path, kind, self.option("encoding"), self.option("delimiter"))
        ahead = list(islice(rows, AHEAD))
        readable = [row for row in ahead if isinstance(row, Row)]
        names = dict.fromkeys(name for row in readable for name in row.cells)
        if not ahead:
            self.ledger(target).gap(f"{path} holds no rows")
            return
        mapped = mapping(names, self.columns, str(path)) if readable else {}
        used = {name for chosen in mapped.values() for column in chosen for name in (column, column.split(".")[0])}
        for name in names.keys() - used:
            self.count(f"unmapped/{name[:60]}")
        yield from self._drafts(path, target, chain(ahead, rows), _Reader(self, mapped, readable))

    def _drafts(self, path: Path, target: str, rows: Iterable[Row | Broken], reader: _Reader) -> Iterator[Draft]:
        first, good = "", 0
        for row in rows:
            if self.enough(target):
                return
            raw: dict[str, Any] = {"file": path.name, "line": row.line}
            try:
                if isinstance(row, Broken):
                    raw["text"] = row.text
                    raise CellError(None, row.reason)
                raw["row"] = {name: cell for name, cell in row.cells.items() if (name,) != reader.mapped.get("author")}
                values = reader.values(row.cells)
            except CellError as error:
                first = first or f"line {row.line}: {error}"
                self.run.reject(target, str(error), error.field, None, raw)
                continue
            if (draft := self.after(Draft(target, raw, {**self.defaults, **values}), row.cells)) is not None:
                good += 1
                yield draft
        if not good and first:
            self.ledger(target).fail(f"no row of {path} could be read; {first}")

    @property
    def columns(self) -> dict[str, Any]:
        """The option `columns`, with what a command line gives as `columns.body=…`."""
        table = self.option("columns", {})
        if not isinstance(table, dict):
            raise TargetError(f'columns must be a table of field = "column", not {table!r}')
        single = {key[8:]: value for key, value in self.run.options.items() if key.startswith("columns.")}
        return {**table, **single}

    def _check_options(self) -> None:
        """Raise `TargetError` for an option that is of no use."""
        kind, stated = self.option("kind", "review"), self.option("format")
        if kind not in KINDS:
            raise TargetError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
        if stated is not None and stated not in FORMATS:
            raise TargetError(f"format must be one of {', '.join(FORMATS)}, not {stated!r}")
        if self.option("date_order") not in (None, "DMY", "MDY"):
            raise TargetError(f"date_order must be DMY or MDY, not {self.option('date_order')!r}")
        if "%" not in str(self.option("date_format", "%")):
            raise TargetError(f"date_format must be like %d.%m.%Y, not {self.option('date_format')!r}")
        scale = self.option("rating_scale", 5)
        if scale != "thumb" and (isinstance(scale, bool) or not isinstance(scale, int | float) or scale <= 0):
            raise TargetError(f'rating_scale must be the best rating (5, 10, 100) or "thumb", not {scale!r}')
        if len(str(self.option("delimiter", ","))) != 1:
            raise TargetError(f"delimiter must be one character, not {self.option('delimiter')!r}")
        zone_of(self.option("timezone"))
        try:
            codecs.lookup(str(self.option("encoding", "utf-8")))
        except LookupError:
            raise TargetError(
                f"there is no encoding {self.option('encoding')!r}; say for example utf-8, cp1252 or utf-16"
            ) from None


def paths(target: str) -> list[Path]:
    """The files of a target, in order of their names; raises `TargetError` where there is none."""
    path = Path(target).expanduser()
    if path.is_dir():
        suffixes = tuple(end for suffix in SUFFIXES for end in (suffix, f"{suffix}.gz"))
        found = sorted(entry for entry in path.iterdir() if entry.is_file() and entry.name.lower().endswith(suffixes))
        if not found:
            raise TargetError(f"the folder {target} holds no CSV, JSON Lines or Parquet files")
        return found
    if path.is_file() or not re.search(r"[*?\[]", target):
        if not path.is_file():
            raise TargetError(f"there is no file {target} in {Path.cwd()}")
        return [path]
    matching = sorted(Path(name) for name in glob.glob(str(path), recursive=True) if Path(name).is_file())  # noqa: PTH207
    if not matching:
        raise TargetError(f"no file matches {target} in {Path.cwd()}")
    return matching


def zone_of(name: Any) -> tzinfo:
    """The time zone of a name such as "Europe/Berlin" (UTC where none is given); raises `TargetError`."""
    try:
        return ZoneInfo(str(name)) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TargetError(f"there is no time zone {name!r}; say for example Europe/Berlin") from None


class _Reader:
    """Turns the cells of one file's rows into the values of drafts."""

    def __init__(self, source: TableFiles, mapped: Mapped, ahead: Iterable[Row]) -> None:
        self.source, self.mapped, self.zone = source, mapped, zone_of(source.option("timezone"))
        self.worst, self.best = source.option("rating_worst"), source.option("rating_scale", 5)
        dates = [row.cells.get(column) for row in ahead for column in mapped.get("published_at", ())]
        self.order = source.option("date_order") or infer_order(dates)
        brand = re.sub(r"\W+", "-", (source.run.brand or "").casefold()).strip("-")
        self.prefix = "".join(f"{part}/" for part in (brand, source.option("system")) if part)
        self.id_is_guessed = not source.columns.get("item_id")
        self.ids: dict[str, str] = {}
        self.silent: Counter[str] = Counter()

    def values(self, cells: dict[str, Any]) -> dict[str, Any]:
        """The values of a draft; raises `CellError`."""
        values: dict[str, Any] = {"kind": self.source.option("kind", "review"), "lang": self.source.option("lang")}
        values |= {"product_name": self.source.option("product"), "zone": self.zone}
        for field, columns in self.mapped.items():
            found = [cell for column in columns if not _blank(cell := _cell(cells, column), field)]
            if not found:
                continue
            value = found[0] if len(columns) == 1 else "\n".join(map(str, found))
            check = getattr(self, f"_{field}", None)
            self._put(values, field, check(value) if check else value)
        if not any(values.get(name) not in (None, "") for name in ("title", "body", "rating")):
            raise CellError("body", "neither text nor rating")
        self._identify(values)
        return values

    def _put(self, values: dict[str, Any], field: str, value: Any) -> None:
        group, _, key = field.partition(".")
        if key:
            values.setdefault(group, {})[key] = value
        else:
            values[field] = value
        if field == "rating" and not isinstance(value, bool):
            values |= {"rating_best": self.best, "rating_worst": self.worst}

    def _identify(self, values: dict[str, Any]) -> None:
        """An id that stays the same in the next export, and that other brands and systems do not have."""
        texts = digest(*(values.get(name) for name in ("title", "body", "rating", "product_id", "product_name")))
        native = values.get("item_id")
        if native is None and not values.get("author") and not values.get("published_at"):
            # Nothing tells two silent "Great!" apart but that they are two.
            self.silent[texts] += 1
            native = f"{texts}-{self.silent[texts]}"
        elif native is not None and self._repeated(str(native), texts):
            column = self.mapped["item_id"][0]
            raise CellError(
                "item_id", f'column {column!r} repeats an id with another text; say columns = {{ item_id = "…" }}'
            )
        for name, value in (("item_id", native), ("parent_id", values.get("parent_id"))):
            if value is not None:
                values[name] = f"{self.prefix}{value}"

    def _repeated(self, native: str, texts: str) -> bool:
        """Whether a column that was only taken for the id has this value for another text too."""
        return self.id_is_guessed and len(self.ids) < MAX_IDS and self.ids.setdefault(native, texts) != texts

    def _published_at(self, value: Any, field: str = "published_at") -> datetime:
        form = self.source.option("date_format")
        where = f"in column {self.mapped[field][0]!r}"
        if form and not isinstance(value, datetime):
            try:
                moment = datetime.strptime(str(value).strip(), form)
            except ValueError:
                raise CellError(field, f"no date of the form {form} {where}") from None
            value = moment if moment.utcoffset() is not None else moment.replace(tzinfo=self.zone)
        moment_or_none, reason = parse_date(value, self.source.option("lang"), self.order, self.zone)
        if moment_or_none is None:
            hint = '; say date_order = "DMY" or "MDY"' if "told apart" in str(reason) else ""
            raise CellError(field, f"{reason} {where}{hint}")
        return moment_or_none

    def _edited_at(self, value: Any) -> datetime:
        return self._published_at(value, "edited_at")

    def _rating(self, value: Any) -> Any:
        where = f"in column {self.mapped['rating'][0]!r}"
        if self.best == "thumb":
            if (thumb := _truth(value)) is None:
                raise CellError("rating", f"no thumb {where}")
            return thumb
        share, _, reason = parse_rating(value, self.best, self.worst)
        if share is None:
            hint = (
                f" (the best is {self.best:g}; say rating_scale = … if it is another)" if "off" in str(reason) else ""
            )
            raise CellError("rating", f"{reason} {where}{hint}")
        return value

    def _verified(self, value: Any) -> bool | None:
        truth = _truth(value)
        if truth is None:
            self.source.count("invalid/verified")
        return truth

    def _kind(self, value: Any) -> str:
        kind = str(value).strip().lower()
        if kind not in KINDS:
            raise CellError("kind", f"a kind that is none of {', '.join(KINDS)}")
        return kind


def _cell(cells: dict[str, Any], column: str) -> Any:
    value = cells[column] if column in cells else pick(cells, column) if "." in column else None
    return value.strip() if isinstance(value, str) else value


def _blank(value: Any, field: str) -> bool:
    if value is None or value == "" or value != value:  # Parquet's missing numbers are not equal to themselves
        return True
    return field not in _TEXTS and isinstance(value, str) and value.casefold() in _NOTHING


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = "-".join(str(value).casefold().split())
    return True if text in _TRUE else False if text in _FALSE else None
