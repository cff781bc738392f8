"""From what somebody typed to what is looked for."""

from dataclasses import dataclass

from vitrina.search import rules, text


@dataclass(frozen=True, slots=True)
class Understood:
    """``terms`` all have to be found; ``corrected`` says what was understood, if not as typed."""

    terms: tuple[text.Term, ...]
    corrected: str | None = None


def understand(query: str) -> Understood | None:
    """What ``query`` asks for; None when it has no word in it. At most two SELECTs.

    A word that nothing in the catalogue begins with is first tried with the other keyboard layout,
    then replaced by the likeliest word that looks like it.
    """
    typed = rules.words(query)[: rules.MOST_WORDS]
    if not typed:
        return None
    switched = rules.words(rules.other_layout(query) or "")[: rules.MOST_WORDS]
    known = text.completions(sorted({_root(word) for word in (*typed, *switched)}), limit=1)
    unknown = [word for word in typed if not known[_root(word)]]
    if unknown and switched and all(known[_root(word)] for word in switched):
        return Understood(_terms(switched), " ".join(switched))
    if not unknown:
        return Understood(_terms(typed))
    similar = text.lookalikes([word for word in unknown if rules.slips_allowed(word)])
    better = {word: rules.nearest(word, candidates) for word, candidates in similar.items()}
    words = [better.get(word) or word for word in typed]
    return Understood(_terms(words), None if words == typed else " ".join(words))


def _root(word: str) -> str:
    return rules.stem(word) or word


def _terms(words: list[str]) -> tuple[text.Term, ...]:
    last = len(words) - 1
    return tuple(text.Term.of(word, unfinished=at == last) for at, word in enumerate(words))
