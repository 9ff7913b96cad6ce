"""Tables in files, as rows of named cells: CSV of any make, JSON Lines or a JSON list, Parquet; gzip too; any size.

Promise: memory stays constant whatever the size of the file; a line that cannot be read becomes a `Broken` with its
number and the reason, and the lines after it are read. What makes a whole file unreadable raises `TableError`.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

DELIMITERS = (",", ";", "\t", "|")
FORMATS = ("csv", "jsonl", "json", "parquet")
SUFFIXES = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip

#: Longest line, and how many lines a quoted cell may go over, before an opening quote is taken for a stray one.
MAX_LINE, MAX_CELL_LINES = 2_000_000, 400
SAMPLE = 1 << 20

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_ESCAPED = re.compile("[\udc80-\udcff]")


class TableError(Exception):
    """A file that cannot be read as a table; the message is one sentence for its owner."""


@dataclass(frozen=True)
class Row:
    """One record: the number of its first line, or its own where a file has no lines, and its cells by column."""

    line: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """A line that is no record: its number, why, and what stands there (bounded)."""

    line: int
    reason: str
    text: str


def kind_of(path: Path, stated: str | None = None) -> str:
    """The format of a file by what the owner says or its name; raises `TableError` for one that is not read."""
    if stated:
        return stated
    name = path.name.lower().removesuffix(".gz")
    for suffix, kind in SUFFIXES.items():
        if name.endswith(suffix):
            return kind
    raise TableError(
        f"{path} is not CSV, JSON Lines or Parquet by its name; save it as one of them, or say so with format = …"
    )


def read_table(
    path: Path, kind: str | None = None, encoding: str | None = None, delimiter: str | None = None
) -> Iterator[Row | Broken]:
    """The rows of a file in order. `encoding` and `delimiter` are found out where they are not stated."""
    kind = kind_of(path, kind)
    try:
        if kind == "parquet":
            yield from _parquet(path)
            return
        found = _encoding(path, encoding)
        with _opened(path) as raw:
            text = io.TextIOWrapper(raw, encoding=found, errors="surrogateescape", newline="")
            lines = _Lines(text)
            if kind == "csv":
                yield from _csv(lines, delimiter, path)
            else:
                yield from _json(lines)
    except FileNotFoundError:
        raise TableError(f"there is no file {path}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise TableError(f"{path} breaks off or is no gzip; what came before was read") from None
    except UnicodeDecodeError as error:
        raise TableError(
            f"{path} is not {error.encoding} from byte {error.start} on; say what it is with encoding = …"
        ) from None
    except OSError as error:
        raise TableError(f"{path} cannot be read ({error.strerror or error})") from None


def _opened(path: Path) -> IO[bytes]:
    raw = path.open("rb")
    if raw.peek(2)[:2] != b"\x1f\x8b":
        return raw
    return io.BufferedReader(gzip.GzipFile(fileobj=raw), SAMPLE)


def _encoding(path: Path, stated: str | None) -> str:
    """The encoding of a file: by its mark, as stated, or found out from its first megabyte that is not all ASCII.

    Where most of what is not ASCII is no UTF-8, it is what Excel writes in the West.
    """
    with _opened(path) as raw:
        sample = _piece(raw)
        for mark, name in _BOMS:
            if sample.startswith(mark):
                return name
        if stated:
            return stated
        head = sample[:4000]
        if head.count(0) > len(head) // 4:
            return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        while sample.isascii():
            if not (sample := _piece(raw)):
                return "utf-8"
    text = sample.decode("utf-8", "surrogateescape")
    wrong = len(_ESCAPED.findall(text))
    if wrong <= sum(char > "\x7f" for char in text) - wrong:
        return "utf-8"
    # Five bytes have no meaning in cp1252; as Latin-1 they at least pass.
    return "latin-1" if re.search(rb"[\x81\x8d\x8f\x90\x9d]", sample) else "cp1252"


def _piece(raw: IO[bytes]) -> bytes:
    """The next megabyte of a stream, or as much of it as there is before a damage."""
    pieces: list[bytes] = []
    try:
        while sum(map(len, pieces)) < SAMPLE and (piece := raw.read(SAMPLE // 16)):
            pieces.append(piece)
    except (EOFError, zlib.error):
        pass
    return b"".join(pieces)


class _Lines:
    """The physical lines of a text with their numbers, which can be put back; over-long ones are cut and marked."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text, self.number, self.waiting = text, 0, list[str]()

    def next(self) -> str:
        """The next line with its end; "" at the end of the file."""
        line = self.waiting.pop() if self.waiting else self.text.readline(MAX_LINE)
        self.number += bool(line)
        rest = line
        while len(rest) >= MAX_LINE and not rest.endswith(("\n", "\r")):
            rest = self.text.readline(MAX_LINE)
        return line

    def put_back(self, lines: list[str]) -> None:
        """Let lines that were taken too many come again."""
        self.waiting.extend(reversed(lines))
        self.number -= len(lines)


def _fault(text: str) -> str | None:
    """Why a line is not read at all; None where it is sound."""
    if len(text) >= MAX_LINE:
        return f"longer than {MAX_LINE:,} characters"
    if _ESCAPED.search(text):
        return "not valid UTF-8 (if the whole file is not, say what it is with encoding = …)"
    return None


