"""The bundled demo: a small web of invented brands, served on the loopback in the formats of the real services.

Light to import; `flows.demo.site` holds the server, `python -m flows.demo` runs it.
"""

from __future__ import annotations

from flows.demo.watchlist import ADDRESS, KEY_VARIABLE, watchlist_text

__all__ = ["ADDRESS", "KEY_VARIABLE", "watchlist_text"]
