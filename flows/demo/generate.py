"""Makes the demo's world from the material: the same seed and state give the same items, on any machine and day."""

from __future__ import annotations

import hashlib
import random
import re
import string
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from flows.demo import material, special, states, story
from flows.demo.compose import Composer
from flows.demo.world import Brand, Item, Page, Piece, Product, World

_LAST = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
_SHAPES = ("nested", "group", "graph", "broken")
#: Reviews a page and shop, before the brand's volume.
_REVIEWS = {"havenhall": 15, "brightcart": 7, "kontorhaus": 11, "lumiere": 6, "tiendazul": 6}
#: The storefronts of the app feeds, with their language and the ordinary number of reviews.
STOREFRONTS = {"us": ("en", 19), "de": ("de", 8), "fr": ("fr", 5), "es": ("es", 4)}
#: Storefronts that answer oddly: an empty feed, a single review (an object in place of a list), a feed of two pages.
EMPTY_STOREFRONT, SINGLE_STOREFRONT, LONG_STOREFRONT = "es/1690000106", "fr/1690000105", "us/1690000101"
_POST_LANGUAGES = {"en": 62, "de": 18, "fr": 10, "es": 10}
_SERVERS = ("kettle.example", "rooms.example", "burrow.example")


@lru_cache(maxsize=8)
def world(seed: int = 7, state: int = 1) -> World:
    """The world of a seed in state 1, or 2, a day later; to be read only. Raises ValueError for another state."""
    if state not in (1, 2):
        raise ValueError(f"The demo site has the states 1 and 2, not {state}.")
    made = _Maker(seed).world()
    if state == 2:
        states.advance(made, seed)
    return made


def pages() -> tuple[Page, ...]:
    """All product pages: two a brand in the English shop, one a brand in each of the others."""
    found = []
    for number, brand in enumerate(material.brands()):
        first, second = brand.products
        for half, product in enumerate(brand.products):
            found.append(_page("havenhall", brand, product, "en", _SHAPES[(number * 2 + half) % 4]))
        found.append(_page("brightcart", brand, first, "en", "microdata"))
        found.append(_page("kontorhaus", brand, first, "de", "microdata"))
        found.append(_page("lumiere", brand, second, "fr", "rdfa" if number == 1 else "nested"))
        found.append(_page("tiendazul", brand, first, "es", "nested"))
    hidden = material.brands()[0]
    found.append(
        Page(
            "halvorra-next",
            "havenhall",
            hidden.name,
            Product("hv-next", "Halvorra Next", 599, "Not yet on sale"),
            "en",
            "nested",
            True,
        )
    )
    return tuple(found)


