"""The operations of the API."""

from contextlib import contextmanager
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

from .amounts import Amount, amount_text
from .holds import Hold, HoldJob
from .transport import RetryPolicy, Transport, segment

MOST_EVENTS = 1000
MOST_SPENDS = 100

Json = Dict[str, Any]


class Client:
    """Speaks to `<base_url>/api/v1`. Every operation that moves tokens takes a `key`; a repeat with it moves nothing."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        timeout_seconds: float = 20.0,
        retry: RetryPolicy = RetryPolicy(),
    ):
        root = base_url.rstrip("/") + "/api/v1"
        self._transport = Transport(root, api_key, timeout_seconds, retry)

    def balance(self, user_id: int) -> Json:
        return self._get(f"/users/{segment(user_id)}/balance")

    def can_spend(self, user_id: int, amount: Amount) -> Json:
        asked = {"amount": amount_text(amount)}
        return self._get(f"/users/{segment(user_id)}/can-spend", asked)

    def spend(
        self,
        user_id: int,
        amount: Amount,
        description: str,
        track: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        key: Optional[str] = None,
    ) -> Json:
        """Answers when the tokens have moved. `replayed` tells that they had moved before."""
        body = _given(
            amount=amount_text(amount), description=description, track=track, metadata=metadata
        )
        answer = self._transport.post(f"/users/{segment(user_id)}/spend", body, key)
        return {**answer.body, "replayed": answer.is_replay}

    def spend_many(self, items: Iterable[Mapping[str, Any]]) -> List[Json]:
        """Each item has a user_id, amount, description and idempotency_key, and an outcome of its own."""
        wanted = [{**item, "amount": amount_text(item["amount"])} for item in items]
        results: List[Json] = []
        for start in range(0, len(wanted), MOST_SPENDS):
            part = {"items": wanted[start : start + MOST_SPENDS]}
            results.extend(self._transport.post("/spends/batch", part).body["results"])
        return results

    def hold(
        self,
        user_id: int,
        amount: Amount,
        lease_seconds: int = 120,
        on_expiry: Optional[str] = None,
        track: Optional[str] = None,
        description: Optional[str] = None,
        key: Optional[str] = None,
    ) -> Hold:
        """Reserves tokens. The same key gives the same hold, also after a restart."""
        return Hold.place(
            self._transport,
            user_id,
            _given(
                amount=amount_text(amount),
                lease_seconds=lease_seconds,
                on_expiry=on_expiry,
                track=track,
                description=description,
            ),
            key,
        )

    def get_hold(self, hold_id: str) -> Json:
        return self._get(f"/holds/{segment(hold_id)}")

    @contextmanager
    def with_hold(self, user_id: int, amount: Amount, **terms: Any) -> Iterator[HoldJob]:
        """
        Reserves, beats while the body runs, settles after it: for the last reported total, else for all that is held.
        A body that raises is settled for what it reported, or released. A killed process is settled by its lease.
        """
        job = HoldJob(self.hold(user_id, amount, **terms))
        try:
            with job.beating():
                yield job
        except BaseException:
            job.settle(is_done=False)
            raise
        job.settle(is_done=True)

    def track_cost(self, event: Mapping[str, Any]) -> Json:
        """Reports one event; its source and event_id are its name."""
        return self._transport.post("/track-costs", dict(event)).body

    def track_costs(self, events: Iterable[Mapping[str, Any]]) -> List[Json]:
        """Reports many; the outcome of each is at its place."""
        wanted = [dict(event) for event in events]
        results: List[Json] = []
        for start in range(0, len(wanted), MOST_EVENTS):
            part = {"events": wanted[start : start + MOST_EVENTS]}
            results.extend(self._transport.post("/track-costs", part).body["results"])
        return results

    def transfers(self, user_id: int, **query: Any) -> Iterator[Json]:
        """The history of a wallet, newest first, page after page."""
        return self._pages(f"/users/{segment(user_id)}/transfers", "transfers", query)

    def explain(self, charge_id: str) -> Json:
        return self._get(f"/charges/{segment(charge_id)}/explain")

    def analytics(self, **query: Any) -> Iterator[Json]:
        """Rows of charged work: group is track, model, day, user or client."""
        return self._pages("/analytics/tracks", "rows", query)

    def _get(self, path: str, query: Optional[Mapping[str, Any]] = None) -> Json:
        return self._transport.get(path, query).body

    def _pages(self, path: str, member: str, query: Mapping[str, Any]) -> Iterator[Json]:
        cursor: Optional[str] = None
        while True:
            page = self._get(path, {**query, "cursor": cursor})
            yield from page[member]
            cursor = page.get("next_cursor")
            if not cursor:
                return


def _given(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}
