"""Stack Exchange (https://api.stackexchange.com/docs): questions by search or tag, and their answers; untested live."""

from crawlers.bases.stackexchange import StackExchangeApi


class Stackexchange(StackExchangeApi):
    name = "stackexchange"
    lineage = "forum"
    covers = "questions and answers on any site of Stack Exchange"
    target_form = "SITE?q=WORDS, SITE?tagged=TAG or SITE/questions/ID, e.g. coffee?q=nordbrew"
    tested = False
    defaults = {"kind": "question", "markup": "html"}
    fields = {
        "item_id": "answer_id|question_id",
        "kind": lambda entry: "comment" if "answer_id" in entry else "question",
        "url": "link",
        "author": "owner.user_id|owner.display_name",
        "title": "title",
        "body": "body",
        "published_at": "creation_date",
        "edited_at": "last_edit_date",
        "metrics.likes": "score",
        "metrics.views": "view_count",
        "metrics.comments": "answer_count",
        "extra.accepted": lambda entry: entry["is_accepted"] or None,
    }
