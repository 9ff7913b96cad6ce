"""The one error of this room that is meant for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WarehouseError(Exception):
    """One sentence with the offending value, where it is and what to do; shown as it is, without a trace."""


def unknown(kind: str, name: str, valid: Iterable[str]) -> WarehouseError:
    """The error for a `name` that is none of `valid`, with the nearest of them."""
    names = sorted(valid)
    folded = {each.casefold(): each for each in names}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    if near:
        hint = f"did you mean {folded[near[0]]!r}?"
    else:
        hint = f"valid: {', '.join(names[:12])}" if names else f"there is no {kind} yet"
    return WarehouseError(f"unknown {kind} {name[:80]!r}; {hint}")
