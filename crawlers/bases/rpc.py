"""POST interfaces: the question and the cursor travel in the body, the answer is JSON in some wrapping."""

from __future__ import annotations

from typing import Any, ClassVar

from scrapy.http import Request, Response

from crawlers.bases.json_api import JsonApi, read_json
from crawlers.bases.source import pick


class PostRpc(JsonApi):
    """A POST interface. Write `call`, which makes the request for a cursor, and `unwrap` if the answer is wrapped."""

    #: path of the next cursor in the unwrapped payload
    cursor: ClassVar[str] = ""

    def call(self, target: str, cursor: Any) -> Request:
        """The request for the page at a cursor (None: the first); pass `cursor=cursor` on to `self.request`."""
        raise NotImplementedError

    def unwrap(self, payload: Any) -> Any:
        """The payload inside its wrapping."""
        return payload

    def begin(self, target: str) -> list[Request]:
        return [self.call(target, None)]

    def envelope(self, response: Response) -> Any:
        return self.unwrap(read_json(response))

    def following(
        self, response: Response, payload: Any, records: int, target: str, passed: dict[str, Any]
    ) -> Request | None:
        token = pick(payload, self.cursor) if self.cursor else None
        return self.call(target, token) if token and records else None
