"""State 2 of the site, a day later: some new items, some edited ones, one comment deleted."""

from __future__ import annotations

import copy
import random
from datetime import UTC, datetime, timedelta

from flows.demo.compose import Composer
from flows.demo.world import Item, Piece, World

_DAY = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
_EDIT = {
    "product_page": "Update after another week: support finally called back and sorted it out.",
    "app_store": "Edit: the latest version works again, one star more.",
    "discourse": "Edit: solved, a restart helped in the end.",
    "mastodon": "Edit: it arrived this morning!",
    "youtube": "Edit: bought it in the end.",
}


def advance(world: World, seed: int) -> None:
    """Change a world of state 1 into state 2, in place; its items are copied first."""
    world.items = [copy.copy(item) for item in world.items]
    rng = random.Random(f"demo-{seed}-next-day")
    ordinary = [item for item in world.items if not item.mark and item.pieces and item.when < _DAY - timedelta(days=3)]
    for source in _EDIT:
        _edit(
            next(
                item
                for item in reversed(ordinary)
                if item.source == source and item.kind != "video" and item.lang == "en"
            ),
            rng,
        )
    _edit(
        next(item for item in ordinary if item.source == "product_page" and item.lang == "en" and item.helpful > 2), rng
    )
    gone = next(
        item
        for item in ordinary
        if item.source == "youtube" and item.kind == "comment" and not _answered(world, item) and not item.edited
    )
    world.items.remove(gone)
    composer = Composer(rng)
    for number, model in enumerate(_models(world)):
        _add(world, composer, model, number)


def _answered(world: World, item: Item) -> bool:
    return "." in item.ident or any(other.parent == item.ident for other in world.items)


def _edit(item: Item, rng: random.Random) -> None:
    item.pieces = (*item.pieces, Piece(_EDIT[item.source], "use", "positive"))
    item.edited = _DAY + timedelta(minutes=rng.randrange(300))
    item.mark = "edited"
    if item.stars is not None:
        item.stars = min(5.0, item.stars + 1)


def _models(world: World) -> list[Item]:
    """The newest ordinary English items of each source, of two brands: the new ones stand beside them."""
    found = []
    for source in ("product_page", "app_store", "mastodon", "discourse", "youtube"):
        items = [
            i
            for i in world.items
            if i.source == source and i.kind != "video" and i.lang == "en" and not i.mark and "." not in i.ident
        ]
        items.sort(key=lambda item: item.when)
        found += [items[-1], next(i for i in reversed(items) if i.brand != items[-1].brand)]
    return found


def _add(world: World, composer: Composer, model: Item, number: int) -> None:
    brand = world.brand(model.brand)
    product = model.product or brand.products[0]
    channel, plan = {
        "product_page": ("review", "5"),
        "app_store": ("app", "4"),
        "mastodon": ("post", "ask"),
        "discourse": ("forum", "happy"),
        "youtube": ("comment", "ask"),
    }[model.source]
    when = _DAY + timedelta(minutes=17 * number)
    ident = (
        str((int(when.timestamp() * 1000) << 16) + number) if model.source == "mastodon" else _next_ident(model, number)
    )
    new = copy.copy(model)
    new.ident, new.when, new.helpful, new.mark = ident, when, 0, "new"
    new.pieces = composer.pieces(channel, plan, brand, product, "en", when)
    if model.stars is not None:
        new.stars, new.title = float(plan), composer.title(channel, plan, int(plan), brand, product, "en", when)
    new.parent = model.place if model.source == "youtube" else None
    new.author = f"newcomer{number}" + ("@rooms.example" if model.source == "mastodon" else "")
    world.items.append(new)


def _next_ident(model: Item, number: int) -> str:
    if model.source == "youtube":
        return f"UgNext{number:02d}{model.ident[8:]}"
    if model.source == "product_page":
        return f"99{number:02d}{model.ident[4:]}"
    return str(int(model.ident) + 500_000 + number)
