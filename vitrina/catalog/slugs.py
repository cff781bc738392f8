"""Addresses made from titles, in any script."""

import re
import unicodedata
from collections.abc import Iterable

# Letters that no decomposition makes Latin. One simple table; the rest of the world keeps its own
# letters, which are as good in an address.
_TABLE = """
а a б b в v г g д d е e ё yo ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х h ц ts
ч ch ш sh щ shch ы y э e ю yu я ya і i ї yi є e ґ g ў u ѓ g
ð d ø o ł l đ d ħ h ı i œ oe æ ae ß ss þ th
"""
_LETTERS = dict(zip(_TABLE.split()[::2], _TABLE.split()[1::2], strict=True)) | {"ъ": "", "ь": ""}
_GAPS = re.compile(r"[\W_]+")


def slugify(text: str, limit: int = 180) -> str:
    """``text`` as a part of an address: lower case, Latin where simple, words joined by ``-``.

    Letters of other scripts stay. The result may be empty when there is no letter or digit.
    """
    latin = unicodedata.normalize("NFKD", _latin(unicodedata.normalize("NFKC", text)))
    bare = "".join(char for char in latin if not unicodedata.combining(char))
    # Once more: what lost its accent may be in the table now (ǣ), or have a lower case (ϓ).
    slug = _GAPS.sub("-", unicodedata.normalize("NFC", _latin(bare))).strip("-")
    return slug[:limit].rstrip("-")


def _latin(text: str) -> str:
    return "".join(_LETTERS.get(char, char) for char in text.casefold())


def free_slug(wanted: str, taken: Iterable[str]) -> str:
    """``wanted``, or ``wanted-2``, ``wanted-3``...: the first that is not ``taken``."""
    used = set(taken)
    slug, number = wanted, 1
    while slug in used:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
