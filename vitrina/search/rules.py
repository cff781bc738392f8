"""How words are compared: without case, accents and small slips of the finger."""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import product

from vitrina.search.errors import BrokenCursor

MOST_WORDS = 8
SHORTEST_TYPO = 4
_WORD = re.compile(r"[^\W_]+")
_TIMES = re.compile(r"(?<=\d)\s*[x×х]\s*(?=\d)")
_RUSSIAN = re.compile(
    "(?:иями|ями|ами|иях|ов|ев|ей|ам|ям|ах|ях|ой|ый|ий|ая|яя|ое|ее|ые|ие|ую|юю|ом|ем|ых|их"
    "|а|я|о|е|ы|и|у|ю|ь)$"
)
_EN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RU = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_RU = str.maketrans(_EN + '{}:"<>~', _RU + "хъжэбюё")
_TO_EN = str.maketrans(_RU, _EN)


def normal(text: str) -> str:
    """``text`` folded for comparing: lower case, no accents, ``ё`` as ``е``, ``30x40`` as words."""
    folded = _TIMES.sub(" ", text.casefold().replace("й", "\ue000"))
    bare = "".join(
        char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char)
    )
    return bare.replace("\ue000", "й")


def words(text: str) -> list[str]:
    """The words of ``text`` in order, folded, at most 80 letters each."""
    return [word[:80] for word in _WORD.findall(normal(text))]


def other_layout(text: str) -> str | None:
    """What ``text`` would be, typed with the other keyboard layout (Russian or English)."""
    lowered = text.casefold()
    if any("а" <= char <= "я" or char == "ё" for char in lowered):
        switched = lowered.translate(_TO_EN)
    else:
        switched = lowered.translate(_TO_RU)
    return switched if switched != lowered else None


def stem(word: str) -> str | None:
    """What singular and plural of ``word`` begin with; None when it is better left alone."""
    if len(word) < 4 or word.isdigit():
        return None
    if "а" <= word[0] <= "я":
        cut = _RUSSIAN.sub("", word)
        return cut if len(cut) >= 3 and cut != word else None
    for ending, kept in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ):
        if word.endswith(ending):
            return word[: -len(ending)] + kept
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return None


def grams(word: str) -> set[str]:
    """The groups of three letters of a word, with its edges: what misspelt words still share."""
    padded = f"  {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def distance(left: str, right: str, most: int) -> int:
    """How many slips (a letter more, less, other, or two swapped) part two words.

    Counts no further than ``most`` + 1.
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def slips_allowed(word: str) -> int:
    """How many slips a word of that length is forgiven."""
    if len(word) < SHORTEST_TYPO or word.isdigit():
        return 0
    return 1 if len(word) < 7 else 2


def likeliest(word: str, candidates: Iterable[tuple[str, int]], limit: int) -> list[str]:
    """The best of ``candidates`` (word, how often it stands in the catalogue), at most ``limit``.

    Fewer slips win, then letters that are only missing or swapped over other letters, then the
    same first letter, then the commoner word.
    """
    most = slips_allowed(word)
    ranked = []
    for candidate, count in candidates:
        slips = distance(word, candidate, most)
        if 0 < slips <= most:
            other = not _same_letters(word, candidate)
            ranked.append((slips, other, candidate[0] != word[0], -count, candidate))
    return [found[-1] for found in sorted(ranked)[:limit]]


def _same_letters(left: str, right: str) -> bool:
    """Whether the words have the same letters, or one is the other with letters left out."""
    if len(left) == len(right):
        return sorted(left) == sorted(right)
    short, long = sorted((left, right), key=len)
    rest = iter(long)
    return all(char in rest for char in short)


def together(choices: Sequence[Sequence[str]], limit: int) -> list[tuple[str, ...]]:
    """One word of each of ``choices`` (the best first), the best sentences first."""
    ranked = [range(len(words)) for words in choices]
    places = sorted(product(*ranked), key=lambda ranks: (sum(ranks), ranks))[:limit]
    return [tuple(choices[at][rank] for at, rank in enumerate(ranks)) for ranks in places]


# Cursors


def write_cursor(sort: str, values: Sequence[object]) -> str:
    """An opaque cursor: where a list sorted by ``sort`` goes on."""
    text = json.dumps([sort, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str, kinds: Sequence[type]) -> list[object]:
    """The values of a cursor. Raises BrokenCursor when it is not one for ``sort``."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise BrokenCursor(field="cursor") from None
    if not isinstance(found, list) or len(found) != len(kinds) + 1 or found[0] != sort:
        raise BrokenCursor(field="cursor")
    for value, kind in zip(found[1:], kinds, strict=True):
        if type(value) is not kind or (isinstance(value, int) and abs(value) > 2**62):
            raise BrokenCursor(field="cursor")
    return found[1:]
