"""search words and log

Rules for whoever writes a migration:
- It runs while the version before it still serves: add first, remove one release later.
- No imports from portal: the models will change, this file will not.
- Data moves in a migration of its own, in batches.
- downgrade() undoes upgrade(); `make check` runs both ways.

Revision: 20261122_1525
Revises: 20261122_1300
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1525"
down_revision = "20261122_1300"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_redirect",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("target LIKE '/%'", name=op.f("ck_search_redirect_target_is_an_own_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_redirect")),
        sa.UniqueConstraint("words", name=op.f("uq_search_redirect_words")),
    )
    op.create_table(
        "synonym_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym_group")),
    )
    op.create_table(
        "search_query",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("relaxed", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_search_query_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_query")),
    )
    with op.batch_alter_table("search_query", schema=None) as batch_op:
        batch_op.create_index("ix_search_query_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_search_query_at", ["at"], unique=False)

    op.create_table(
        "search_click",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_search_click_account_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_search_click_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_click")),
    )
    with op.batch_alter_table("search_click", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_click_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_search_click_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_click_variant_id"), ["variant_id"], unique=False)

    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reading", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.drop_column("reading")

    with op.batch_alter_table("search_click", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_click_variant_id"))
        batch_op.drop_index("ix_search_click_at")
        batch_op.drop_index(batch_op.f("ix_search_click_account_id"))

    op.drop_table("search_click")
    with op.batch_alter_table("search_query", schema=None) as batch_op:
        batch_op.drop_index("ix_search_query_at")
        batch_op.drop_index("ix_search_query_account_id_id")

    op.drop_table("search_query")
    op.drop_table("synonym_group")
    op.drop_table("search_redirect")
