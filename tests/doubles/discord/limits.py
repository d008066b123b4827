"""How many requests Discord takes: buckets per route and resource, fifty a second in all, and a ban for the deaf.

The clock is the machine's own: a client waits in real time for what `X-RateLimit-Reset-After` tells it.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.doubles.discord.refusals import Json

MAJOR = ("channel", "guild", "webhook", "token")
"""Places of an address that have a bucket of their own each."""

Scope = Literal["user", "global", "shared"]


@dataclass(frozen=True)
class Quota:
    """So many requests in so many seconds."""

    requests: int
    seconds: float


STRICT: Mapping[str, Quota] = {
    "POST /channels/{channel}/messages": Quota(5, 5.0),
    "PATCH /channels/{channel}/messages/{message}": Quota(5, 5.0),
    "DELETE /channels/{channel}/messages/{message}": Quota(5, 1.0),
    "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me": Quota(1, 0.25),
    "POST /webhooks/{webhook}/{token}": Quota(5, 2.0),
    "PATCH /webhooks/{webhook}/{token}/messages/{message}": Quota(5, 2.0),
}
"""What bots have met; never promised, so a client may rely on the headers alone."""


@dataclass(frozen=True)
class TooMany:
    """A 429: what it says, in which scope, and whether it came from Cloudflare's edge, which is not Discord."""

    retry_after: float
    scope: Scope = "user"
    is_edge: bool = False

    @property
    def body(self) -> Json:
        """The JSON of the answer."""
        is_global = self.scope == "global"
        words = "You are being rate limited."
        return {"message": words, "retry_after": round(self.retry_after, 3), "global": is_global}

    @property
    def headers(self) -> dict[str, str]:
        """The headers that only a 429 has."""
        headers = {"Retry-After": str(max(1, round(self.retry_after + 0.5))), "X-RateLimit-Scope": self.scope}
        return {**headers, **({"X-RateLimit-Global": "true"} if self.scope == "global" else {})}


@dataclass
class _Bucket:
    quota: Quota
    started: float
    used: int = 0


@dataclass
class Limits:
    """The counters. `routes` and `default` are for tests to tighten; `next_answers` are 429 on order."""

    default: Quota = Quota(50, 1.0)
    routes: dict[str, Quota] = field(default_factory=dict)
    per_second: int = 50
    invalid_max: int = 10_000
    next_answers: dict[str, deque[TooMany]] = field(default_factory=dict)
    invalid: deque[float] = field(default_factory=deque)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _second: deque[float] = field(default_factory=deque)

    def be_strict(self) -> None:
        """Limit the routes as bots have met it."""
        self.routes.update(STRICT)

    def refuse_next(self, route: str, *answers: TooMany) -> None:
        """Answer the next requests of a route, `METHOD /path/{channel}`, with these."""
        self.next_answers.setdefault(route, deque()).extend(answers)

    def take(self, route: str, params: Mapping[str, str]) -> tuple[dict[str, str], TooMany | None]:
        """Count a request; returns the headers of its answer, and the 429 if it is one too many."""
        now = time.monotonic()
        if self._is_banned(now):
            return {}, TooMany(600.0, is_edge=True)
        is_free = route.startswith(("POST /interactions", "POST /webhooks", "PATCH /webhooks"))
        if not is_free and (wait := self._whole(now)):
            return {}, TooMany(wait, "global")
        bucket = self._bucket(route, params, now)
        over = bucket.used >= bucket.quota.requests
        bucket.used += not over
        left = bucket.started + bucket.quota.seconds - now
        headers = self._headers(route, bucket, left)
        if planned := self.next_answers.get(route):
            return headers, planned.popleft()
        return headers, TooMany(left) if over else None

    def note(self, status: int, scope: str | None) -> None:
        """Count an invalid request: 401, 403, and 429 unless many share the limit."""
        if status in {401, 403} or (status == 429 and scope != "shared"):
            self.invalid.append(time.monotonic())

    def _is_banned(self, now: float) -> bool:
        while self.invalid and self.invalid[0] < now - 600:
            self.invalid.popleft()
        return len(self.invalid) >= self.invalid_max

    def _whole(self, now: float) -> float:
        while self._second and self._second[0] <= now - 1:
            self._second.popleft()
        if len(self._second) >= self.per_second:
            return self._second[0] + 1 - now
        self._second.append(now)
        return 0.0

    def _bucket(self, route: str, params: Mapping[str, str], now: float) -> _Bucket:
        quota = self.routes.get(route, self.default)
        key = "/".join((route, *(params[name] for name in MAJOR if name in params)))
        bucket = self._buckets.get(key)
        if bucket is None or bucket.quota != quota or now >= bucket.started + quota.seconds:
            bucket = self._buckets[key] = _Bucket(quota, now)
        return bucket

    @staticmethod
    def _headers(route: str, bucket: _Bucket, left: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(bucket.quota.requests),
            "X-RateLimit-Remaining": str(bucket.quota.requests - bucket.used),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(route.encode(), usedforsecurity=False).hexdigest(),
        }
