"""Tokens and costs are decimals; a float would lose some of them without a word."""

from decimal import Decimal
from typing import Union

Amount = Union[str, int, Decimal]


def amount_text(amount: Amount) -> str:
    """Decimal text without an exponent."""
    if isinstance(amount, bool) or not isinstance(amount, (str, int, Decimal)):
        raise TypeError(f"{amount!r} is no exact amount: use text, int or Decimal")
    number = Decimal(amount)
    if not number.is_finite() or number < 0:
        raise ValueError(f"{amount!r} is no amount")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
