"""From texts with sentence spans to model inputs: windows of tokens, and batches of windows.

Promise: every sentence of an item, however long the item, falls into exactly one window (a sentence longer than a
window into several parts), with as much of its surroundings as the window holds. Works with any fast tokenizer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nlp.model import POSITION_FEATURES

KINDS = ("review", "video", "comment", "post", "question", "tweet", "support")
_OVERLAP = 64


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text without special ones, and the token range of each of its sentence spans."""

    ids: list[int]
    spans: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of an item that the encoder reads at once.

    `spans`: token ranges within the window; `sentences`: which sentence of the item each is; `total`: their number.
    """

    ids: list[int]
    spans: list[tuple[int, int]]
    sentences: list[int]
    total: int


def tokenize(tokenizer: Any, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> list[Tokens]:
    """Tokens of every text with the token range of every character span (empty where a span has no token)."""
    if not texts:
        return []
    found = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, return_attention_mask=False)
    result = []
    for ids, offsets, wanted in zip(found["input_ids"], found["offset_mapping"], spans, strict=True):
        starts, ends = [o[0] for o in offsets], [o[1] for o in offsets]
        ranges = [
            (bisect_right(ends, start), max(bisect_right(ends, start), bisect_left(starts, end)))
            for start, end in wanted
        ]
        result.append(Tokens(ids, ranges))
    return result


def prefix_ids(tokenizer: Any, kind: str | None, title: str | None = None) -> list[int]:
    """Tokens put before every window: the kind of item and a title that is not part of the text; may be empty."""
    words = f"{kind}: " if kind in KINDS else ""
    if title:
        words += f"{title[:200]}. "
    return list(tokenizer(words, add_special_tokens=False)["input_ids"])[:_OVERLAP] if words else []


def special_ids(tokenizer: Any) -> tuple[int, int]:
    """The tokenizer's first and last special token, whatever it calls them."""
    first = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    last = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    return int(first), int(last)


def windows(tokens: Tokens, prefix: list[int], special: tuple[int, int], max_tokens: int) -> list[Window]:
    """Cut one item into windows of at most `max_tokens`; nearly always one.

    A long item is laid out on a grid of cells; a window is a cell with a margin on both sides. A sentence is read in
    the window of the cell that holds its middle, and is cut into parts if it could reach beyond that window.
    """
    prefix = prefix[: max_tokens // 4]
    room = max_tokens - len(prefix) - 2
    total = len(tokens.spans)
    head = [special[0], *prefix]
    if len(tokens.ids) <= room:
        return [_window(tokens.ids, 0, [(i, a, b) for i, (a, b) in enumerate(tokens.spans)], head, special[1], total)]
    margin = max(min(_OVERLAP, room // 4), 1)
    cell = room - 2 * margin
    cells: dict[int, list[tuple[int, int, int]]] = {}
    for index, (a, b) in enumerate(tokens.spans):
        for start, end in _pieces(a, b, min(2 * margin, cell)):
            cells.setdefault((start + end) // 2 // cell, []).append((index, start, end))
    result = []
    for place, parts in sorted(cells.items()):
        begin = max(place * cell - margin, 0)
        result.append(_window(tokens.ids[begin : begin + room], begin, parts, head, special[1], total))
    return result or [_window(tokens.ids[:room], 0, [], head, special[1], total)]


def _window(
    ids: list[int], begin: int, parts: list[tuple[int, int, int]], head: list[int], last: int, total: int
) -> Window:
    shift = len(head) - begin
    spans = [(start + shift, end + shift) if end > start else (0, 0) for _, start, end in parts]
    return Window([*head, *ids, last], spans, [index for index, _, _ in parts], total)


def _pieces(start: int, end: int, size: int) -> list[tuple[int, int]]:
    """Cut a range into pieces of at most `size`; an empty range stays one empty piece."""
    return [(a, min(a + size, end)) for a in range(start, end, size)] or [(start, start)]


def positions(sentences: Sequence[int], total: int) -> np.ndarray:
    """Where each sentence stands: is first, is last, relative place, and how many there are (log scale)."""
    index = np.asarray(sentences, dtype=np.float32)
    last = max(total - 1, 1)
    columns = [index == 0, index == total - 1, index / last, np.full_like(index, np.log1p(total) / 4)]
    return np.stack([np.asarray(c, dtype=np.float32) for c in columns], axis=-1).reshape(-1, POSITION_FEATURES)


def collate(batch: Sequence[Window], pad_id: int) -> dict[str, Tensor]:
    """Pad windows into the tensors that `MomentModel.forward` takes."""
    length = max(len(w.ids) for w in batch)
    count = max(1, *(len(w.spans) for w in batch))
    ids = np.full((len(batch), length), pad_id, dtype=np.int64)
    mask = np.zeros((len(batch), length), dtype=np.int64)
    spans = np.full((len(batch), count, 2), -1, dtype=np.int64)
    place = np.zeros((len(batch), count, POSITION_FEATURES), dtype=np.float32)
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = 1
        if window.spans:
            spans[row, : len(window.spans)] = window.spans
            place[row, : len(window.spans)] = positions(window.sentences, window.total)
    arrays = {"input_ids": ids, "attention_mask": mask, "spans": spans, "positions": place}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}
