"""Customer reviews of Apple's App Store: one storefront and app a target ("jp/1404176564").

The feed holds the 500 newest reviews of a storefront, 50 a page. Its XML form is asked for first, since the JSON form
has left out the dates for years; where a storefront has no XML, the JSON form is read. Official but semi-documented.
"""

from crawlers.bases.labelled import StoreFeed
from crawlers.bases.source import Draft


class AppStore(StoreFeed):
    name = "app_store"
    lineage = "app store"
    covers = "customer reviews of an app in one storefront, the newest 500"
    target_form = "country and app id, as in jp/1404176564"
    endpoint = "https://itunes.apple.com"
    newest_first = True
    ignored = frozenset({"im:contentType", "im:voteCount", "im:name", "rights", "category", "im:image", "im:artist"})
    fields = {
        "item_id": "id.label",
        "url": "link.attributes.href",
        "author": "author.uri.label|author.name.label",
        "title": "title.label",
        "body": "content.label",
        "rating": "im:rating.label",
        "published_at": "updated.label",
        "metrics.helpful": "im:voteSum.label",
        "metrics.votes": "im:voteCount.label",
        "extra.version": "im:version.label",
    }

    def after(self, draft: Draft, record: object) -> Draft | None:
        # Old feeds begin with an entry about the app itself, which has no rating.
        return draft if draft.get("rating") else None
