"""Runs a Runner's process, passes its lines on and brings its costs to the server."""

import subprocess
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from .events import LineReader, track_cost_of
from .holds import Hold, HoldJob
from .outbox import Outbox

PIECE = 64 * 1024


@dataclass
class JobResult:
    exit_code: int
    events: List[Dict[str, Any]] = field(default_factory=list)


def run_job(
    command: Sequence[str],
    outbox: Outbox,
    *,
    source: str,
    user_id: int,
    track: str,
    task_ref: Optional[str] = None,
    hold: Optional[Hold] = None,
    multiplier: Decimal = Decimal("3.14"),
    on_line: Optional[Callable[[bytes], None]] = None,
    **process: Any,
) -> JobResult:
    """
    Runs the command and reads its standard output. Every `track_cost` event goes to the outbox at once, the last one again
    as the final report, also when the process ends without a newline, fails or is killed. Under a hold the running total, times the
    multiplier, goes with the heartbeats: if this very process dies, the lease is settled by it. What the job really
    costs is for the server to say, when it has the final report.
    """
    job = CostReports(outbox, source, user_id, track, task_ref or str(uuid.uuid4()), hold, multiplier)
    with subprocess.Popen(list(command), stdout=subprocess.PIPE, **process) as runner:
        assert runner.stdout is not None
        try:
            with job.beating():
                for line in lines_of(runner.stdout):
                    job.read(line)
                    if on_line is not None:
                        on_line(line)
        except BaseException:
            runner.kill()
            job.finish()
            raise
        exit_code = runner.wait()
    job.finish()
    return JobResult(exit_code, job.events)


def lines_of(stream: Any) -> Iterator[bytes]:
    """Lines as they come, and the last one also without its newline."""
    reader = LineReader()
    while True:
        piece = stream.read1(PIECE) if hasattr(stream, "read1") else stream.read(PIECE)
        if not piece:
            yield from reader.close()
            return
        yield from reader.feed(piece)


class CostReports:
    """The reports of one job: each is on its way at once, and the last one once more as the final report."""

    def __init__(
        self,
        outbox: Outbox,
        source: str,
        user_id: int,
        track: str,
        task_ref: str,
        hold: Optional[Hold],
        multiplier: Decimal,
    ):
        self._outbox = outbox
        self._terms = {"source": source, "user_id": user_id, "track": track, "task_ref": task_ref}
        self._hold = hold
        self._job = None if hold is None else HoldJob(hold)
        self._multiplier = multiplier
        self.events: List[Dict[str, Any]] = []

    @contextmanager
    def beating(self) -> Iterator[None]:
        if self._job is None:
            yield
            return
        with self._job.beating():
            yield

    def read(self, line: bytes) -> None:
        event = track_cost_of(line)
        if event is None:
            return
        # Whose job it is, is for whoever runs it to say, and not for what is run.
        report = {"event_id": str(uuid.uuid4()), **event, **self._terms}
        report["final"] = event.get("final") is True
        if self._hold is not None:
            report["hold_id"] = self._hold.id
        self._send(report)
        self._beat(event.get("total_cost"))

    def finish(self) -> None:
        """Totals are those of the whole job, so the last one repeated is the final report. Without any, a hold is given back."""
        last = self.events[-1] if self.events else None
        if last is not None and not last["final"]:
            self._send({**last, "event_id": f"{str(last['event_id'])[:190]}:final", "final": True})
        elif last is None and self._hold is not None:
            self._hold.release()
        self._outbox.flush()

    def _send(self, report: Dict[str, Any]) -> None:
        self.events.append(report)
        self._outbox.add(report)

    def _beat(self, total_cost: Any) -> None:
        if self._job is None:
            return
        try:
            cost = Decimal(str(total_cost))
        except InvalidOperation:
            return
        if cost.is_finite() and cost >= 0:
            tokens = (cost * self._multiplier).quantize(Decimal("0.000001"))
            self._job.report(tokens)
            self._job.beat_now()
