"""Discourse's interface (https://docs.discourse.org): topics whose posts come in parts, and lists of topics.

Promise: all posts of a topic's stream are asked for, by their ids where the topic does not show them; what the service
does not give is missing in the ledger. Records are posts with their topic under `about`, `site` and `page`.
"""

from __future__ import annotations

import re
from typing import Any

from scrapy.http import Response

from crawlers.bases.source import Draft, Result
from crawlers.bases.threads import TopicApi, site

#: How many posts one call may ask for by their ids.
CHUNK = 20


class DiscourseApi(TopicApi):
    """Any forum that runs Discourse."""

    topic_address = re.compile(r"(https?://[^?#]+?)/t/(?:[^/]*[^/\d][^/]*/)?(\d+)(?:/\d+)?(?:\.json)?/?(?:[?#].*)?")
    topics, topic_changed = "topic_list.topics|topics", "bumped_at|last_posted_at|created_at"
    more_topics, more_pages = "topic_list.more_topics_url", "grouped_search_result.more_full_page_results"
    error = "errors"
    unread = (
        "about id site username page cooked version post* topic_* can_* current_* read* reaction* quote_* reply_* "
        "title_* flair_* *_at *_answer *_count *hidden actions_summary link_counts display_username avatar_* yours "
        "name wiki moderator admin staff score bookmarked badges_* action_* edit_* mentioned_* primary_* trust_* user_*"
    )

    def topic(self, response: Response, target: str, base: str, about: Any = None, rest: Any = ()) -> Result:
        """A part of a topic's posts; the first part says which posts there are."""
        payload = self.envelope(response)
        posts, stream = payload["post_stream"]["posts"], payload["post_stream"].get("stream")
        if about is None:
            about, shown = {**payload, "first": stream[0]}, {post["id"] for post in posts}
            rest = [native for native in stream if native not in shown]
            self.ledger(target).expect(len(stream), add=True)
        address, passed = f"{base}/t/{about['id']}/posts.json", {"base": base, "about": about, "rest": rest[CHUNK:]}
        more = (
            self.request(address, target, self.topic, params={"post_ids[]": rest[:CHUNK]}, **passed) if rest else None
        )
        told = {"about": about, "site": site(target), "page": f"{self.forum(target)}/t/{about['slug']}/{about['id']}"}
        yield from self.walk([told | post for post in posts], response, target, more)

    def after(self, draft: Draft, record: Any) -> Draft | None:
        """The first post says what the topic is about; notices of the system and bare pictures are left out."""
        about = record["about"]
        if record["id"] == about["first"]:
            draft.update(kind="question" if about.get("accepted_answer") else "post", title=about["title"])
            draft["metrics"].update(views=about.get("views"), comments=about.get("posts_count", 1) - 1)
        says = draft.get("body") or draft.get("title") or draft.get("deleted")
        return draft if says and record.get("post_type", 1) == 1 else None
