"""One watch at a time in a home: the second is refused with a sentence, not by a locked database half-way."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class HomeBusyError(Exception):
    """Another process is watching in this home."""


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock. The kernel frees it with the process, so a killed watch leaves nothing behind."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "watch.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise HomeBusyError(
                f"Another watch (process {holder}) is at work in {home}; wait for it, or set MOT_HOME to another one."
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
