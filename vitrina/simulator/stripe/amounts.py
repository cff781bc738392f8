"""Amounts as Stripe counts them, which is not everywhere as ISO 4217 does.

The króna and the Ugandan shilling have two decimals here that must be zero, and amounts with three
decimals must end in zero.
"""

from vitrina.simulator.stripe.errors import malformed

_CURRENCIES = """
usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp
byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip
gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt
lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr
nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd
std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar
zmw
"""
CURRENCIES = frozenset(_CURRENCIES.split())
_NO_DECIMALS = """
bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf
"""
NO_DECIMALS = frozenset(_NO_DECIMALS.split())
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
WHOLE_UNITS = frozenset(("isk", "ugx"))
LEAST = {
    **dict.fromkeys(("usd", "eur", "brl", "cad", "aud", "chf", "inr", "nzd", "sgd"), 50),
    "gbp": 30,
    "jpy": 50,
    "dkk": 250,
    "nok": 300,
    "sek": 300,
    "pln": 200,
    "czk": 1500,
    "hkd": 400,
    "huf": 17500,
    "mxn": 1000,
    "myr": 200,
    "ron": 200,
    "thb": 1000,
    "aed": 200,
}
MOST = 99_999_999
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "brl": "R$", "jpy": "¥"}


def currency(name: str, value: object) -> str:
    """A currency that Stripe takes, in small letters."""
    code = str(value).lower()
    if code not in CURRENCIES:
        raise malformed(f"Invalid currency: {code}.", param=name)
    return code


def check(amount: int, code: str, param: str = "amount") -> None:
    """Refuse an amount that cannot be charged in this currency."""
    if amount < 1:
        raise malformed(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param=param,
        )
    least = LEAST.get(code, 1)
    if amount < least:
        raise malformed(
            f"Amount must be at least {words(least, code)} {code}",
            code="amount_too_small",
            param=param,
        )
    if amount > MOST:
        raise malformed(
            f"Amount must be no more than {words(MOST, code)}",
            code="amount_too_large",
            param=param,
        )
    if code in THREE_DECIMALS and amount % 10:
        raise malformed(
            f"Invalid amount: {amount}. Amounts in {code} must be divisible by 10.", param=param
        )
    if code in WHOLE_UNITS and amount % 100:
        raise malformed(
            f"Invalid amount: {amount}. Amounts in {code} must be divisible by 100.", param=param
        )


def words(amount: int, code: str) -> str:
    """An amount for people, such as ``$25.00``."""
    places = 0 if code in NO_DECIMALS else 3 if code in THREE_DECIMALS else 2
    units, rest = divmod(amount, 10**places)
    number = f"{units:,}.{rest:0{places}d}" if places else f"{units:,}"
    return f"{SIGNS[code]}{number}" if code in SIGNS else f"{number} {code.upper()}"
