"""What names, addresses and passwords may be, and how long things are good for. Pure."""

import re
import unicodedata
from datetime import timedelta
from enum import StrEnum
from typing import Final

from vitrina.accounts.errors import InvalidUsername, WeakPassword

PASSWORD_LEAST: Final = 8
PASSWORD_MOST: Final = 128
USERNAME_LEAST: Final = 3
USERNAME_MOST: Final = 64

SESSION_SHORT: Final = timedelta(hours=12)
SESSION_LONG: Final = timedelta(days=30)
REFRESH_GOOD: Final = timedelta(days=30)

ACCOUNT_FREE: Final = 5  # failures before the first pause, for one account
ADDRESS_FREE: Final = 20  # and for one network address, behind which many may sit
LONGEST_PAUSE: Final = 3600
FAILURES_KEPT: Final = timedelta(hours=24)


class Purpose(StrEnum):
    """What a one-time link is for."""

    RECOVERY = "recovery"
    VERIFY = "verify"
    EMAIL = "email"
    INVITATION = "invitation"


GOOD_FOR: Final = {
    Purpose.RECOVERY: timedelta(hours=1),
    Purpose.VERIFY: timedelta(hours=48),
    Purpose.EMAIL: timedelta(hours=48),
    Purpose.INVITATION: timedelta(days=7),
}

# The hundred commonest passwords that are long enough to pass the other rules.
_COMMON = """
password 12345678 123456789 1234567890 12345678910 password1 password12 password123
qwertyuiop qwerty123 qwerty12 qwerty1234 qwertyui 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc
zaq12wsx q1w2e3r4 q1w2e3r4t5 11111111 111111111 1111111111 00000000 000000000 0000000000
88888888 99999999 66666666 77777777 12341234 123123123 12312312 11223344 1122334455 12344321
123321123 123454321 87654321 987654321 9876543210 0987654321 0123456789 147258369 159753456
147852369 789456123 741852963 963852741 passw0rd p@ssw0rd p@ssword passwort motdepasse
contraseña senha123 senha1234 asdfghjkl asdfasdf asdfghjk asdf1234 zxcvbnm1 zxcvbnm123
abcd1234 abcdefgh abc12345 abc123456 abcdefg1 a1b2c3d4 aa123456 aa12345678 iloveyou iloveyou1
sunshine princess football baseball superman starwars trustno1 whatever michelle jennifer
computer internet samantha liverpool chocolate butterfly welcome1 welcome123 letmein1
letmein123 admin123 admin1234 administrator changeme changeme123 dragon123 monkey123 master123
pokemon1 samsung1 qazwsxedc qwerasdf йцукенгш
"""
COMMON_PASSWORDS: Final = frozenset(_COMMON.split())


def key_of(text: str) -> str:
    """The form under which a name or address is unique: NFKC, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())


def check_username(text: str) -> str:
    """A username as it is kept: 3 to 64 letters, digits, ``.``, ``-`` and ``_``.

    It never holds an ``@``, so a name cannot be taken for an address. Raises InvalidUsername.
    """
    name = unicodedata.normalize("NFKC", text.strip())
    if len(name) < USERNAME_LEAST:
        raise InvalidUsername(field="username", reason="too_short", least=USERNAME_LEAST)
    if len(name) > USERNAME_MOST or len(key_of(name)) > USERNAME_MOST:
        raise InvalidUsername(field="username", reason="too_long", most=USERNAME_MOST)
    if not re.fullmatch(r"[^\W_][\w.\-]*", name):
        raise InvalidUsername(field="username", reason="characters")
    return name


def check_password(text: str, *, email: str, username: str = "") -> str:
    """A password in its normal form. Raises WeakPassword.

    Length is what counts: no rule about capitals or signs, only that it is none of the hundred
    commonest and not the owner's own name or address.
    """
    password = unicodedata.normalize("NFKC", text)
    if len(password) < PASSWORD_LEAST:
        raise WeakPassword(field="password", reason="too_short", least=PASSWORD_LEAST)
    if len(password) > PASSWORD_MOST:
        raise WeakPassword(field="password", reason="too_long", most=PASSWORD_MOST)
    folded = password.casefold()
    if folded in COMMON_PASSWORDS or len(set(folded)) == 1:
        raise WeakPassword(field="password", reason="common")
    personal = {key_of(email), key_of(email).partition("@")[0], key_of(username)}
    if folded in personal:
        raise WeakPassword(field="password", reason="personal")
    return password


def pause(failures: int, free: int) -> int:
    """Seconds to wait after the attempt that follows ``failures``: 0, then 1, 2, 4 ... 3600."""
    if failures < free:
        return 0
    return min(1 << min(failures - free, 12), LONGEST_PAUSE)
