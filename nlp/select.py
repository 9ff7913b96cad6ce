"""Which texts to label next: `mot select`.

Promise: out of a pool of unlabelled texts, those that teach most for the labeller's time. Half are texts where the
model suspects one of the moments that are rare in the labels, a part are those whose moment it is least sure of (margin
sampling, Scheffer et al. 2001), and the rest is drawn blindly, so that what the model does not suspect is found too.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp import schemes
from nlp.data import open_text, read_lines
from nlp.errors import NlpError
from nlp.tag import read_texts, tag_file

RARE = ("trigger", "encounter", "purchase", "wait", "referral", "research")
SUSPECTED = 0.15
"""A moment is suspected in a text where some sentence has it with this probability or more."""
SHARE_RARE, SHARE_UNSURE = 0.6, 0.15


def select(pool: Path, output: Path, count: int, *, model: Path | None = None, seed: int = 0) -> int:
    """Write `count` texts of the JSON Lines file `pool` to `output`, and how many there were.

    Each line has `id`, `text`, `kind`, and `sentences` with offsets and the model's opinion to correct. Raises NlpError
    for a file that cannot be used.
    """
    if next(read_texts(pool), None) is None:
        raise NlpError(f"{pool} holds no text; write one object with id and text a line.")
    tags = output.with_name(f".tags-{output.name}")
    try:
        tag_file(pool, tags, model=model, probabilities=True)
        rows = chosen([row for _, row in read_lines(tags)], count, seed)
    finally:
        tags.unlink(missing_ok=True)
    with open_text(output, "wt") as out:
        for row in rows:
            sentences = [{name: s[name] for name in ("start", "end", "moment", "sentiment")} for s in row["sentences"]]
            opinion = {name: row[name] for name in ("moment", "sentiment")}
            kept = {"uid": row["id"], "kind": row["kind"], "text": row["text"], **opinion, "sentences": sentences}
            out.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return len(rows)


def chosen(rows: Sequence[dict[str, Any]], count: int, seed: int = 0) -> list[dict[str, Any]]:
    """`count` rows of `tag_file(..., probabilities=True)` in random order; all that can be used if there are fewer."""
    labels = schemes.load().labels
    dice = random.Random(seed)
    usable = [row for row in rows if row["status"] in ("ok", "unsure") and row["sentences"]]
    dice.shuffle(usable)
    taken: dict[Any, dict[str, Any]] = {}

    def take(candidates: Sequence[dict[str, Any]], limit: int) -> None:
        fresh = [row for row in candidates if row["id"] not in taken][: max(limit, 0)]
        taken.update({row["id"]: row for row in fresh})

    for moment in RARE:
        place = labels.index(moment)
        suspects = [row for row in usable if _most(row, place) >= SUSPECTED]
        take(suspects, round(count * SHARE_RARE / len(RARE)))
    take(sorted(usable, key=margin), round(count * SHARE_UNSURE))
    take(usable, count - len(taken))
    result = list(taken.values())[:count]
    dice.shuffle(result)
    return result


def _most(row: dict[str, Any], place: int) -> float:
    return max(sentence["moment_probs"][place] for sentence in row["sentences"])


def margin(row: dict[str, Any]) -> float:
    """How far the best moment leads the second in the sentence where it leads least."""
    ranked = [sorted(sentence["moment_probs"])[-2:] for sentence in row["sentences"]]
    return float(min(best - second for second, best in ranked))
