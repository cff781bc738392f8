"""From what somebody typed to what is looked for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from vitrina.search import rules, text

MOST_LOOKALIKES = 4
MOST_TRIES = 20
MANY_WORDS = 4


@dataclass(frozen=True, slots=True)
class Understood:
    """``terms`` all have to be found; ``corrected`` says what was understood, if not as typed."""

    terms: tuple[text.Term, ...]
    corrected: str | None = None


def understand(query: str) -> Understood | None:
    """What ``query`` asks for; None when it has no word in it. At most three SELECTs.

    When a word is one that nothing in the catalogue begins with, the other keyboard layout is
    tried, then words that look like those that were typed: the likeliest that are found together.
    """
    typed = rules.words(query)[: rules.MOST_WORDS]
    if not typed:
        return None
    switched = rules.words(rules.other_layout(query) or "")[: rules.MOST_WORDS]
    known = text.completions(sorted({_root(word) for word in (*typed, *switched)}), limit=1)
    unknown = {word for word in typed if not known[_root(word)]}
    if unknown and switched and all(known[_root(word)] for word in switched):
        return Understood(_terms(switched), " ".join(switched))
    better = _better(typed, unknown) if unknown else None
    if better is None:
        return Understood(_terms(typed))
    return Understood(_terms(better), " ".join(better))


def _better(typed: Sequence[str], unknown: Collection[str]) -> Sequence[str] | None:
    """Words that look like ``typed`` and stand together in a product; None when there are none.

    A word that is ``unknown`` is replaced; the others only if nothing is found with them.
    """
    similar = text.lookalikes(sorted({word for word in typed if rules.slips_allowed(word)}))
    choices = []
    for word in typed:
        likely = rules.likeliest(word, similar.get(word, ()), MOST_LOOKALIKES)
        choices.append(likely if word in unknown else [word, *likely])
    most = MOST_LOOKALIKES if len(typed) < MANY_WORDS else 2
    tried = rules.together([words[:most] for words in choices], MOST_TRIES)
    found = text.first_found([_terms(words) for words in tried])
    return None if found is None else tried[found]


def _root(word: str) -> str:
    return rules.stem(word) or word


def _terms(words: Sequence[str]) -> tuple[text.Term, ...]:
    last = len(words) - 1
    return tuple(text.Term.of(word, unfinished=at == last) for at, word in enumerate(words))
