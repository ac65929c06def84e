"""books, invoices, payments

Rules for whoever writes a migration:
- It runs while the version before it still serves: add first, remove one release later.
- No imports from portal: the models will change, this file will not.
- Data moves in a migration of its own, in batches.
- downgrade() undoes upgrade(); `make check` runs both ways.

Revision: 20261122_1832
Revises: 20261122_1529
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1832"
down_revision = "20261122_1529"
branch_labels = None
depends_on = None


CREDIT_REASONS = ("order_placed", "order_changed", "order_cancelled", "settled")
NEW_CREDIT_REASONS = ("invoiced", "owed", "rounded", "paid", "reopened")

FROZEN: dict[str, tuple[str, ...]] = {
    "credit_entry": (),
    "credit_override": (),
    "account_change": (),
    "journal": (),
    "posting": (),
    "invoice": ("open_amount", "settled_on"),
    "invoice_line": (),
    "invoice_file": (),
    "reminder": (),
    "payment_event": (),
}
"""Tables whose rows are written once, with the columns that may change."""


def allow_credit_reasons(reasons: tuple[str, ...] | None) -> None:
    """Let credit_entry.reason be one of these alone; any word if none are given."""
    with op.batch_alter_table("credit_entry", recreate="auto") as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            if reasons != CREDIT_REASONS:
                batch_op.drop_constraint(op.f("ck_credit_entry_credit_reason"), type_="check")
        else:
            # SQLite makes the table anew, and does so without its checks.
            batch_op.create_check_constraint(op.f("ck_credit_entry_amount_not_zero"), "amount <> 0")
        if reasons is not None:
            words = ", ".join(f"'{reason}'" for reason in reasons)
            batch_op.create_check_constraint(op.f("ck_credit_entry_credit_reason"), f"reason IN ({words})")


MAIL_TOPICS = (
    "placed",
    "confirmed",
    "changed",
    "shipped",
    "out_for_delivery",
    "delivered",
    "returns",
    "back_in_stock",
)
NEW_MAIL_TOPICS = ("invoices",)


def allow_mail_topics(topics: tuple[str, ...]) -> None:
    """Let mail_choice.topic be one of these alone."""
    words = ", ".join(f"'{topic}'" for topic in topics)
    with op.batch_alter_table("mail_choice", recreate="auto") as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            batch_op.drop_constraint(op.f("ck_mail_choice_mail_topic"), type_="check")
        batch_op.create_check_constraint(op.f("ck_mail_choice_mail_topic"), f"topic IN ({words})")


def freeze(table: str, may_change: tuple[str, ...]) -> None:
    """Have the database refuse to delete rows of a table, and to change its columns but those named."""
    bind = op.get_bind()
    columns = [
        f'"{each["name"]}"' for each in sa.inspect(bind).get_columns(table) if each["name"] not in may_change
    ]
    if bind.dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
        frozen = f"OF {', '.join(columns)} " if may_change else ""
        op.execute(f'CREATE TRIGGER {table}_is_kept BEFORE DELETE ON "{table}" {refuse}')
        op.execute(
            f'CREATE TRIGGER {table}_is_frozen BEFORE UPDATE {frozen}ON "{table}" WHEN {differs} {refuse}'
        )
        return
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    op.execute(
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
        f" '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f'CREATE TRIGGER {table}_is_kept BEFORE DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION {table}_refuse()'
    )
    op.execute(
        f'CREATE TRIGGER {table}_is_frozen BEFORE UPDATE ON "{table}" FOR EACH ROW WHEN ({differs})'
        f" EXECUTE FUNCTION {table}_refuse()"
    )


def thaw(table: str) -> None:
    """Undo ``freeze``."""
    on = "" if op.get_bind().dialect.name == "sqlite" else f' ON "{table}"'
    op.execute(f"DROP TRIGGER {table}_is_frozen{on}")
    op.execute(f"DROP TRIGGER {table}_is_kept{on}")
    if on:
        op.execute(f"DROP FUNCTION {table}_refuse()")


def upgrade() -> None:
    op.create_table(
        "books_proof",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proved_on", sa.Date(), nullable=False),
        sa.Column("journals", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books_proof")),
    )
    with op.batch_alter_table("books_proof", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_books_proof_proved_on"), ["proved_on"], unique=False)

    op.create_table(
        "reconciliation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
        sa.UniqueConstraint("provider", "day", name=op.f("uq_reconciliation_provider_day")),
    )
    op.create_table(
        "seller",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("address", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("representative", sa.String(), nullable=False),
        sa.Column("business_number", sa.String(), nullable=False),
        sa.Column("tax_numbers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("business_type", sa.String(), nullable=False),
        sa.Column("business_item", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("bank_accounts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("footnote", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller")),
        sa.UniqueConstraint("code", name=op.f("uq_seller_code")),
    )
    op.create_table(
        "bank_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("imported_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["imported_by_id"], ["user.id"], name=op.f("fk_bank_import_imported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_import")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_import_sha256")),
    )
    with op.batch_alter_table("bank_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_import_imported_by_id"), ["imported_by_id"], unique=False)

    op.create_table(
        "billing_profile",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("representative", sa.String(), nullable=False),
        sa.Column("business_type", sa.String(), nullable=False),
        sa.Column("business_item", sa.String(), nullable=False),
        sa.Column("tax_numbers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("attach_pdf", sa.Boolean(), nullable=False),
        sa.Column("payer_names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_billing_profile_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_billing_profile")),
    )
    op.create_table(
        "account_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column(
            "before",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "after",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_change_account_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_account_change_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )
    with op.batch_alter_table("account_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_change_account_id"), ["account_id"], unique=False)

    op.create_table(
        "credit_override",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("limit_before", sa.BigInteger(), nullable=False),
        sa.Column("limit_meanwhile", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_credit_override_account_id")),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["user.id"], name=op.f("fk_credit_override_granted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_override")),
    )
    with op.batch_alter_table("credit_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_override_account_id"), ["account_id"], unique=False)

    op.create_table(
        "download_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submit_key", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "ready",
                "failed",
                name="batch_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("invoice_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("stored_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_download_batch_account_id")),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["stored_file.id"], name=op.f("fk_download_batch_stored_file_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_download_batch_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_download_batch")),
        sa.UniqueConstraint("account_id", "submit_key", name=op.f("uq_download_batch_account_id_submit_key")),
    )
    with op.batch_alter_table("download_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_download_batch_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_download_batch_user_id"), ["user_id"], unique=False)

    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invoice",
                "credit_note",
                "payment",
                "allocation",
                "discount",
                "refund",
                "chargeback",
                "write_off",
                "reversal",
                name="journal_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_journal_account_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_journal_actor_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["journal.id"], name=op.f("fk_journal_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("key", name=op.f("uq_journal_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_reverses_id")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_journal_account_id_posted_on_id", ["account_id", "posted_on", "id"], unique=False
        )

    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invoice",
                "credit_note",
                "interest",
                name="invoice_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seller_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("credits_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("return_number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("po_numbers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("supplied_from", sa.Date(), nullable=False),
        sa.Column("supplied_to", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("discount_until", sa.Date(), nullable=True),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("seller", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("buyer", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("ship_to", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("freight", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("taxes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tax_rounding", sa.String(), nullable=False),
        sa.Column("open_before", sa.BigInteger(), nullable=False),
        sa.Column("open_amount", sa.BigInteger(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'credit_note' OR credits_id IS NOT NULL", name=op.f("ck_invoice_a_credit_note_refers")
        ),
        sa.CheckConstraint("open_amount BETWEEN 0 AND total", name=op.f("ck_invoice_open_within_total")),
        sa.CheckConstraint("total = net + tax", name=op.f("ck_invoice_total_is_net_and_tax")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invoice_account_id")),
        sa.ForeignKeyConstraint(["credits_id"], ["invoice.id"], name=op.f("fk_invoice_credits_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["user.id"], name=op.f("fk_invoice_issued_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_invoice_order_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name=op.f("fk_invoice_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_invoice_account_id_key")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_invoice_account_id_issued_on_id", ["account_id", "issued_on", "id"], unique=False
        )
        batch_op.create_index(
            "ix_invoice_account_id_open_amount_due_on", ["account_id", "open_amount", "due_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_invoice_credits_id"), ["credits_id"], unique=False)
        batch_op.create_index("ix_invoice_open_amount_due_on", ["open_amount", "due_on"], unique=False)
        batch_op.create_index("ix_invoice_order_id", ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_seller_id"), ["seller_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submit_key", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "created",
                "pending",
                "action_required",
                "waiting_deposit",
                "authorized",
                "paid",
                "failed",
                "cancelled",
                "expired",
                "review",
                name="payment_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("instructions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("receipt_url", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount_positive")),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name=op.f("ck_payment_refunded_within_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_payment_account_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_payment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("account_id", "submit_key", name=op.f("uq_payment_account_id_submit_key")),
        sa.UniqueConstraint("provider", "provider_ref", name=op.f("uq_payment_provider_provider_ref")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_reference")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_payment_order_id", ["order_id"], unique=False)
        batch_op.create_index("ix_payment_state_id", ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "bank_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "unmatched",
                "matched",
                "ignored",
                name="bank_line_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("matched_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_bank_line_decided_by_id")),
        sa.ForeignKeyConstraint(["import_id"], ["bank_import.id"], name=op.f("fk_bank_line_import_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_bank_line_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("currency", "fingerprint", name=op.f("uq_bank_line_currency_fingerprint")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_bank_line_payment_id")),
    )
    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_line_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bank_line_import_id"), ["import_id"], unique=False)
        batch_op.create_index("ix_bank_line_state_id", ["state", "id"], unique=False)

    op.create_table(
        "invoice_file",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pdf", "xml", "ubl", name="file_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("stored_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_file_invoice_id")),
        sa.ForeignKeyConstraint(
            ["stored_file_id"], ["stored_file.id"], name=op.f("fk_invoice_file_stored_file_id")
        ),
        sa.PrimaryKeyConstraint("invoice_id", "kind", name=op.f("pk_invoice_file")),
    )
    op.create_table(
        "payment_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "created",
                "started",
                "reported",
                "paid",
                "failed",
                "review",
                "decided",
                "allocated",
                "refund_asked",
                "refunded",
                "refund_failed",
                "charged_back",
                "cancelled",
                name="payment_event_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_payment_event_actor_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_event_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_event")),
    )
    with op.batch_alter_table("payment_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_event_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "payment_target",
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_target_amount_positive")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_payment_target_invoice_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_target_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", "invoice_id", name=op.f("pk_payment_target")),
    )
    with op.batch_alter_table("payment_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_target_invoice_id"), ["invoice_id"], unique=False)

    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "book",
            sa.Enum(
                "receivable",
                "account_credit",
                "revenue",
                "freight",
                "interest",
                "tax",
                "bank",
                "clearing",
                "test_money",
                "discount",
                "written_off",
                name="book",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("credit_note_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "book <> 'account_credit' OR payment_id IS NOT NULL OR credit_note_id IS NOT NULL",
            name=op.f("ck_posting_account_credit_has_a_source"),
        ),
        sa.CheckConstraint(
            "book <> 'receivable' OR invoice_id IS NOT NULL",
            name=op.f("ck_posting_a_receivable_is_of_an_invoice"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_posting_amount_not_zero")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_posting_account_id")),
        sa.ForeignKeyConstraint(["credit_note_id"], ["invoice.id"], name=op.f("fk_posting_credit_note_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_posting_invoice_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_posting_journal_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_posting_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.create_index("ix_posting_account_id_book", ["account_id", "book"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_credit_note_id"), ["credit_note_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_journal_id"), ["journal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posting_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "provider_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_provider_notice_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_notice")),
        sa.UniqueConstraint("provider", "notice_id", name=op.f("uq_provider_notice_provider_notice_id")),
    )
    with op.batch_alter_table("provider_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_notice_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "refund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "refund",
                "chargeback",
                name="refund_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("submit_key", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "done",
                "failed",
                name="refund_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("provider_ref", sa.String(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount_positive")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_refund_asked_by_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("payment_id", "submit_key", name=op.f("uq_refund_payment_id_submit_key")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("open_amount", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_reminder_invoice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("invoice_id", "level", name=op.f("uq_reminder_invoice_id_level")),
    )
    op.create_table(
        "tax_report",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "not_connected",
                "waiting",
                "sent",
                "accepted",
                "rejected",
                name="tax_report_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("approval_number", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_tax_report_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_tax_report")),
    )
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "goods",
                "freight",
                "interest",
                "adjustment",
                name="line_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shipment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("drop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("credits_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("shipment_number", sa.String(), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("pack_size", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_e4", sa.BigInteger(), nullable=False),
        sa.Column("line_total", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=True),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("taxes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["credits_line_id"], ["invoice_line.id"], name=op.f("fk_invoice_line_credits_line_id")
        ),
        sa.ForeignKeyConstraint(["drop_id"], ["drop.id"], name=op.f("fk_invoice_line_drop_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_invoice_line_order_line_id")
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_invoice_line_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_invoice_line_invoice_id_position")),
    )
    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invoice_line_credits_line_id"), ["credits_line_id"], unique=False
        )
        batch_op.create_index("ix_invoice_line_order_line_id", ["order_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_line_shipment_id"), ["shipment_id"], unique=False)
        batch_op.create_index(
            "uq_invoice_line_charged_once",
            ["shipment_id", "drop_id"],
            unique=True,
            sqlite_where=sa.text("credits_line_id IS NULL AND drop_id IS NOT NULL"),
            postgresql_where=sa.text("credits_line_id IS NULL AND drop_id IS NOT NULL"),
        )

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("invoice_rhythm", sa.String(), server_default="shipment", nullable=False)
        )
        batch_op.add_column(sa.Column("held_for_overdue", sa.Boolean(), server_default="0", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        # In place: making the table anew would lose its checks.
        op.execute("ALTER TABLE account ADD COLUMN seller_id INTEGER REFERENCES seller (id)")
    else:
        op.add_column("account", sa.Column("seller_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f("fk_account_seller_id"), "account", "seller", ["seller_id"], ["id"])
    op.create_index(op.f("ix_account_seller_id"), "account", ["seller_id"], unique=False)

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("prepay", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("prepaid", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("pay_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.add_column(sa.Column("end_of_month", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("deposit_ppm", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("discount_ppm", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("discount_days", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("interest_ppm", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column(
                "reminder_days",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default="[]",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("hold_after_days", sa.Integer(), nullable=True))

    with op.batch_alter_table("tax_rate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("category", sa.String(), server_default="S", nullable=False))
        batch_op.add_column(
            sa.Column("exemption", sa.String(), server_default=sa.text("('')"), nullable=False)
        )

    allow_credit_reasons(CREDIT_REASONS + NEW_CREDIT_REASONS)
    allow_mail_topics(MAIL_TOPICS + NEW_MAIL_TOPICS)
    for table, may_change in FROZEN.items():
        freeze(table, may_change)


def downgrade() -> None:
    for table in FROZEN:
        thaw(table)
    # What the new words say of a row fits none of the old ones but "settled".
    allow_credit_reasons(None)
    entries = sa.table("credit_entry", sa.column("reason"))
    op.execute(sa.update(entries).where(entries.c.reason.in_(NEW_CREDIT_REASONS)).values(reason="settled"))
    allow_credit_reasons(CREDIT_REASONS)
    choices = sa.table("mail_choice", sa.column("topic"))
    op.execute(sa.delete(choices).where(choices.c.topic.in_(NEW_MAIL_TOPICS)))
    allow_mail_topics(MAIL_TOPICS)
    with op.batch_alter_table("tax_rate", schema=None) as batch_op:
        batch_op.drop_column("exemption")
        batch_op.drop_column("category")

    with op.batch_alter_table("payment_terms", schema=None) as batch_op:
        batch_op.drop_column("hold_after_days")
        batch_op.drop_column("reminder_days")
        batch_op.drop_column("interest_ppm")
        batch_op.drop_column("discount_days")
        batch_op.drop_column("discount_ppm")
        batch_op.drop_column("deposit_ppm")
        batch_op.drop_column("end_of_month")

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_column("pay_until")
        batch_op.drop_column("prepaid")
        batch_op.drop_column("prepay")

    with op.batch_alter_table("account", schema=None) as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            batch_op.drop_constraint(op.f("fk_account_seller_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_account_seller_id"))
        batch_op.drop_column("held_for_overdue")
        batch_op.drop_column("invoice_rhythm")
        batch_op.drop_column("seller_id")

    with op.batch_alter_table("invoice_line", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invoice_line_charged_once",
            sqlite_where=sa.text("credits_line_id IS NULL AND drop_id IS NOT NULL"),
            postgresql_where=sa.text("credits_line_id IS NULL AND drop_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_invoice_line_shipment_id"))
        batch_op.drop_index("ix_invoice_line_order_line_id")
        batch_op.drop_index(batch_op.f("ix_invoice_line_credits_line_id"))

    op.drop_table("invoice_line")
    op.drop_table("tax_report")
    op.drop_table("reminder")
    op.drop_table("refund")
    with op.batch_alter_table("provider_notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_notice_payment_id"))

    op.drop_table("provider_notice")
    with op.batch_alter_table("posting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posting_payment_id"))
        batch_op.drop_index(batch_op.f("ix_posting_journal_id"))
        batch_op.drop_index(batch_op.f("ix_posting_invoice_id"))
        batch_op.drop_index(batch_op.f("ix_posting_credit_note_id"))
        batch_op.drop_index("ix_posting_account_id_book")

    op.drop_table("posting")
    with op.batch_alter_table("payment_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_target_invoice_id"))

    op.drop_table("payment_target")
    with op.batch_alter_table("payment_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_event_payment_id"))

    op.drop_table("payment_event")
    op.drop_table("invoice_file")
    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.drop_index("ix_bank_line_state_id")
        batch_op.drop_index(batch_op.f("ix_bank_line_import_id"))
        batch_op.drop_index(batch_op.f("ix_bank_line_decided_by_id"))

    op.drop_table("bank_line")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_user_id"))
        batch_op.drop_index("ix_payment_state_id")
        batch_op.drop_index("ix_payment_order_id")
        batch_op.drop_index("ix_payment_account_id_id")

    op.drop_table("payment")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_seller_id"))
        batch_op.drop_index("ix_invoice_order_id")
        batch_op.drop_index("ix_invoice_open_amount_due_on")
        batch_op.drop_index(batch_op.f("ix_invoice_credits_id"))
        batch_op.drop_index("ix_invoice_account_id_open_amount_due_on")
        batch_op.drop_index("ix_invoice_account_id_issued_on_id")

    op.drop_table("invoice")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_account_id_posted_on_id")

    op.drop_table("journal")
    with op.batch_alter_table("download_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_download_batch_user_id"))
        batch_op.drop_index(batch_op.f("ix_download_batch_created_at"))

    op.drop_table("download_batch")
    with op.batch_alter_table("account_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_change_account_id"))

    op.drop_table("account_change")
    with op.batch_alter_table("credit_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_override_account_id"))

    op.drop_table("credit_override")
    op.drop_table("billing_profile")
    with op.batch_alter_table("bank_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_import_imported_by_id"))

    op.drop_table("bank_import")
    op.drop_table("seller")
    op.drop_table("reconciliation")
    with op.batch_alter_table("books_proof", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_books_proof_proved_on"))

    op.drop_table("books_proof")
