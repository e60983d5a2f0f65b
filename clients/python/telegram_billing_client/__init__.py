"""Client of the Telegram Billing API. Nothing but the standard library."""

from .client import Client
from .errors import BillingError, ProblemError, UnreachableError
from .events import LineReader, track_cost_of
from .holds import Hold, HoldJob
from .outbox import Outbox
from .runner import JobResult, run_job
from .transport import RetryPolicy

__all__ = [
    "BillingError",
    "Client",
    "Hold",
    "HoldJob",
    "JobResult",
    "LineReader",
    "Outbox",
    "ProblemError",
    "RetryPolicy",
    "UnreachableError",
    "run_job",
    "track_cost_of",
]
