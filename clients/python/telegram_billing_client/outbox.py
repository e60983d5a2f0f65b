"""Events on their way to the server, which may be away."""

import hashlib
import json
import os
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from .client import MOST_EVENTS, Client
from .errors import BillingError, ProblemError

#: Refusals of one event of a batch after which the same event may be taken.
PASSING = ("unavailable", "request_in_progress", "rate_limited", "user_not_found")


class Outbox:
    """
    Keeps events in a folder until the server has them, and sends them in batches with the ids they were given first, so
    that nothing is charged twice and nothing is forgotten, also by a process that died. What the server will never take
    is moved to the folder `refused` with its reason. Several outboxes may share a folder: ids make that harmless.
    """

    def __init__(
        self,
        client: Client,
        folder: Union[str, Path],
        flush_every_seconds: float = 1.0,
    ):
        self._client = client
        self._folder = Path(folder)
        self._refused = self._folder / "refused"
        self._refused.mkdir(parents=True, exist_ok=True)
        self._every = flush_every_seconds
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: Optional[threading.Thread] = None

    def add(self, event: Mapping[str, Any]) -> None:
        """Durable when it returns. The event needs a source and an event_id."""
        name = f"{event['source']}/{event['event_id']}"
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        path = self._folder / f"{time.time_ns():020d}-{digest}.json"
        _write(path, dict(event))
        self._wake.set()

    def pending(self) -> int:
        return len(self._paths())

    def flush(self) -> bool:
        """Sends what waits, oldest first. True when nothing waits any more, False when the server is away."""
        with self._lock:
            while True:
                waiting = self._read(self._paths()[:MOST_EVENTS])
                if not waiting:
                    return True
                try:
                    results = self._client.track_costs([event for _, event in waiting])
                except ProblemError as problem:
                    if problem.status in (400, 413, 422) and len(waiting) == 1:
                        self._refuse(waiting[0], problem.problem)
                        continue
                    return False
                except BillingError:
                    return False
                if not self._settle(waiting, results):
                    return False

    def start(self) -> "Outbox":
        """Flushes by itself, in the background, until `stop`."""
        self._thread = threading.Thread(target=self._run, name="billing outbox", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> bool:
        """One last flush; True when nothing is left behind. What is left is sent by the next outbox of the folder."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        return self.flush()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(self._every)
            self._wake.clear()
            # A moment for neighbours, so that they leave together.
            self._stop.wait(min(0.05, self._every))
            if not self._stop.is_set() and not self.flush():
                self._stop.wait(self._every)

    def _settle(
        self, waiting: List[Tuple[Path, Dict[str, Any]]], results: List[Dict[str, Any]]
    ) -> bool:
        """False when something stays for later."""
        is_done = True
        for item, result in zip(waiting, results):
            if result.get("status") != "refused":
                item[0].unlink(missing_ok=True)
            elif result["problem"].get("code") in PASSING:
                is_done = False
            else:
                self._refuse(item, result["problem"])
        return is_done

    def _refuse(self, item: Tuple[Path, Dict[str, Any]], problem: Any) -> None:
        path, event = item
        _write(self._refused / path.name, {"event": event, "problem": problem})
        path.unlink(missing_ok=True)

    def _paths(self) -> List[Path]:
        return sorted(self._folder.glob("*.json"))

    def _read(self, paths: List[Path]) -> List[Tuple[Path, Dict[str, Any]]]:
        events = []
        for path in paths:
            try:
                events.append((path, json.loads(path.read_bytes())))
            except FileNotFoundError:
                continue
        return events


def _write(path: Path, content: Any) -> None:
    """Whole or not at all: a file appears under its name only when all of it is on the disk."""
    draft = path.with_suffix(".tmp")
    with open(draft, "wb") as file:
        file.write(json.dumps(content, separators=(",", ":")).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
