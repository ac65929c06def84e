"""what was taken away, forms that are done

Rules for whoever writes a migration:
- It runs while the version before it still serves: add first, remove one release later.
- No imports from portal: the models will change, this file will not.
- Data moves in a migration of its own, in batches.
- downgrade() undoes upgrade(); `make check` runs both ways.

Revision: 20261123_0244
Revises: 20261122_1832
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0244"
down_revision = "20261122_1832"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_done",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_form_done_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_form_done_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_done")),
        sa.UniqueConstraint(
            "user_id", "account_id", "deed", name=op.f("uq_form_done_user_id_account_id_deed")
        ),
    )
    with op.batch_alter_table("form_done", schema=None) as batch_op:
        batch_op.create_index("ix_form_done_done_at", ["done_at"], unique=False)

    op.create_table(
        "taken_away",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cart_lines",
                "places",
                "list",
                name="taken_away_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("undo_key", sa.String(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_taken_away_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_taken_away_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_away")),
        sa.UniqueConstraint("undo_key", name=op.f("uq_taken_away_undo_key")),
    )
    with op.batch_alter_table("taken_away", schema=None) as batch_op:
        batch_op.create_index("ix_taken_away_taken_at", ["taken_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_taken_away_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("taken_away", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taken_away_user_id"))
        batch_op.drop_index("ix_taken_away_taken_at")

    op.drop_table("taken_away")
    with op.batch_alter_table("form_done", schema=None) as batch_op:
        batch_op.drop_index("ix_form_done_done_at")

    op.drop_table("form_done")
