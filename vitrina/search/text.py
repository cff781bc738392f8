"""The full-text part of the index, the one place where the two databases differ.

Words are folded in Python before they are stored and asked for (``rules.words``), so both databases
only match and rank. SQLite keeps an FTS5 table, PostgreSQL a tsvector with a GIN index; a title
counts more than keywords, and these more than the description.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.core import db
from vitrina.core.db import session
from vitrina.search.models import Gram, Word
from vitrina.search.rules import grams, stem

WEIGHTS = (12.0, 5.0, 1.0)
CHUNK = 400


@dataclass(frozen=True, slots=True)
class Term:
    """A word to be found, and the others that will do: as they stand, or as beginnings."""

    exact: tuple[str, ...]
    begins: tuple[str, ...] = ()

    @classmethod
    def of(cls, word: str, *, unfinished: bool = False) -> "Term":
        """``word`` with its singular or plural; an ``unfinished`` one is being typed."""
        base = stem(word)
        if unfinished:
            return cls((), tuple(dict.fromkeys((word, *([base] if base else [])))))
        if base is None:
            return cls((word, f"{word}s") if word.isalpha() and word.isascii() else (word,))
        if base.isascii():
            return cls((word, base))
        return cls((word,), (base,))


def _table() -> tuple[Any, Any]:
    """The table and its key column."""
    key = "rowid" if db.dialect() == "sqlite" else "product_id"
    columns: list[Any] = [sa.column(name) for name in (key, "title", "keywords", "body")]
    table = sa.table("search_text", *columns)
    return table, table.c[key]


def stored(product_ids: Sequence[int]) -> dict[int, set[str]]:
    """The words that are in the index for each of the products."""
    table, key = _table()
    statement = sa.select(key, table.c.title, table.c.keywords, table.c.body)
    rows = session.execute(statement.where(key.in_(product_ids)))
    return {row[0]: set(f"{row[1]} {row[2]} {row[3]}".split()) for row in rows}


def write(texts: Mapping[int, tuple[str, str, str]]) -> None:
    """Put title, keywords and body (folded) of products into the index; old ones are gone."""
    table, key = _table()
    rows = [
        {key.name: product_id, "title": title, "keywords": keywords, "body": body}
        for product_id, (title, keywords, body) in texts.items()
    ]
    if rows:
        session.execute(sa.insert(table), rows)


def remove(product_ids: Sequence[int]) -> None:
    """Take products out of the full text."""
    table, key = _table()
    session.execute(sa.delete(table).where(key.in_(product_ids)))


def remove_all() -> None:
    """Empty the full text."""
    table, _ = _table()
    session.execute(sa.delete(table))


def matching(terms: Sequence[Term]) -> Any:
    """SELECT product_id, score of the products that have every term; a higher score is better."""
    table, key = _table()
    if db.dialect() == "sqlite":
        asked = " AND ".join(_fts5(term) for term in terms)
        weights = ", ".join(str(weight) for weight in WEIGHTS)
        score: Any = sa.literal_column(f"round(-bm25(search_text, {weights}) * 1e9)")
        return (
            sa.select(key.label("product_id"), score.label("score"))
            .where(sa.literal_column("search_text").op("MATCH")(asked))
            .select_from(table)
        )
    query = sa.func.to_tsquery(
        sa.literal_column("'simple'"), " & ".join(_tsquery(term) for term in terms)
    )
    document: Any = sa.column("document")
    scaled = "'{0.05, 0.1, 0.4, 1.0}'"
    score = sa.func.ts_rank(sa.literal_column(scaled), document, query) * 1000
    return (
        sa.select(key.label("product_id"), sa.func.round(sa.cast(score, sa.Numeric)).label("score"))
        .select_from(table)
        .where(document.op("@@")(query))
    )


def first_found(queries: Sequence[Sequence[Term]]) -> int | None:
    """Which of ``queries`` is the first that finds a product; None when none does. One SELECT."""
    if not queries:
        return None
    parts = [
        sa.select(sa.literal(number).label("number")).where(sa.exists(matching(terms)))
        for number, terms in enumerate(queries)
    ]
    found = sa.union_all(*parts).subquery()
    first: int | None = session.scalar(sa.select(sa.func.min(found.c.number)))
    return first


def _fts5(term: Term) -> str:
    parts = [f'"{word}"' for word in term.exact] + [f'"{word}" *' for word in term.begins]
    return "(" + " OR ".join(parts) + ")"


def _tsquery(term: Term) -> str:
    # Words are letters and digits only (rules.words), so quotes are all they need.
    parts = [f"'{word}'" for word in term.exact] + [f"'{word}':*" for word in term.begins]
    return "(" + " | ".join(parts) + ")"


# The vocabulary


def begins_with(column: Any, word: str) -> Any:
    """``column`` starts with ``word``, found by index on both databases."""
    plain = sa.collate(column, "BINARY" if db.dialect() == "sqlite" else "C")
    return sa.and_(plain >= word, plain < word + "\U0010fffd")


def completions(words: Sequence[str], limit: int = 5) -> dict[str, list[str]]:
    """For each of ``words`` the commonest words of the catalogue that begin so; one SELECT."""
    if not words:
        return {}
    parts = []
    for number, word in enumerate(words):
        some = (
            sa.select(sa.literal(number).label("number"), Word.word, Word.count)
            .where(begins_with(Word.word, word))
            .order_by(Word.count.desc(), Word.word)
            .limit(limit)
            .subquery()
        )
        parts.append(sa.select(some))
    found: dict[str, list[str]] = {word: [] for word in words}
    rows = session.execute(sa.union_all(*parts)).all()
    for number, word, _count in sorted(rows, key=lambda row: (row[0], -row[2], row[1])):
        found[words[number]].append(word)
    return found


def lookalikes(words: Sequence[str], limit: int = 60) -> dict[str, list[tuple[str, int]]]:
    """For each of ``words`` those of the catalogue that share most of its letters; one SELECT."""
    if not words:
        return {}
    parts = []
    for number, word in enumerate(words):
        shared = sa.func.count().label("shared")
        near = (
            sa.select(Gram.word_id, shared)
            .where(Gram.gram.in_(sorted(grams(word))))
            .group_by(Gram.word_id)
            .order_by(shared.desc())
            .limit(limit)
            .subquery()
        )
        parts.append(
            sa.select(sa.literal(number).label("number"), Word.word, Word.count).join(
                near, near.c.word_id == Word.id
            )
        )
    found: dict[str, list[tuple[str, int]]] = {word: [] for word in words}
    for number, word, count in session.execute(sa.union_all(*parts)):
        found[words[number]].append((word, count))
    return found


def count_words(changes: Mapping[str, int]) -> None:
    """Add to how often words stand in the catalogue; those that stand nowhere any more go."""
    changed = {word: by for word, by in changes.items() if by and 3 <= len(word) <= 80}
    changed = {word: by for word, by in changed.items() if not word.isdigit()}
    for start in range(0, len(changed), CHUNK):
        some = sorted(changed)[start : start + CHUNK]
        _count(some, changed)
    if any(by < 0 for by in changed.values()):
        session.execute(sa.delete(Word).where(Word.count <= 0))


def _count(some: Sequence[str], changes: Mapping[str, int]) -> None:
    insert: Any = sqlite.insert if db.dialect() == "sqlite" else postgresql.insert
    known = set(session.scalars(sa.select(Word.word).where(Word.word.in_(some))))
    statement = insert(Word.__table__)
    statement = statement.on_conflict_do_update(
        index_elements=["word"], set_={"count": Word.count + statement.excluded.count}
    )
    kept = [word for word in some if word in known or changes[word] > 0]
    if kept:
        session.execute(statement, [{"word": word, "count": changes[word]} for word in kept])
    fresh = [word for word in some if word not in known]
    if fresh:
        ids = session.execute(sa.select(Word.id, Word.word).where(Word.word.in_(fresh)))
        pairs = [{"word_id": row.id, "gram": gram} for row in ids for gram in grams(row.word)]
        if pairs:
            session.execute(insert(Gram.__table__).on_conflict_do_nothing(), pairs)
