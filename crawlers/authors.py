"""Authors become keyed hashes: the same author of one source has one key for ever, and no name can be got back.

The hash is BLAKE2b in keyed mode (RFC 7693) under a random key that never leaves `<home>/author.key`; without that
file neither a list of known names nor a rainbow table links a key to a person.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

_NOBODY = frozenset(
    {"", "anonymous", "a google user", "[deleted]", "deleted", "guest", "anonym", "anonyme", "anónimo", "匿名"}
)


def load_key(home: Path) -> bytes:
    """The home's key of 32 bytes, made at first use and readable by its owner only."""
    path = home / "author.key"
    try:
        return _read(path)
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: of two first runs at once, both go on with the same key.
    fresh = home / f".author.key.{os.getpid()}.{secrets.token_hex(4)}"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(32).hex().encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    key = bytes.fromhex(path.read_text("ascii").strip())
    if len(key) < 16:
        raise ValueError(f"{path} holds no usable key; restore it from a backup, or remove it to start new identities")
    return key


def author_key(author: object, source: str, key: bytes) -> str | None:
    """The keyed hash (32 hex digits) of an author's id or name within a source; None for nobody and for anonymous."""
    text = " ".join(str(author).split()) if author is not None else ""
    if text.casefold() in _NOBODY:
        return None
    digest = hashlib.blake2b(f"{source}\0{text}".encode(), key=key, digest_size=16)
    return digest.hexdigest()
