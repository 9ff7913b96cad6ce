"""Steam: every review of a game or programme, newest first, in all languages or those of the option `languages`.

Source: https://partner.steamgames.com/doc/store/getreviews. A review's address holds its author's id, hence the link
is the product's review page.
"""

from crawlers.bases.steam_api import SteamApi


class Steam(SteamApi):
    name = "steam"
    lineage = "app store"
    covers = "reviews of games and programmes, in all languages"
    target_form = "APPID or the address of the store page, e.g. 570"
    defaults = {"kind": "review", "markup": "bbcode"}
    fields = {
        "item_id": "recommendationid",
        "author": "author.steamid",
        "body": "review",
        "rating": "voted_up",
        "lang": "language",
        "published_at": "timestamp_created",
        "edited_at": "timestamp_updated",
        "verified": "steam_purchase",
        "metrics.helpful": "votes_up",
        "metrics.funny": "votes_funny",
        "metrics.comments": "comment_count",
        "metrics.playtime_min": "author.playtime_forever",
        "metrics.playtime_at_review_min": "author.playtime_at_review",
        "extra.received_for_free": "received_for_free",
        "extra.early_access": "written_during_early_access",
        "extra.weighted_score": lambda review: float(review["weighted_vote_score"]),  # text or number
        "extra.reply": "developer_response",
    }
    unread = "weighted_vote_score timestamp_dev_responded reactions primarily_steam_deck"
