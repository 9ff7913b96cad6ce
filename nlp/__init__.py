"""Texts in, tags out: which moment of truth each sentence speaks of, and how its writer feels.

Importing this package is cheap; torch and transformers are imported by the functions that need them.
"""

from __future__ import annotations

from nlp.base import model_version
from nlp.errors import NlpError

__all__ = ["NlpError", "model_version"]
