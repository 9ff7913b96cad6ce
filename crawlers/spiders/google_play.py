"""Google Play: reviews of an app, all of them by its id or those on its page by the page's address.

The interface behind the id (batchexecute) is unofficial, untested live, and forbidden by robots.txt: then the reviews
on the app's page are what there is. Options `lang` and `country` choose the shop ("en", "us").
"""

from crawlers.bases.play_store import PlayStore


class GooglePlay(PlayStore):
    name = "google_play"
    lineage = "app store"
    covers = "reviews of an Android app, with the developer's answers"
    target_form = "an app's id (com.example.app) or the address of its page (…/store/apps/details?id=com.example.app)"
    caution = "robots.txt forbids all but the reviews on an app's page; own apps: Google Play Developer API"
    endpoint = "https://play.google.com"
    options_known = ("lang", "country")
    records, cursor, newest_first = "0", "1.1", True
    fields = {
        "item_id": "0",
        "author": "9.0|1.0",
        "rating": "2",
        "body": "4",
        "published_at": "5.0",
        "metrics.helpful": "6",
        "extra.version": "10",
        "extra.reply": "7.1",
        "extra.replied_at": "7.2.0",
    }
