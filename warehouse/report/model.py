"""What a report holds: typed, frozen, made only of numbers and texts, so that every format renders the same facts.

All counts are counts of sentences unless a field says otherwise; all shares lie in 0…1; all days are UTC.
`few` marks a figure that rests on fewer than `FEW` observations and should be read as a hint, not as a fact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

FEW = 30  # below this many observations a share's 95 % interval is wider than about ±18 points

Link = dict[str, str]  # the filters of the voices that stand behind a figure, e.g. {"moment": "wait"}


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report speaks of (both ends included) and the equally long stretch it is compared with."""

    date_from: date | None
    date_to: date | None
    chosen: bool  # False: the whole record, compared by its last weeks
    recent_from: date | None
    recent_to: date | None
    previous_from: date | None
    previous_to: date | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its basis: `n` observations, a 95 % interval where it is a share or mean, and its change."""

    key: str
    name: str
    unit: str  # count, share, balance (−1…1) or stars (1…5)
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    recent: float | None = None  # the same figure over Period.recent_*
    recent_n: int = 0
    previous: float | None = None  # and over Period.previous_*
    previous_n: int = 0
    sure_change: bool = False  # the change is larger than chance explains (95 %)
    tested: bool = True  # False: chance cannot be judged, as with views, which a single video can make
    better: int = 0  # 1: more is better, -1: less is better, 0: neither
    link: Link = field(default_factory=dict)
    meaning: str = ""

    @property
    def few(self) -> bool:
        return self.unit != "count" and self.n < FEW


@dataclass(frozen=True, slots=True)
class MomentRow:
    """How much is said about one moment of the journey, and how it feels."""

    label: str
    stage: str | None  # the scheme's name of it; None where the scheme has no such stage
    sentences: int
    items: int
    negative: int
    neutral: int
    positive: int
    low: float | None = None  # 95 % interval of the balance
    high: float | None = None

    @property
    def balance(self) -> float | None:
        """(positive − negative) / all, −1…1; None when nothing was said."""
        return (self.positive - self.negative) / self.sentences if self.sentences else None

    @property
    def negative_share(self) -> float | None:
        return self.negative / self.sentences if self.sentences else None

    @property
    def few(self) -> bool:
        return self.sentences < FEW


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One day, week or month: what was published in it."""

    start: date
    items: int
    sentences: int
    negative: int
    positive: int
    rating: float | None  # mean of 1…5 stars
    rated: int


@dataclass(frozen=True, slots=True)
class Video:
    """A video about the brand, with its reach as last seen and the feeling of the comments under it."""

    title: str
    url: str | None
    kind: str  # unboxing, review, comparison or other
    published: date | None
    views: int | None
    likes: int | None
    comments: int | None
    comments_negative: int = 0  # comments gathered and tagged, by feeling
    comments_positive: int = 0


@dataclass(frozen=True, slots=True)
class Theme:
    """What people ask about before they buy."""

    name: str
    questions: int
    example: str | None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another brand as it is named beside this one; all counts are items."""

    name: str
    items: int
    versus: int  # weigh the two against each other
    won: int  # tell of a switch from the rival to this brand
    lost: int  # tell of a switch from this brand to the rival


@dataclass(frozen=True, slots=True)
class Voiceshare:
    """Share of voice: items that speak of a brand among all items that speak of it or its rivals."""

    brand: str
    own: bool
    items: int
    share: float | None
    low: float | None
    high: float | None
    net: float | None
    rating: float | None  # mean of 1…5 stars
    rated: int


@dataclass(frozen=True, slots=True)
class Product:
    """One product beside its sisters."""

    product_id: str
    name: str
    items: int
    research_items: int
    rating: float | None  # mean of 1…5 stars
    rated: int
    net: float | None
    net_referral: float | None


@dataclass(frozen=True, slots=True)
class Zmot:
    """Before they buy: how much people ask, compare and watch, and how it feels."""

    figures: tuple[Figure, ...] = ()
    themes: tuple[Theme, ...] = ()
    videos: tuple[Video, ...] = ()
    video_count: int = 0
    unboxing_count: int = 0
    reach: int = 0


@dataclass(frozen=True, slots=True)
class Tmot:
    """After they used it: ratings, verdicts, loyalty, and whom they send or keep away."""

    figures: tuple[Figure, ...] = ()
    stars: tuple[tuple[int, int], ...] = ()  # (stars 1…5, reviews)


@dataclass(frozen=True, slots=True)
class Driver:
    """How a moment's trouble goes with low ratings: their share with a negative sentence of it, and without."""

    label: str
    outcome: bool  # a verdict or referral: it says that they are unhappy, not why
    with_trouble: float | None
    without: float | None
    effect: float | None  # with_trouble - without
    low: float | None
    high: float | None
    rated: int
    troubled: int
    rank: int | None  # 1 = costs most ratings; None = not shown to matter

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and (self.high < 0 or self.low > 0)

    @property
    def few(self) -> bool:
        return self.troubled < FEW


