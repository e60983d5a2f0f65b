import json
import os
import signal
import sys
import tempfile
import textwrap
import time
import unittest
from decimal import Decimal
from io import BytesIO

from telegram_billing_client import (
    Client,
    LineReader,
    Outbox,
    ProblemError,
    RetryPolicy,
    UnreachableError,
    run_job,
    track_cost_of,
)
from telegram_billing_client.runner import lines_of

from .server import PlayedServer

HASTE = RetryPolicy(attempts=4, first_seconds=0.01, longest_seconds=0.02)
SPENT = {"spend_id": "s", "amount": "1"}


def hold_view(**change):
    return {"hold_id": "h-1", "state": "active", "amount": "10", **change}


def client_of(server, **change):
    return Client(server.url, "key", retry=change.pop("retry", HASTE), **change)


def problem(status, code, **members):
    headers = {"retry-after": str(members.pop("retry_after"))} if "retry_after" in members else {}
    return status, headers, {"code": code, "detail": code, **members}


class Requests(unittest.TestCase):
    def test_a_lost_answer_is_asked_for_again_under_the_same_key_and_body(self):
        said = iter([None, problem(503, "unavailable"), (200, {"idempotent-replayed": "true"}, SPENT)])
        with PlayedServer(lambda _: next(said)) as server:
            spent = client_of(server).spend(7, "1.50", "work", metadata={"a": 1})
        self.assertTrue(spent["replayed"])
        self.assertEqual(len({request["key"] for request in server.requests}), 1)
        self.assertEqual(
            [request["body"] for request in server.requests],
            [{"amount": "1.5", "description": "work", "metadata": {"a": 1}}] * 3,
        )

    def test_retry_after_is_waited_out(self):
        said = iter([problem(429, "rate_limited", retry_after=1), (200, {}, SPENT)])
        with PlayedServer(lambda _: next(said)) as server:
            begun = time.monotonic()
            client_of(server).spend(7, 1, "work", key="k")
        self.assertGreaterEqual(time.monotonic() - begun, 1.0)
        self.assertEqual([request["key"] for request in server.requests], ["k", "k"])

    def test_a_refusal_is_raised_at_once_with_its_code(self):
        with PlayedServer(lambda _: problem(409, "insufficient_balance", required="5")) as server:
            with self.assertRaises(ProblemError) as raised:
                client_of(server).spend(7, 5, "work")
        self.assertEqual(raised.exception.code, "insufficient_balance")
        self.assertEqual(raised.exception.problem["required"], "5")
        self.assertEqual(len(server.requests), 1)

    def test_a_server_that_never_answers_is_unreachable(self):
        with PlayedServer(lambda _: None) as server:
            with self.assertRaises(UnreachableError):
                client_of(server).balance(7)
        self.assertEqual(len(server.requests), HASTE.attempts)

    def test_floats_are_no_amounts(self):
        with PlayedServer(lambda _: (200, {}, SPENT)) as server:
            for wrong in (0.1, True, "NaN", "-1"):
                with self.assertRaises((TypeError, ValueError)):
                    client_of(server).spend(7, wrong, "work")
            client_of(server).spend(7, Decimal("1E+1"), "work")
        self.assertEqual(server.requests[0]["body"]["amount"], "10")

    def test_pages_are_one_list(self):
        def answer(request):
            is_last = "cursor=c2" in request["path"]
            return 200, {}, {"transfers": [2] if is_last else [1], "next_cursor": None if is_last else "c2"}

        with PlayedServer(answer) as server:
            self.assertEqual(list(client_of(server).transfers(7)), [1, 2])


class Holds(unittest.TestCase):
    def settle(self, work, answer=lambda request: None):
        def said(request):
            view = hold_view(state="captured") if request["path"].endswith("capture") else hold_view()
            return answer(request) or (200, {}, view)

        with PlayedServer(said) as server:
            try:
                with client_of(server).with_hold(7, 10, lease_seconds=30, key="task") as job:
                    work(job)
            except KeyError:
                pass
        return [(request["path"].rsplit("/", 1)[1], request["body"]) for request in server.requests]

    def test_a_job_beats_what_it_reported_and_is_settled_for_it(self):
        def work(job):
            job.report("3")
            job.report("2")
            job.beat_now()
            time.sleep(0.3)

        told = self.settle(work)
        self.assertIn(("heartbeat", {"extend_seconds": 30, "reported_total": "3"}), told)
        self.assertEqual(told[-1], ("capture", {"amount": "3"}))

    def test_more_than_was_held_is_charged_after_the_work(self):
        told = self.settle(lambda job: job.report(12))
        self.assertEqual(told[-1], ("capture", {"amount": "12", "post_paid": True}))

    def test_a_job_that_reports_nothing_is_charged_whole_or_released(self):
        self.assertEqual(self.settle(lambda job: None)[-1], ("capture", {}))

        def fail(job):
            raise KeyError("broken")

        self.assertEqual(self.settle(fail)[-1], ("release", {}))

    def test_a_hold_that_its_lease_has_settled_says_how(self):
        ended = hold_view(state="captured", captured="4")

        def answer(request):
            if request["path"].endswith("capture"):
                return problem(409, "hold_closed", hold=ended)
            return None

        with PlayedServer(lambda request: answer(request) or (200, {}, hold_view())) as server:
            hold = client_of(server).hold(7, 10)
            self.assertEqual(hold.capture("5"), ended)
            self.assertFalse(hold.is_active)


