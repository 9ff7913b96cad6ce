"""Intervals for small counts where the marts give none: of a balance, and of a change."""

from __future__ import annotations

import math

Z = 1.959964  # of 95 %


def balance_interval(negative: int, positive: int, n: int) -> tuple[float, float] | None:
    """95 % interval of (positive − negative)/n: Wald's with one observation added to each side (Agresti and Min 2005).

    None when nothing was observed.
    """
    if n <= 0:
        return None
    size = n + 2
    up, down = (positive + 1) / size, (negative + 1) / size
    half = Z * math.sqrt(max(up + down - (up - down) ** 2, 0.0) / size)
    return max(-1.0, up - down - half), min(1.0, up - down + half)


def changed(now: tuple[float, float, float], before: tuple[float, float, float]) -> bool:
    """Whether two (value, low, high) differ by more than chance: the interval of their difference leaves zero out.

    Zou and Donner (2008): recover the variances from the two intervals, so it suits shares, balances and means alike.
    """
    (a, a_low, a_high), (b, b_low, b_high) = now, before
    low = (a - b) - math.hypot(a - a_low, b_high - b)
    high = (a - b) + math.hypot(a_high - a, b - b_low)
    return low > 0 or high < 0


def count_changed(now: int, before: int) -> bool:
    """Whether two Poisson counts over equally long periods differ by more than chance (95 %)."""
    return now + before > 0 and (now - before) ** 2 / (now + before) > Z**2