@dataclass(frozen=True, slots=True)
class Alert:
    """A sudden turn in volume or sentiment, as seen in its strongest window, from `start` to `end`."""

    label: str | None  # moment; None for the brand as a whole
    what: str  # volume up, volume down, more negative or less negative
    start: date
    end: date
    noticed: date  # end of the first window that shows it
    last: date  # end of the last one
    observed: float  # items; of a turn in feeling, the negative ones
    expected: float
    score: float  # in standard deviations of what is usual
    items: int
    text: str  # as a sentence
    link: Link = field(default_factory=dict)

    @property
    def tone(self) -> str:
        return {"more negative": "worse", "less negative": "better"}.get(self.what, "turn")


@dataclass(frozen=True, slots=True)
class Loop:
    """Whether today's verdicts and referrals go with research some weeks later: the next customer's zero moment."""

    lag_weeks: int
    weeks: int
    correlation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Voice:
    """One sentence of one item, as published."""

    key: str  # item id and sentence number
    text: str
    moment: str
    sentiment: str
    source: str
    kind: str
    lang: str | None
    published: date | None
    url: str | None
    product: str | None
    stars: float | None
    helpful: int
    unsure: bool  # the model's own doubt
    unsupported: bool  # a language that the model was not trained on
    about: tuple[str, ...] = ()  # what else it stands for: zmot, question, theme:NAME, rival:NAME, loyal, leaving, …

    @property
    def star(self) -> int | None:
        """Whole stars, counted as the chart of ratings counts them."""
        return None if self.stars is None else max(1, int(self.stars + 0.5))


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a source has brought about the brand, and how fresh and complete its last run was."""

    source: str
    items: int
    newest: date | None
    last_run: datetime | None
    status: str | None
    reason: str | None
    got: int | None
    expected: int | None
    rejects: int


@dataclass(frozen=True, slots=True)
class Quality:
    """What the figures rest on, and what was left out of them."""

    items: int  # items that speak of the brand in the period, used in figures
    sentences: int
    left_out: tuple[tuple[str, int], ...]  # (reason, items)
    unsure: int  # items whose tags are marked as unsure
    unsupported: int  # items in a language the model was not trained on, counted all the same
    untagged: int
    undated: int  # items without a publication date (of the whole record, in no period)
    unattributed: int  # items of all sources that no brand could be found for
    sources: tuple[SourceState, ...]
    languages: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a brand team reads about one brand. Deterministic for a snapshot and arguments."""

    brand: str
    scheme: str
    scheme_source: str
    stages: dict[str, str | None]
    period: Period
    data_as_of: datetime | None  # of the last load in the snapshot; never the time of rendering
    model_version: str | None
    headlines: tuple[str, ...]
    figures: tuple[Figure, ...]
    moments: tuple[MomentRow, ...]
    grain: str  # of the trend: day, week or month
    trend: tuple[TrendPoint, ...]
    zmot: Zmot
    tmot: Tmot
    drivers: tuple[Driver, ...]
    loop: Loop | None
    products: tuple[Product, ...]
    rivals: tuple[Rival, ...]
    share_of_voice: tuple[Voiceshare, ...]
    alerts: tuple[Alert, ...]
    voices: tuple[Voice, ...]
    voices_total: int
    quality: Quality