def _page(shop: str, brand: Brand, product: Product, lang: str, shape: str) -> Page:
    return Page(re.sub(r"[^a-z0-9]+", "-", product.name.casefold()), shop, brand.name, product, lang, shape)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(f"demo-{seed}")
        self.composer = Composer(self.rng)
        self.items: list[Item] = []
        self.serial = 0

    def world(self) -> World:
        for page in pages():
            self.reviews(page)
        self.items.sort(key=lambda item: item.when, reverse=True)
        for brand in material.brands():
            for storefront, (lang, count) in STOREFRONTS.items():
                self.app_reviews(brand, storefront, lang, count)
            self.videos(brand)
            self.statuses(brand)
        topics = [self.topic(entry) for entry in material.table("topics")["topic"]]
        made = World(material.brands(), pages(), self.items, topics)
        special.add(made, self.code)
        return made

    # ids and names
    def code(self, what: str, length: int = 11, alphabet: str = string.ascii_letters + string.digits + "-_") -> str:
        """A stable made-up id: the same for the same seed and words."""
        number = int.from_bytes(hashlib.sha256(f"{self.seed}:{what}".encode()).digest(), "big")
        return "".join(alphabet[(number >> 6 * i) % len(alphabet)] for i in range(length))

    def number(self, base: int) -> str:
        self.serial += self.rng.randint(3, 900)
        return str(base + self.serial)

    def author(self, lang: str) -> str:
        name = self.rng.choice(material.table("slots")[lang]["names"])
        form = self.rng.randrange(4)
        return (
            f"{name} {self.rng.choice('ABDFGHKLMPRSTW')}.",
            name,
            f"{name.casefold()}{self.rng.randint(2, 99)}",
            f"{name}_{self.rng.choice('xyz')}",
        )[form]

    def helpful(self, loud: bool) -> int:
        return int(self.rng.expovariate(1 / (9 if loud else 2.5)))

    # reviews
    def reviews(self, page: Page) -> None:
        brand = next(b for b in material.brands() if b.name == page.brand)
        turned = 1.45 if brand.delivery_turn else 1.0
        for n in range(3 if page.hidden else round(_REVIEWS[page.shop] * brand.volume * turned)):
            self.review(page, brand, n)

    def review(self, page: Page, brand: Brand, n: int) -> None:
        rng, when = self.rng, story.moment_of(self.rng, brand)
        plan, stars = story.stance(rng, brand, when.date())
        fine = stars if page.lang != "de" else min(5.0, max(0.5, stars + rng.choice((-0.4, -0.15, 0, 0, 0.25))))
        self.items.append(
            Item(
                ident=self.code(f"{page.path}/{n}", 10, string.digits),
                source="product_page",
                place=f"{page.shop}/{page.slug}",
                kind="review",
                brand=brand.name,
                product=page.product,
                lang=page.lang,
                when=when,
                author=self.author(page.lang),
                title=self.composer.title("review", plan, stars, brand, page.product, page.lang, when)
                if rng.random() < 0.88
                else None,
                pieces=self.composer.pieces("review", plan, brand, page.product, page.lang, when),
                stars=fine,
                helpful=self.helpful(plan == "delivery"),
                verified=rng.random() < 0.7,
                mark="hidden" if page.hidden else "",
            )
        )

    def app_reviews(self, brand: Brand, storefront: str, lang: str, count: int) -> None:
        place, rng = f"{storefront}/{brand.app_id}", self.rng
        count = {EMPTY_STOREFRONT: 0, SINGLE_STOREFRONT: 1, LONG_STOREFRONT: 57}.get(place, round(count * brand.volume))
        for when in sorted(story.moment_of(rng, brand) for _ in range(count)):
            plan, stars = story.stance(rng, brand, when.date())
            if plan == "delivery" and rng.random() < 0.6:  # the app is seldom blamed for the parcel
                stars = story.stars(rng, brand, when.date())
                plan = str(stars)
            product = rng.choice(brand.products)
            self.items.append(
                Item(
                    ident=self.number(12_100_000_000),
                    source="app_store",
                    place=place,
                    kind="review",
                    brand=brand.name,
                    product=None,
                    lang=lang,
                    when=when,
                    author=self.author(lang),
                    title=self.composer.title("app", plan, stars, brand, product, lang, when),
                    pieces=self.composer.pieces("app", plan, brand, product, lang, when),
                    stars=stars,
                    helpful=self.helpful(False),
                    extra={
                        "version": f"{2 + story.mended(brand, when.date())}.{min(9, when.month)}.{rng.randint(0, 4)}"
                    },
                )
            )

    # videos
    def videos(self, brand: Brand) -> None:
        others = {
            "Halvorra": "de",
            "Brezzano": "fr",
            "Tazzoro": "es",
            "Dustling": "de",
            "Zellmo": "de",
            "Murrolo": "es",
        }
        for number, form in enumerate(("unboxing", "review", "howto", "longterm", "versus", others[brand.name])):
            self.video(brand, number, form)

    def video(self, brand: Brand, number: int, form: str) -> None:
        rng, texts = self.rng, material.table("videos")
        lang = form if form in ("de", "fr", "es") else "en"
        product, when = (
            brand.products[number % 2],
            story.moment_of(self.rng, brand, last=story.END - timedelta(days=12)),
        )
        slots = self.composer.slots(brand, product, lang, when)
        title = texts[form]["titles"][material.brands().index(brand) % len(texts[form]["titles"])].format_map(slots)
        description = rng.choice(texts[form]["description"]).format_map(slots)
        channel = rng.choice(texts["channels"][lang if lang != "en" else brand.category])
        age = (story.END - when.date()).days
        views = int(rng.lognormvariate(9.3, 0.8) * (0.4 + age / 120))
        video = Item(
            ident=self.code(f"video/{brand.name}/{number}"),
            source="youtube",
            place="",
            kind="video",
            brand=brand.name,
            product=product,
            lang=lang,
            when=when.replace(minute=0, second=0),
            author=channel,
            title=title,
            pieces=(Piece(description, "research", "neutral"),),
            extra={
                "form": form,
                "channel_id": "UC" + self.code(f"channel/{channel}", 22),
                "views": views,
                "likes": views // rng.randint(22, 48),
                "duration": rng.randint(190, 1500),
                "tags": [brand.name, product.name, form, brand.category],
            },
        )
        self.items.append(video)
        if (brand.name, form) == ("Murrolo", "howto"):
            video.mark = "comments disabled"
        elif (brand.name, form) == ("Dustling", "longterm"):
            video.mark, video.extra["gone"] = "deleted video", True
        else:
            self.comments(brand, video, product)

    def comments(self, brand: Brand, video: Item, product: Product) -> None:
        for number in range(self.rng.randint(2, 5) + (3 if video.extra["form"] == "versus" else 0)):
            when = min(_LAST, video.when + timedelta(hours=2 + self.rng.expovariate(1 / 300)))
            parent = self.comment(brand, video, product, when, None, str(number))
            if self.rng.random() < 0.22:
                self.comment(brand, video, product, min(_LAST, when + timedelta(hours=5)), parent, f"{number}-reply")

    def comment(
        self, brand: Brand, video: Item, product: Product, when: datetime, parent: Item | None, serial: str
    ) -> Item:
        lang = video.lang if self.rng.random() < 0.9 else "en"
        mood = self.mood(
            brand,
            when,
            {
                "ask": 30,
                "want": 9,
                "chat": 14,
                "decide": 8,
                "own": 28,
                "howto": 24 if video.extra["form"] == "howto" else 0,
            },
        )
        pieces = self.composer.pieces("comment", mood, brand, product, lang, when)
        ident = "Ug" + self.code(f"comment/{video.ident}/{serial}", 24)
        item = Item(
            ident=ident if parent is None else f"{parent.ident}.{self.code(ident, 22)}",
            source="youtube",
            place=video.ident,
            kind="comment",
            brand=brand.name,
            product=product,
            lang=lang,
            when=when.replace(microsecond=0),
            author=self.author(lang),
            pieces=pieces,
            helpful=self.helpful(True),
            parent=parent.ident if parent else video.ident,
        )
        self.items.append(item)
        return item

    def mood(self, brand: Brand, when: datetime, weights: dict[str, int]) -> str:
        """What a commenter or poster has on their mind that day; "own" is an owner, happy or not as ratings go."""
        plan, stars = story.stance(self.rng, brand, when.date())
        if plan == "delivery" and self.rng.random() < 0.75:
            return "delivery"
        mood = self.rng.choices(list(weights), list(weights.values()))[0]
        if mood != "own":
            return mood
        return plan if plan in ("delivery", "switch", "firmware") else "happy" if stars >= 4 else "unhappy"

    # posts
    def statuses(self, brand: Brand) -> None:
        rng = self.rng
        count = 46 if brand.delivery_turn else round(11 * brand.volume)
        for when in sorted(story.moment_of(rng, brand) for _ in range(count)):
            lang = rng.choices(list(_POST_LANGUAGES), list(_POST_LANGUAGES.values()))[0]
            mood = self.mood(brand, when, {"want": 12, "ask": 26, "order": 10, "own": 52})
            product = rng.choice(brand.products)
            snowflake = (int(when.timestamp() * 1000) << 16) + rng.randrange(1 << 16)
            self.items.append(
                Item(
                    ident=str(snowflake),
                    source="mastodon",
                    place=brand.tag,
                    kind="post",
                    brand=brand.name,
                    product=product,
                    lang=lang,
                    when=when,
                    author=f"{self.author(lang).split()[0].casefold()}@{rng.choice(_SERVERS)}",
                    pieces=self.composer.pieces("post", mood, brand, product, lang, when),
                    helpful=self.helpful(mood == "delivery"),
                    extra={"boosts": self.helpful(mood == "delivery"), "replies": rng.randrange(4), "mood": mood},
                )
            )

    def topic(self, entry: dict[str, Any]) -> dict[str, Any]:
        """One forum thread: the first post as written, then the replies in a random order."""
        rng = self.rng
        brands = [next(b for b in material.brands() if b.name == name) for name in entry["brands"]]
        start = datetime(entry["date"].year, entry["date"].month, entry["date"].day, 9, 12, tzinfo=UTC)
        first = tuple(Piece(text, moment, sentiment) for moment, sentiment, text in entry["first"])
        opener = f"{rng.choice(('quiet', 'early', 'curious', 'tall'))}_{rng.choice(('otter', 'spoon', 'heron', 'mug'))}"
        self.post(entry, brands[0], start, opener, first, "post")
        moods = [
            mood for reply in entry["replies"] for mood, _, count in [reply.partition("*")] for _ in range(int(count))
        ]
        rng.shuffle(moods)
        hours = sorted(rng.random() ** 1.6 * entry["days"] * 24 for _ in moods)
        staff = iter(material.table("topics")["staff"].get(brands[0].name, ()))
        for mood, after in zip(moods, hours, strict=True):
            when = min(_LAST, start + timedelta(hours=3 + after))
            brand = rng.choice(brands)
            if mood == "switch_to":
                brand, mood = next(b for b in material.brands() if b.name == brands[0].rival), "switch"
            if mood == "staff":
                pieces: tuple[Piece, ...] = (Piece(next(staff), "none", "neutral"),)
                self.post(entry, brands[0], when, f"{brands[0].tag}_service", pieces, "staff")
                continue
            pieces = self.composer.pieces("forum", mood, brand, rng.choice(brand.products), "en", when)
            self.post(
                entry,
                brand,
                when,
                opener if mood == "ask" and rng.random() < 0.4 else self.author("en").replace(" ", "").strip("."),
                pieces,
                "",
            )
        return {**entry, "slug": re.sub(r"[^a-z0-9]+", "-", entry["title"].casefold()).strip("-")}

    def post(
        self, entry: dict[str, Any], brand: Brand, when: datetime, author: str, pieces: tuple[Piece, ...], mark: str
    ) -> None:
        self.items.append(
            Item(
                ident=self.number(70_000),
                source="discourse",
                place=str(entry["id"]),
                kind="post" if mark == "post" else "comment",
                brand=brand.name,
                lang="en",
                when=when.replace(microsecond=0),
                author=author,
                pieces=pieces,
                helpful=self.helpful(False),
                mark="staff" if mark == "staff" else "",
            )
        )
