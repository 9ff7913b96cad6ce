"""Why a request has come to nothing, in words for a ledger."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest


def why(error: BaseException | None, address: str, caution: str) -> tuple[str, bool]:
    """(reason, whether trying again may help) of a request; `caution` is what its source says of robots.txt."""
    name = type(error).__name__
    # A body over the bound is cancelled by the downloader; to ask again would fetch as much again.
    if "Cancelled" in name or "TooLarge" in name or "maxsize" in str(error).lower():
        return f"answer over the size limit at {address}", False
    if isinstance(error, IgnoreRequest):
        advice = f" ({caution})" if caution and "robots" in str(error) else ""
        return f"{error} at {address}{advice}", "server error" in str(error)
    return f"network failure ({name}) at {address}", True
