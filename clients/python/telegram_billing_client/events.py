"""Reads `track_cost` events out of a Runner's JSON lines."""

import json
from typing import Any, Dict, Iterator, Optional, Union

#: A line longer than this is no event; what it holds is dropped instead of filling the memory.
LONGEST_LINE = 8 * 1024 * 1024


class LineReader:
    """
    Lines out of pieces of a stream, wherever the pieces are cut. `close` gives the last line also when the stream ended
    without a newline, as it does when a process is killed.
    """

    def __init__(self, longest: int = LONGEST_LINE):
        self._rest = bytearray()
        self._longest = longest
        self._is_skipping = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        begin = 0
        while True:
            end = piece.find(b"\n", begin)
            if end < 0:
                self._keep(piece[begin:])
                return
            self._keep(piece[begin:end])
            line = self._take()
            if line is not None:
                yield line
            begin = end + 1

    def close(self) -> Iterator[bytes]:
        line = self._take()
        if line:
            yield line

    def _keep(self, part: bytes) -> None:
        if self._is_skipping:
            return
        self._rest += part
        if len(self._rest) > self._longest:
            self._rest.clear()
            self._is_skipping = True

    def _take(self) -> Optional[bytes]:
        if self._is_skipping:
            self._is_skipping = False
            return None
        line = bytes(self._rest)
        self._rest.clear()
        return line[:-1] if line.endswith(b"\r") else line


def track_cost_of(line: Union[bytes, str]) -> Optional[Dict[str, Any]]:
    """
    The event of a line, flat, whichever of both envelopes it came in: `{"type":"track_cost",…}` or
    `{"type":"bot_output","output_type":"track_cost",…}`, beside the type or under `data` or `payload`. None for any
    other line, also for one that is no JSON. Numbers keep every digit: they become text.
    """
    try:
        given = json.loads(line, parse_float=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    kind, output = given.get("type"), given.get("output_type")
    if kind != "track_cost" and not (kind == "bot_output" and output == "track_cost"):
        return None
    inner = next((given[name] for name in ("data", "payload") if isinstance(given.get(name), dict)), {})
    event = {**given, **inner}
    for name in ("type", "output_type", "data", "payload"):
        event.pop(name, None)
    return event
