"""What the demo is made of: brands, items and their sentences, each with the moment and feeling it was written for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Product:
    """One product; `price` in euros."""

    id: str
    name: str
    price: int
    text: str


@dataclass(frozen=True)
class Brand:
    """An invented brand with its character and, where it has one, its turn in the story."""

    name: str
    category: str
    rival: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    stars: tuple[int, ...]
    volume: float
    products: tuple[Product, ...]
    app_id: int
    app_name: str
    aliases: tuple[str, ...] = ()
    delivery_turn: date | None = None
    firmware: date | None = None
    rises_after: date | None = None

    @property
    def tag(self) -> str:
        return self.name.casefold()


@dataclass(frozen=True)
class Piece:
    """One sentence and what it was written to say."""

    text: str
    moment: str
    sentiment: str


@dataclass
class Item:
    """One review, video, comment or post of the demo.

    `ident` is the service's own id and `place` where it stands: page slug, "us/<app id>", video id, tag or topic id.
    `stars` are of five. `mark` names what is odd about it ("" where nothing is). `gone` items are known but not served.
    """

    ident: str
    source: str
    place: str
    kind: str
    brand: str
    lang: str
    when: datetime
    author: str
    pieces: tuple[Piece, ...] = ()
    product: Product | None = None
    title: str | None = None
    stars: float | None = None
    helpful: int = 0
    verified: bool = False
    edited: datetime | None = None
    parent: str | None = None
    mark: str = ""
    override: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The text as its writer typed it."""
        return self.override if self.override is not None else " ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Page:
    """One product page of one invented shop; `shape` says how its structured data is written."""

    slug: str
    shop: str
    brand: str
    product: Product
    lang: str
    shape: str
    hidden: bool = False  # behind a Disallow of robots.txt

    @property
    def path(self) -> str:
        return f"/shops/{self.shop}/{'preview/' if self.hidden else ''}{self.slug}"


@dataclass
class World:
    """Everything the site serves, in one state."""

    brands: tuple[Brand, ...]
    pages: tuple[Page, ...]
    items: list[Item]
    topics: list[dict[str, Any]]

    def brand(self, name: str) -> Brand:
        return next(brand for brand in self.brands if brand.name == name)

    def of(self, source: str, place: str | None = None) -> list[Item]:
        """The items of a source, or of one place in it, in the order they were made."""
        return [i for i in self.items if i.source == source and (place is None or i.place == place)]
