"""Every way in which the API says no."""

from typing import Any, Dict, Optional


class BillingError(Exception):
    """Base of everything this package raises on purpose."""


class ProblemError(BillingError):
    """The server refused. `code` is one of the API's closed list, such as `insufficient_balance`."""

    def __init__(self, status: int, problem: Dict[str, Any], retry_after: Optional[float] = None):
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail", ""))
        self.user_message = str(problem.get("user_message", ""))
        self.retry_after = retry_after
        super().__init__(f"{status} {self.code}: {self.detail}")


class UnreachableError(BillingError):
    """Nobody answered, also after retries. The outcome is unknown: repeat with the same key."""
