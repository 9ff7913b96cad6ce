"""Ratings of any scale as a share of the best possible one (0…1), beside the scale that the source shows.

A rating off its own scale, or one that cannot be read, is None with a reason; nothing is clipped or guessed.
The share is value / best (three of five stars are 0.6), so that the shown rating can be told from it.
"""

from __future__ import annotations

import re
from typing import Any

_NUMBER = r"\d+(?:[.,]\d+)?"
# "4 out of 5", "5,0 de 5", "8.3/10", "3 von 5", "4 из 5": two numbers around a word or a slash
_OF = re.compile(
    rf"({_NUMBER})\s*(?:/|out\s+of|of|de|sur|von|van|su|av|af|na|out|из|z|と|/)\s*({_NUMBER})", re.IGNORECASE
)
# Japanese and Chinese say the best first: 5つ星のうち4.0
_OF_REVERSED = re.compile(rf"({_NUMBER})\s*(?:つ星のうち|颗星，最多|星中)\s*({_NUMBER})")
_STARS = re.compile(r"[★☆⭐🌟✩✭]")
_THUMBS = {"👍": 1.0, "👎": 0.0, "recommended": 1.0, "not recommended": 0.0, "up": 1.0, "down": 0.0}


def number(value: Any) -> float | None:
    """The first number in a value, a decimal comma allowed; None where there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    found = re.search(rf"-?{_NUMBER}", str(value))
    return float(found.group().replace(",", ".")) if found else None


def parse_rating(value: Any, best: Any = None, worst: Any = None) -> tuple[float | None, str | None, str | None]:
    """(share 0…1, scale as shown, reason why there is no share) of a rating in any form.

    `best` and `worst` are the ends of the scale where the source states them; else a value up to 5 is read as of 5,
    up to 10 as of 10, up to 100 as of 100 (schema.org's default is 1 to 5, https://schema.org/bestRating).
    """
    if value is None or value == "":
        return None, None, None
    if isinstance(value, bool):
        return float(value), "thumb", None
    top, bottom = number(best), number(worst)
    if isinstance(value, str):
        text = value.strip()
        if text.casefold() in _THUMBS:
            return _THUMBS[text.casefold()], "thumb", None
        if stars := _STARS.findall(text):
            full = sum(star not in "☆✩✭" for star in stars)
            return _share(float(full), top or max(5.0, float(len(stars))), bottom)
        if pair := _OF_REVERSED.search(text):
            return _share(_float(pair[2]), _float(pair[1]), bottom)
        if pair := _OF.search(text):
            return _share(_float(pair[1]), _float(pair[2]), bottom)
        if text.endswith("%"):
            top = 100.0
    shown = number(value)
    if shown is None:
        return None, None, "unreadable rating"
    if top is None:
        top = next((limit for limit in (5.0, 10.0, 100.0) if shown <= limit), 0.0)
    return _share(shown, top, bottom)


def _share(shown: float, top: float, bottom: float | None) -> tuple[float | None, str | None, str | None]:
    if top <= 0 or shown > top or shown < min(bottom if bottom is not None else 0.0, 0.0):
        return None, None, "rating off its scale"
    # On a scale from one, a zero is how many services write "no rating".
    if shown == 0 and (bottom is None or bottom > 0):
        return None, None, "rating of zero on a scale from one"
    if bottom is not None and bottom < 0:
        return (shown - bottom) / (top - bottom), f"{bottom:g} to {top:g}", None
    return round(shown / top, 6), scale_name(top), None


def scale_name(top: float) -> str:
    """What the source shows: stars up to five, percent, or points."""
    if top == 100:
        return "percent"
    return f"{top:g} stars" if top <= 5 else f"{top:g} points"


def _float(text: str) -> float:
    return float(text.replace(",", "."))
