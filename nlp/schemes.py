"""The moments of truth and the published stage lists they map to, read from `schemes.json`.

Promise: importing and calling this costs milliseconds (no torch), and the order of `labels` and `sentiments` is the
order of every probability vector that this room writes.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from nlp.errors import NlpError


@dataclass(frozen=True)
class Scheme:
    """One published list of stages: where it comes from and the stage of each moment (None: the list has none)."""

    name: str
    source: str
    stages: Mapping[str, str | None]


@dataclass(frozen=True)
class Schemes:
    """The nine moments, the three sentiments, and the schemes by name."""

    labels: tuple[str, ...]
    sentiments: tuple[str, ...]
    default: str
    schemes: Mapping[str, Scheme]

    def as_dict(self) -> dict[str, Any]:
        """The content of `schemes.json`, as plain values that the caller may change."""
        schemes = {name: {"source": s.source, **s.stages} for name, s in self.schemes.items()}
        return {
            "labels": list(self.labels),
            "sentiments": list(self.sentiments),
            "default": self.default,
            "schemes": schemes,
        }

    def get(self, name: str | None = None) -> Scheme:
        """The scheme of that name (None: the default one). Raises NlpError, naming the nearest, for an unknown one."""
        name = self.default if name is None else name
        if name not in self.schemes:
            near = difflib.get_close_matches(name, self.schemes, n=1, cutoff=0.0)
            known = ", ".join(self.schemes)
            raise NlpError(f"Unknown scheme {name!r}: the nearest is {near[0]!r}; choose from {known}.")
        return self.schemes[name]

    def stage(self, label: str, scheme: str | None = None) -> str | None:
        """The stage name of a moment in a scheme; None where the scheme has no place for it."""
        return self.get(scheme).stages.get(label)


@lru_cache(maxsize=1)
def load() -> Schemes:
    """The project's moments and schemes; cached and immutable."""
    data = json.loads(resources.files("nlp").joinpath("schemes.json").read_text(encoding="utf-8"))
    schemes = {
        name: Scheme(name, body["source"], MappingProxyType({k: v for k, v in body.items() if k != "source"}))
        for name, body in data["schemes"].items()
    }
    return Schemes(tuple(data["labels"]), tuple(data["sentiments"]), data["default"], MappingProxyType(schemes))