class Lines(unittest.TestCase):
    def test_come_whole_wherever_they_are_cut_and_the_last_without_a_newline(self):
        text = "один\r\ntwo\n\nthree".encode()
        for size in range(1, len(text) + 1):
            reader, lines = LineReader(), []
            for start in range(0, len(text), size):
                lines.extend(reader.feed(text[start : start + size]))
            lines.extend(reader.close())
            self.assertEqual(lines, ["один".encode(), b"two", b"", b"three"])

    def test_a_line_too_long_is_dropped_and_the_next_is_read(self):
        reader = LineReader(longest=10)
        lines = [*reader.feed(b"x" * 50), *reader.feed(b"x\nshort\n"), *reader.close()]
        self.assertEqual(lines, [b"short"])

    def test_both_envelopes_give_the_same_event_with_every_digit(self):
        event = {"event_id": "e", "total_cost": "0.05"}
        for line in (
            '{"type":"track_cost","event_id":"e","total_cost":0.05}',
            '{"type":"bot_output","output_type":"track_cost","event_id":"e","total_cost":0.05}',
            '{"type":"bot_output","output_type":"track_cost","data":{"event_id":"e","total_cost":0.05}}',
            '{"type":"track_cost","payload":{"event_id":"e","total_cost":0.05}}',
        ):
            self.assertEqual(track_cost_of(line), event)
        for line in ("", "no json", "[1]", '{"type":"bot_output","output_type":"text"}', '{"type":1}'):
            self.assertIsNone(track_cost_of(line))

    def test_a_stream_without_a_newline_at_its_end_is_read_to_the_end(self):
        self.assertEqual(list(lines_of(BytesIO(b"a\nb"))), [b"a", b"b"])


class Outboxes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_events_wait_while_the_server_is_away_and_leave_with_the_same_ids(self):
        is_away = [True]

        def answer(request):
            if is_away[0]:
                return None
            return 200, {}, {"results": [{"status": "charged"} for _ in request["body"]["events"]]}

        with PlayedServer(answer) as server:
            outbox = Outbox(client_of(server), self.folder.name)
            for n in range(3):
                outbox.add({"source": "s", "event_id": f"e{n}"})
            self.assertFalse(outbox.flush())
            is_away[0] = False
            # Another process, after this one has died.
            again = Outbox(client_of(server), self.folder.name)
            self.assertTrue(again.stop())
            self.assertEqual(again.pending(), 0)
        sent = [event["event_id"] for event in server.requests[-1]["body"]["events"]]
        self.assertEqual(sent, ["e0", "e1", "e2"])

    def test_what_is_never_taken_is_put_aside_and_holds_up_nobody(self):
        def answer(request):
            return 200, {}, {
                "results": [
                    {"status": "refused", "problem": {"code": "validation_error"}}
                    if event["event_id"] == "bad"
                    else {"status": "charged"}
                    for event in request["body"]["events"]
                ]
            }

        with PlayedServer(answer) as server:
            outbox = Outbox(client_of(server), self.folder.name).start()
            outbox.add({"source": "s", "event_id": "bad"})
            outbox.add({"source": "s", "event_id": "good"})
            self.assertTrue(outbox.stop())
        refused = os.listdir(os.path.join(self.folder.name, "refused"))
        self.assertEqual(len(refused), 1)


class Runners(unittest.TestCase):
    def run_script(self, script, **terms):
        def answer(request):
            if request["path"].endswith("/track-costs"):
                return 200, {}, {"results": [{"status": "charged"} for _ in request["body"]["events"]]}
            return 200, {}, hold_view()

        with tempfile.TemporaryDirectory() as folder, PlayedServer(answer) as server:
            client = client_of(server)
            hold = client.hold(7, 10, lease_seconds=30) if terms.pop("held", False) else None
            command = [sys.executable, "-c", textwrap.dedent(script)]
            outbox = Outbox(client, folder)
            result = run_job(
                command, outbox, source="r", user_id=7, track="draw", task_ref="t", hold=hold, **terms
            )
        sent = [
            event
            for request in server.requests
            if request["path"].endswith("/track-costs")
            for event in request["body"]["events"]
        ]
        return result, sent, server.requests

    def test_the_last_event_without_a_newline_is_the_final_one(self):
        result, sent, _ = self.run_script(
            """
            import sys
            print('{"type":"track_cost","event_id":"a","total_cost":0.01}')
            print("noise")
            sys.stdout.write('{"type":"bot_output","output_type":"track_cost","event_id":"b","total_cost":0.02}')
            """
        )
        self.assertEqual(result.exit_code, 0)
        self.assertEqual(
            [(event["event_id"], event["total_cost"], event["final"]) for event in sent],
            [("a", "0.01", False), ("b", "0.02", False), ("b:final", "0.02", True)],
        )
        self.assertEqual({event["task_ref"] for event in sent}, {"t"})

    def test_a_killed_process_is_charged_for_what_it_wrote(self):
        result, sent, requests = self.run_script(
            """
            import os, signal, sys
            sys.stdout.write('{"type":"track_cost","event_id":"a","total_cost":2}')
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)
            """,
            held=True,
        )
        self.assertEqual(result.exit_code, -signal.SIGKILL)
        self.assertEqual([event["final"] for event in sent], [False, True])
        self.assertEqual({event["hold_id"] for event in sent}, {"h-1"})
        self.assertNotIn("release", [request["path"].rsplit("/", 1)[1] for request in requests])

    def test_a_job_that_reports_nothing_gives_its_hold_back(self):
        _, sent, requests = self.run_script("print('hello')", held=True)
        self.assertEqual(sent, [])
        self.assertTrue(requests[-1]["path"].endswith("/holds/h-1/release"))


if __name__ == "__main__":
    unittest.main()
