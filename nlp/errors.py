"""The one error of this room that is meant for people: its message is a full sentence that says what to do."""

from __future__ import annotations


class NlpError(Exception):
    """A text, file, model or option that cannot be used; the message names the value, the place and the remedy."""
