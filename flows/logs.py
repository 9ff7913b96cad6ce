"""Progress of the steps on standard error, one line an event."""

from __future__ import annotations

import logging
import sys

HANDLER = "momentscope-progress"


def to_stderr(level: int = logging.INFO) -> None:
    """Print the log of `flows` on standard error with the time of day."""
    logger = logging.getLogger("flows")
    if not any(handler.name == HANDLER for handler in logger.handlers):  # Prefect may have put its own there
        handler = logging.StreamHandler(sys.stderr)
        handler.name = HANDLER
        handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
        logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False
