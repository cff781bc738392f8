"""The full-text index, and the letters by which misspelt words are found"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = """
CREATE VIRTUAL TABLE search_text
USING fts5(title, keywords, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4')
"""
POSTGRESQL = """
CREATE TABLE search_text (
    product_id bigint PRIMARY KEY,
    title text NOT NULL,
    keywords text NOT NULL,
    body text NOT NULL,
    document tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title), 'A')
        || setweight(to_tsvector('simple', keywords), 'B')
        || setweight(to_tsvector('simple', body), 'D')
    ) STORED
)
"""


def upgrade() -> None:
    op.create_table(
        "search_grams",
        sa.Column("gram", sa.String(length=3), nullable=False),
        sa.Column("word_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["word_id"],
            ["search_words.id"],
            name=op.f("fk_search_grams_word_id_search_words"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("gram", "word_id", name=op.f("pk_search_grams")),
    )
    op.create_index(op.f("ix_search_grams_word_id"), "search_grams", ["word_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE)
    else:
        op.execute(POSTGRESQL)
        op.execute("CREATE INDEX ix_search_text_document ON search_text USING gin (document)")
        op.execute('CREATE INDEX fts_search_words_prefix ON search_words (word COLLATE "C")')


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP INDEX fts_search_words_prefix")
    op.execute("DROP TABLE search_text")
    op.drop_index(op.f("ix_search_grams_word_id"), table_name="search_grams")
    op.drop_table("search_grams")
