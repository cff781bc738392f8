"""Money as Stripe counts it: whole numbers of the currency's smallest unit, which Stripe chooses.

Its choice is not everywhere that of ISO 4217, and not everywhere ours: the króna and the Ugandan
shilling have two decimals there that must be zero (we count none in these, so they are), and of
three decimals the last must be.
"""

from decimal import Decimal

from vitrina.core.money import Money, decimals, round_half_up

_NO_DECIMALS = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
NO_DECIMALS = frozenset(_NO_DECIMALS.split())
THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def problem(amount: Money) -> str:
    """Why Stripe cannot move ``amount``, as a code; empty when it can.

    The least and the most that it takes depend on the account: Stripe says so itself.
    """
    if amount.minor <= 0:
        return "amount_too_small"
    step = 10 if amount.currency in THREE_DECIMALS else 1
    return "decimals_not_supported" if _units(amount) % step else ""


def written(amount: Money) -> int:
    """``amount`` as Stripe's number. Raises ValueError where :func:`problem` names one."""
    wrong = problem(amount)
    if wrong:
        raise ValueError(wrong)
    return int(_units(amount))


def read(units: int, currency: str) -> Money:
    """Stripe's number and its currency (``eur``) as Money. Raises InvalidAmount.

    What the shop asked for comes back exactly. Only somebody at Stripe's own desk can move a
    fraction that we do not count in; it is then rounded half-up.
    """
    code = currency.upper()
    exact = Decimal(units).scaleb(decimals(code) - _places(code))
    return Money(round_half_up(exact), code)


def _units(amount: Money) -> Decimal:
    return Decimal(amount.minor).scaleb(_places(amount.currency) - decimals(amount.currency))


def _places(currency: str) -> int:
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