def _csv(lines: _Lines, delimiter: str | None, path: Path) -> Iterator[Row | Broken]:
    head = lines.next()
    if stated := re.fullmatch(r"sep=(.)\s*", head):  # a line of Excel's that is no data
        delimiter, head = delimiter or stated[1], lines.next()
    while head and not head.strip():
        head = lines.next()
    if not head:
        raise TableError(f"{path} is empty")
    if delimiter is None:
        delimiter = _delimiter(head)
    lines.put_back([head])
    names = _cells(lines, delimiter, None)
    if isinstance(names, Broken):
        raise TableError(f"the column names in line {names.line} of {path} cannot be read: {names.reason}")
    columns = _unique([name.strip() for name in names[1]])
    while (found := _cells(lines, delimiter, len(columns))) is not None:
        if isinstance(found, Broken):
            yield found
        elif any(cell.strip() for cell in found[1]):
            yield Row(found[0], dict(zip(columns, found[1], strict=False)))


def _cells(lines: _Lines, delimiter: str, wanted: int | None) -> Any:
    """(line, cells) of the next record, a `Broken`, or None at the end.

    A quoted cell may go over lines. Where its quote is never closed, or closes so that the number of cells is wrong,
    only the first line is broken, and reading goes on with the second.
    """
    first = lines.next()
    if not first:
        return None
    number, taken, reason = lines.number, [first], _fault(first)
    while reason is None:
        text = "".join(taken)
        # An odd number of quotes leaves one open, unless it stands inside a cell that is not quoted (24" monitor).
        if len(taken) == 1 or text.count('"') % 2 == 0:
            cells, reason = _parsed(text, delimiter, wanted)
            if cells is not None:
                return number, cells
            if reason:
                reason = reason if len(taken) == 1 else "a quote that is not closed"
                break
        further = lines.next()
        if not further or len(taken) > MAX_CELL_LINES or len(text) > MAX_LINE or _fault(further):
            taken += [further] if further else []
            reason = "a quote that is not closed"
            break
        taken.append(further)
    lines.put_back(taken[1:])
    return Broken(number, reason or "", first[:2000])


def _parsed(text: str, delimiter: str, wanted: int | None) -> tuple[list[str] | None, str | None]:
    """(cells, None), (None, None) where the text ends inside quotes, or (None, reason)."""
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return (None, None) if "unexpected end" in str(error) else (None, f"broken quoting ({error})")
    cells = records[0] if records else []
    if wanted is None or not any(cell.strip() for cell in cells):
        return cells, None
    while len(cells) > wanted and not cells[-1].strip():
        cells.pop()
    if len(records) == 1 and len(cells) == wanted:
        return cells, None
    return None, f"{len(cells)} cells where the table has {wanted} columns"


def _delimiter(head: str) -> str:
    """What parts the column names: of the usual ones, that which stands most often outside quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", head)
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), -DELIMITERS.index(mark)))


def _unique(names: list[str]) -> list[str]:
    """Column names, a repeated one with a number behind it, an empty one by its place."""
    met: dict[str, int] = {}
    for place, name in enumerate(names):
        name = name or f"column {place + 1}"
        names[place] = name if name not in met else f"{name} ({met[name] + 1})"
        met[name] = met.get(name, 0) + 1
    return names


def _json(lines: _Lines) -> Iterator[Row | Broken]:
    """JSON Lines, or a list of objects over as many lines as it likes."""
    opening = lines.next()
    while opening and not opening.strip():
        opening = lines.next()
    lines.put_back([opening] if opening else [])
    if opening.lstrip().startswith("["):
        yield from _json_list(lines)
        return
    while line := lines.next():
        if not line.strip():
            continue
        reason = _fault(line)
        try:
            value: Any = None if reason else json.loads(line, strict=False)
        except (ValueError, RecursionError) as error:
            reason = f"no JSON ({str(error)[:80]})"
        if reason is None and not isinstance(value, dict):
            reason = "no JSON object"
        yield Broken(lines.number, reason, line[:2000]) if reason else Row(lines.number, value)


def _json_list(lines: _Lines) -> Iterator[Row | Broken]:
    """The objects of a list, piece by piece; a broken one ends it, since nothing tells where the next begins."""
    decoder, text, number = json.JSONDecoder(strict=False), lines.next().lstrip()[1:], 1
    while True:
        text = text.lstrip(" \t\r\n,")
        if text.startswith("]"):
            return
        try:
            value, end = decoder.raw_decode(text)
        except (ValueError, RecursionError) as error:
            more = lines.next()
            if more and len(text) < MAX_LINE:
                text += more
                continue
            yield Broken(number, f"no JSON ({str(error)[:80]}); the list is not read further", text[:2000])
            return
        yield Row(number, value) if isinstance(value, dict) else Broken(number, "no JSON object", text[:200])
        text, number = text[end:], number + 1


def _parquet(path: Path) -> Iterator[Row | Broken]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            number = 0
            for batch in table.iter_batches(batch_size=1000):
                for cells in batch.to_pylist():
                    number += 1
                    yield Row(number, cells)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TableError(f"{path} is no Parquet that can be read ({str(error)[:120]})") from None
