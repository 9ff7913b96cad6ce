"""What a source declares: the class attributes that a spider sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from crawlers.draft import Field


class Declaration:
    """Attributes of a spider's class, each with its meaning and default."""

    #: Whose platform it is: "brand", "retailer", "app store", "video", "forum", "social", "news" or "own".
    lineage: ClassVar[str] = ""
    #: One line: what it covers, for the sources table.
    covers: ClassVar[str] = ""
    #: How a target is written, with an example, for the sources table.
    target_form: ClassVar[str] = ""
    #: False where no recording of the live service was at hand to test with.
    tested: ClassVar[bool] = True
    #: What robots.txt or terms forbid here, and which official interface to use; shown by `mot doctor`.
    caution: ClassVar[str] = ""

    #: field of the draft → path in the record, or function of the record
    fields: ClassVar[Mapping[str, Field]] = {}
    #: fields that are the same for every record
    defaults: ClassVar[Mapping[str, Any]] = {"kind": "review"}
    #: top-level keys of a record that are read by hooks or left out on purpose; others are counted as unmapped
    ignored: ClassVar[frozenset[str]] = frozenset()
    #: the same where there are many: names with a blank between, `can_*` for all that begin so
    unread: ClassVar[str] = ""
    #: fields of the finished item that make its id where the service gives none
    identity: ClassVar[tuple[str, ...]] = ("product_id", "product_name", "author_key", "published_at", "body", "title")

    #: base address of the interface; the option `endpoint` replaces it
    endpoint: ClassVar[str] = ""
    #: environment variable of the key; the option `key` names another
    key_variable: ClassVar[str | None] = None
    #: further ones: option that names another → variable
    further_keys: ClassVar[Mapping[str, str]] = {}
    #: options beyond key, endpoint, max_items and full
    options_known: ClassVar[tuple[str, ...]] = ()
    #: True where the listing shows the newest first, so that a page of known items ends an incremental crawl
    newest_first: ClassVar[bool] = False
    #: True where a search matches loosely: the brand is then left to the text
    brand_from_text: ClassVar[bool] = False
    #: a pattern of targets under which anything may stand (a whole community): so too there, unless they name the brand
    loose_targets: ClassVar[str] = ""
    #: most pages asked for under one target, against endless pagination
    max_pages: ClassVar[int] = 2_000

    @classmethod
    def variables(cls, options: Mapping[str, Any]) -> list[str]:
        """The environment variables that a crawl with these options needs."""
        named = {"key": cls.key_variable, **cls.further_keys}
        return [str(options.get(option) or variable) for option, variable in named.items() if variable]
