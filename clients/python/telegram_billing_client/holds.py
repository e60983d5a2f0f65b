"""Tokens reserved for a job, and the thread that keeps them reserved."""

import threading
import uuid
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Dict, Iterator, Mapping, Optional

from .amounts import Amount, amount_text
from .errors import BillingError, ProblemError
from .transport import Transport, segment

OVER = ("hold_closed", "hold_expired")


class Hold:
    """A hold as the server last told of it. Settling it twice gives the first outcome."""

    def __init__(self, transport: Transport, view: Dict[str, Any], key: str, lease_seconds: int):
        self._transport = transport
        self._key = key
        self.view = view
        self.lease_seconds = lease_seconds

    @classmethod
    def place(
        cls, transport: Transport, user_id: int, body: Mapping[str, Any], key: Optional[str]
    ) -> "Hold":
        name = key or str(uuid.uuid4())
        answer = transport.post(f"/users/{segment(user_id)}/holds", dict(body), name)
        return cls(transport, answer.body, name, int(body["lease_seconds"]))

    @property
    def id(self) -> str:
        return str(self.view["hold_id"])

    @property
    def is_active(self) -> bool:
        return self.view["state"] == "active"

    def heartbeat(
        self, reported_total: Optional[Amount] = None, extend_seconds: Optional[int] = None
    ) -> Dict[str, Any]:
        """Says that the job goes on and what it has cost so far; the total never decreases."""
        body: Dict[str, Any] = {"extend_seconds": extend_seconds or self.lease_seconds}
        if reported_total is not None:
            body["reported_total"] = amount_text(reported_total)
        return self._ask("heartbeat", body, str(uuid.uuid4()))

    def capture(self, amount: Optional[Amount] = None, post_paid: bool = False) -> Dict[str, Any]:
        """Charges the amount, or all that is held, and gives back the rest."""
        body: Dict[str, Any] = {} if amount is None else {"amount": amount_text(amount)}
        if post_paid:
            body["post_paid"] = True
        return self._settle("capture", body)

    def release(self) -> Dict[str, Any]:
        """Gives the tokens back to where they came from."""
        return self._settle("release", {})

    def _settle(self, word: str, body: Dict[str, Any]) -> Dict[str, Any]:
        """Whoever comes second hears how it ended."""
        try:
            return self._ask(word, body, str(uuid.uuid4()))
        except ProblemError as problem:
            ended = problem.problem.get("hold")
            if problem.code not in OVER or not isinstance(ended, dict):
                raise
            self.view = ended
            return ended

    def _ask(self, word: str, body: Dict[str, Any], key: str) -> Dict[str, Any]:
        self.view = self._transport.post(f"/holds/{segment(self.id)}/{word}", body, key).body
        return self.view


class HoldJob:
    """A job under a hold: it reports, a thread tells the server, and in the end it is settled once."""

    def __init__(self, hold: Hold):
        self.hold = hold
        self.reported: Optional[Decimal] = None
        #: Why the lease could not be kept; None while all is well.
        self.lost: Optional[BillingError] = None
        self._stop = threading.Event()
        self._wake = threading.Event()

    def report(self, total: Amount) -> None:
        """What the job has cost so far, in tokens. A total that starts again from zero lowers nothing."""
        given = Decimal(amount_text(total))
        self.reported = given if self.reported is None else max(self.reported, given)

    def beat_now(self) -> None:
        """Tells the server at once instead of at the next beat."""
        self._wake.set()

    @contextmanager
    def beating(self) -> Iterator["HoldJob"]:
        """Keeps the lease while the body runs: three beats fit into it, so that one may be lost."""
        thread = threading.Thread(target=self._beat, name=f"hold {self.hold.id}", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._wake.set()
            thread.join()

    def settle(self, is_done: bool) -> Dict[str, Any]:
        """Charges what was reported; without any report all of a job that is done, nothing of one that failed."""
        if self.reported is not None:
            held = Decimal(str(self.hold.view["amount"]))
            return self.hold.capture(self.reported, post_paid=self.reported > held)
        return self.hold.capture() if is_done else self.hold.release()

    def _beat(self) -> None:
        every = max(1.0, self.hold.lease_seconds / 3)
        while not self._stop.is_set():
            self._wake.wait(every)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self.hold.heartbeat(self.reported)
                self.lost = None
            except BillingError as error:
                self.lost = error
                if isinstance(error, ProblemError) and error.code in OVER:
                    return
