"""One request, repeated under its own name until somebody answers."""

import http.client
import json
import random
import ssl
import time
import uuid
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Tuple
from urllib.parse import quote, urlencode, urlsplit

from .errors import ProblemError, UnreachableError

GATEWAYS = (502, 503, 504)


@dataclass(frozen=True)
class RetryPolicy:
    """Waits grow from `first_seconds` by doubling to `longest_seconds`, each shortened by chance down to a half."""

    attempts: int = 8
    first_seconds: float = 0.2
    longest_seconds: float = 10.0
    #: A request is given up after this long, waits included.
    give_up_seconds: float = 120.0

    def wait_seconds(self, attempt: int, retry_after: Optional[float]) -> float:
        grown = min(self.longest_seconds, self.first_seconds * (2 ** attempt))
        return max(grown * random.uniform(0.5, 1.0), retry_after or 0.0)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    #: True when an earlier request of this name had the effect.
    is_replay: bool


class Transport:
    """Sends JSON. Safe to use from several threads: every request has a connection of its own."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        timeout_seconds: float = 20.0,
        retry: RetryPolicy = RetryPolicy(),
    ):
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("base_url is an http or https address")
        self._parts = parts
        self._prefix = parts.path.rstrip("/")
        self._api_key = api_key
        self._timeout = timeout_seconds
        self._retry = retry

    def get(self, path: str, query: Optional[Mapping[str, Any]] = None) -> Answer:
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        return self.send("GET", path + (f"?{urlencode(asked)}" if asked else ""), None, None)

    def post(self, path: str, body: Any, key: Optional[str] = None) -> Answer:
        """A request that moves tokens has a name; one is made when the caller gives none."""
        return self.send("POST", path, body, key or str(uuid.uuid4()))

    def send(self, method: str, path: str, body: Any, key: Optional[str]) -> Answer:
        """The same name and the same bytes in every try, so that no try has an effect of its own."""
        payload = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        give_up_at = time.monotonic() + self._retry.give_up_seconds
        attempt = 0
        while True:
            answer, error = self._try(method, path, payload, key)
            if answer is not None:
                return answer
            attempt += 1
            wait = self._retry.wait_seconds(attempt - 1, getattr(error, "retry_after", None))
            is_late = time.monotonic() + wait > give_up_at
            if attempt >= self._retry.attempts or is_late:
                raise error if error is not None else UnreachableError("nobody answered")
            time.sleep(wait)

    def _try(
        self, method: str, path: str, payload: Optional[bytes], key: Optional[str]
    ) -> Tuple[Optional[Answer], Optional[Exception]]:
        """An answer, or an error after which another try may help; any other refusal is raised."""
        try:
            status, headers, text = self._exchange(method, path, payload, key)
        except (OSError, http.client.HTTPException) as error:
            return None, UnreachableError(f"{method} {path}: {error!r}")
        body = _json_of(text)
        if 200 <= status < 300:
            if body is None and text.strip():
                return None, UnreachableError(f"{method} {path}: the answer was cut")
            return Answer(status, body, headers.get("idempotent-replayed") == "true"), None
        problem = body if isinstance(body, dict) else {"detail": text[:200].decode("utf-8", "replace")}
        refusal = ProblemError(status, problem, _seconds(headers.get("retry-after")))
        if status == 429 or status in GATEWAYS or refusal.code == "request_in_progress":
            return None, refusal
        raise refusal

    def _exchange(
        self, method: str, path: str, payload: Optional[bytes], key: Optional[str]
    ) -> Tuple[int, Dict[str, str], bytes]:
        connection = self._connect()
        try:
            headers = {"authorization": f"Bearer {self._api_key}", "accept": "application/json"}
            if payload is not None:
                headers["content-type"] = "application/json"
            if key is not None:
                headers["idempotency-key"] = key
            connection.request(method, self._prefix + path, body=payload, headers=headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, text
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)


def segment(value: Any) -> str:
    """A value as a part of a path."""
    return quote(str(value), safe="")


def _json_of(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _seconds(text: Optional[str]) -> Optional[float]:
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None
