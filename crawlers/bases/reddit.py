"""Reddit's interface: a token first, then listings and trees of things, of which some are folded away.

Promise: of a thread everything that the service gives is read; folded comments that it does not give are a gap with its
figures, and so is a continued thread that cannot be read.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Cursor
from crawlers.bases.source import Result, TargetError

#: How many folded comments one call may ask for.
CHUNK = 100


class RedditApi(JsonApi):
    """The interface as documented at https://www.reddit.com/dev/api, by OAuth for an application without a user.

    Records are the `data` of posts and comments.
    """

    endpoint = "https://oauth.reddit.com"
    key_variable = "REDDIT_CLIENT_ID"
    #: of the application's secret
    further_keys: ClassVar[Mapping[str, str]] = {"secret": "REDDIT_CLIENT_SECRET"}
    options_known = ("secret",)
    error = "message"
    paging = Cursor("after", "data.after")
    unread = (
        "id link_id body selftext edited permalink is_* url *_html body_* likes ups downs saved hidden hide_score "
        "score_hidden created domain author_* all_* allow_* approved_* archived award* banned_* can_* category "
        "clicked collapsed* content_* contest_mode controversiality crosspost_* depth discussion_type "
        "distinguished event* from* gallery_data gilded gildings link_* locked media* mod_* no_follow num_* "
        "over_18 parent_whitelist_status pinned post_hint preview pwls quarantine removal_* removed_* replies "
        "report_* secure_* send_replies spoiler stickied subreddit_* suggested_sort thumbnail* top_* total_* "
        "treatment_tags unrepliable_reason upvote_ratio user_reports view_count visited whitelist_status wls"
    )
    #: a listing, or a post whose comments are wanted; groups "path" and "post"
    address: ClassVar[str]

    def begin(self, target: str) -> Iterable[Request]:
        self.parts(target, self.address)
        basic = b64encode(":".join(map(self.secret, self.variables(self.run.options))).encode()).decode()
        sent, form = {"Authorization": f"Basic {basic}"}, {"grant_type": "client_credentials"}
        base = str(self.option("endpoint") or "https://www.reddit.com").rstrip("/")
        return [self.request(f"{base}/api/v1/access_token", target, self.admitted, headers=sent, form=form)]

    def admitted(self, response: Response, target: str) -> Result:
        """The token has come: the first page of the listing, or the post, is asked for."""
        token = self.envelope(response).get("access_token")
        if not token:
            variable = self.option("key") or self.key_variable
            raise TargetError(f"Reddit gives no token; check {variable} and the secret that belongs to it")
        wanted, sent = self.parts(target, self.address), {"Authorization": f"bearer {token}"}
        if post := wanted["post"]:
            passed: dict[str, Any] = {"params": {"raw_json": 1, "limit": 500}, "callback": self.thread, "post": post}
            yield self.request(f"{self.base}/comments/{post}/", target, headers=sent, **passed)
        else:
            path = wanted["path"] + ("/new" if re.fullmatch(r"r/\w+", wanted["path"]) else "")
            asked = {"raw_json": 1, "limit": 100, "sort": "new" if "search?" in path else None}
            yield self.request(f"{self.base}/{path}", target, params=asked, headers=sent)

    def request(self, *args: Any, **values: Any) -> Request:
        """Every request, the next page's too: robots.txt speaks of pages; here an application asks with its own key."""
        return super().request(*args, **{"meta": {"dont_obey_robotstxt": True}, **values})

    def listed(self, payload: Any) -> list[Any]:
        return [data for kind, data in things(payload) if kind in ("t1", "t3")]

    def thread(self, response: Response, target: str, post: str, asked: tuple[str, ...] = ()) -> Result:
        """A post with comments, or the folded comments that were `asked` for; then what is folded away in them."""
        payload = self.envelope(response)
        found = list(things(payload["json"]["data"]["things"] if isinstance(payload, dict) else payload))
        said = [data for kind, data in found if kind in ("t1", "t3")]
        if missing := set(asked) - {data["id"] for data in said}:
            self.ledger(target).gap(f"{len(missing)} of {len(asked)} folded comments did not arrive")
        yield from self.walk(said, response, target, None)
        if not self.enough(target):
            for folded in (data for kind, data in found if kind == "more" and not data["children"]):
                yield from self._continued(folded["parent_id"], post, response, target)
            listed = [child for kind, data in found if kind == "more" for child in data["children"]]
            yield from self._unfold(listed, post, response, target)

    def _unfold(self, children: list[str], post: str, response: Response, target: str) -> Result:
        """Calls for folded comments by their ids (https://www.reddit.com/dev/api#GET_api_morechildren)."""
        new = [child for child in children if self.ledger(target).first_time(("folded", child))]
        for start in range(0, len(new), CHUNK):
            asked = tuple(new[start : start + CHUNK])
            form = {"api_type": "json", "link_id": f"t3_{post}", "children": ",".join(asked), "raw_json": 1}
            yield self._call("api/morechildren/", post, response, target, form=form, asked=asked)

    def _continued(self, parent: str, post: str, response: Response, target: str) -> Result:
        """A call for the comments under a comment whose thread goes on elsewhere."""
        if self.ledger(target).first_time(("continued", parent)):
            native = parent.partition("_")[2]
            yield self._call(f"comments/{post}/_/{native}", post, response, target, params={"raw_json": 1})

    def _call(self, path: str, post: str, response: Response, target: str, **values: Any) -> Request:
        assert response.request is not None
        sent = {"Authorization": (response.request.headers["Authorization"] or b"").decode()}
        optional = "a part of the comments"
        url = f"{self.base}/{path}"
        return self.request(url, target, self.thread, headers=sent, optional=optional, post=post, **values)


def things(found: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, data) of everything in listings and in the replies of comments, in the order of the page."""
    waiting = [found]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict) and isinstance(data := node.get("data"), dict):
            if node.get("kind") == "Listing":
                waiting.append(data.get("children") or [])
            else:
                yield str(node.get("kind")), data
                waiting.append(data.get("replies"))
