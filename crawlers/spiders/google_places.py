"""Google Places: the reviews, five at most, that the official interface shows of a place; untested live.

Source: https://developers.google.com/maps/documentation/places/web-service/legacy/details. Reviews have no id.
"""

from crawlers.bases.places import PlacesApi


class GooglePlaces(PlacesApi):
    name = "google_places"
    lineage = "social"
    covers = "the five newest reviews of a place (shop, restaurant, service), with a key"
    target_form = "a place's id (ChIJ…), or q=WORDS for the places that a search finds"
    tested = False
    caution = "all reviews of a place are only for its owner (Business Profile API)"
    endpoint = "https://maps.googleapis.com/maps/api/place"
    key_variable = "GOOGLE_PLACES_KEY"
    identity = ("product_id", "author_key", "published_at")
    fields = {
        "author": "author_url|author_name",
        "body": "text",
        "rating": "rating",
        "lang": "original_language|language",
        "published_at": "time",
    }
    unread = "author_name language profile_photo_url relative_time_description translated"
