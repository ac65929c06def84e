"""ordering at trade scale

Rules for whoever writes a migration:
- It runs while the version before it still serves: add first, remove one release later.
- No imports from portal: the models will change, this file will not.
- Data moves in a migration of its own, in batches.
- downgrade() undoes upgrade(); `make check` runs both ways.

Revision: 20261122_1529
Revises: 20261122_1525
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1529"
down_revision = "20261122_1525"
branch_labels = None
depends_on = None


EVENT_KINDS = (
    "placed",
    "held",
    "released",
    "confirmed",
    "picking_started",
    "shipped",
    "delivered",
    "cancelled",
)
NEW_EVENT_KINDS = ("changed", "return_requested", "return_decided")


def allow_event_kinds(kinds: tuple[str, ...]) -> None:
    """Let order_event.kind be one of these alone."""
    check = "kind IN ({})".format(", ".join(f"'{kind}'" for kind in kinds))
    with op.batch_alter_table("order_event", recreate="auto") as batch_op:
        if op.get_bind().dialect.name == "postgresql":
            batch_op.drop_constraint(op.f("ck_order_event_event_kind"), type_="check")
        # SQLite makes the table anew, and does so without its checks: only this one is wanted.
        batch_op.create_check_constraint(op.f("ck_order_event_event_kind"), check)


def upgrade() -> None:
    allow_event_kinds(EVENT_KINDS + NEW_EVENT_KINDS)
    op.create_table(
        "mail_choice",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "placed",
                "confirmed",
                "changed",
                "shipped",
                "out_for_delivery",
                "delivered",
                "returns",
                "back_in_stock",
                name="mail_topic",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_mail_choice_user_id")),
        sa.PrimaryKeyConstraint("user_id", "topic", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "route",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cutoff_minutes", sa.Integer(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("cutoff_minutes BETWEEN 0 AND 1439", name=op.f("ck_route_cutoff_within_a_day")),
        sa.CheckConstraint("lead_days >= 0", name=op.f("ck_route_lead_days_not_negative")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_route_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("code", name=op.f("uq_route_code")),
    )
    with op.batch_alter_table("route", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_route_warehouse_id"), ["warehouse_id"], unique=False)

    op.create_table(
        "bulk_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submit_key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("lines", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("outcome", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bulk_entry_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_bulk_entry_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_entry")),
        sa.UniqueConstraint("account_id", "submit_key", name=op.f("uq_bulk_entry_account_id_submit_key")),
    )
    with op.batch_alter_table("bulk_entry", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_entry_created_at", ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_entry_user_id"), ["user_id"], unique=False)

    op.create_table(
        "freight_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("charge", sa.BigInteger(), nullable=False),
        sa.Column("free_from", sa.BigInteger(), nullable=True),
        sa.Column("minimum", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("charge >= 0", name=op.f("ck_freight_rule_charge_not_negative")),
        sa.CheckConstraint(
            "free_from IS NULL OR free_from >= 0", name=op.f("ck_freight_rule_free_from_not_negative")
        ),
        sa.CheckConstraint(
            "minimum IS NULL OR minimum >= 0", name=op.f("ck_freight_rule_minimum_not_negative")
        ),
        sa.ForeignKeyConstraint(["route_id"], ["route.id"], name=op.f("fk_freight_rule_route_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_rule")),
    )
    with op.batch_alter_table("freight_rule", schema=None) as batch_op:
        batch_op.create_index("uq_freight_rule_route_id_currency", ["route_id", "currency"], unique=True)

    op.create_table(
        "saved_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_list_account_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_list_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
    )
    with op.batch_alter_table("saved_list", schema=None) as batch_op:
        batch_op.create_index("ix_saved_list_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_list_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "nickname",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_nickname_account_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_nickname_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nickname")),
        sa.UniqueConstraint("account_id", "folded", name=op.f("uq_nickname_account_id_folded")),
    )
    with op.batch_alter_table("nickname", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nickname_variant_id"), ["variant_id"], unique=False)

    op.create_table(
        "saved_list_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_saved_list_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["saved_list.id"], name=op.f("fk_saved_list_line_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_saved_list_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list_line")),
        sa.UniqueConstraint("list_id", "variant_id", name=op.f("uq_saved_list_line_list_id_variant_id")),
    )
    op.create_table(
        "stock_watch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stock_watch_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_stock_watch_user_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_stock_watch_variant_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_watch_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_watch")),
        sa.UniqueConstraint(
            "user_id", "account_id", "variant_id", name=op.f("uq_stock_watch_user_id_account_id_variant_id")
        ),
    )
    with op.batch_alter_table("stock_watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_watch_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_stock_watch_variant_id", ["variant_id"], unique=False)

    op.create_table(
        "later_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cart_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_later_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["cart.id"], name=op.f("fk_later_line_cart_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_later_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_later_line")),
        sa.UniqueConstraint("cart_id", "variant_id", name=op.f("uq_later_line_cart_id_variant_id")),
    )
    op.create_table(
        "return_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submit_key", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "requested",
                "approved",
                "declined",
                "received",
                "credited",
                "withdrawn",
                name="return_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pickup_date", sa.Date(), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("decision_note", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("expected_credit", sa.BigInteger(), nullable=False),
        sa.Column("granted_credit", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_return_request_account_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_return_request_decided_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_return_request_order_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["user.id"], name=op.f("fk_return_request_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_request")),
        sa.UniqueConstraint("account_id", "submit_key", name=op.f("uq_return_request_account_id_submit_key")),
        sa.UniqueConstraint("number", name=op.f("uq_return_request_number")),
    )
    with op.batch_alter_table("return_request", schema=None) as batch_op:
        batch_op.create_index("ix_return_request_order_id", ["order_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_return_request_requested_by_id"), ["requested_by_id"], unique=False
        )
        batch_op.create_index("ix_return_request_status_id", ["status", "id"], unique=False)

    op.create_table(
        "cart_drop",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cart_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requested_date", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_cart_drop_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["cart_line_id"], ["cart_line.id"], name=op.f("fk_cart_drop_cart_line_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_cart_drop_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_drop")),
        sa.UniqueConstraint(
            "cart_line_id",
            "location_id",
            "requested_date",
            name=op.f("uq_cart_drop_cart_line_id_location_id_requested_date"),
        ),
    )
    op.create_table(
        "return_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("return_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "short",
                "damaged",
                "wrong_item",
                "defective",
                "ordered_by_mistake",
                "not_needed",
                name="return_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "remedy",
            sa.Enum(
                "credit", "replacement", name="remedy", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("photo_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("expected_credit", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "granted IS NULL OR granted BETWEEN 0 AND quantity",
            name=op.f("ck_return_line_granted_within_quantity"),
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_return_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_return_line_order_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["photo_file_id"], ["stored_file.id"], name=op.f("fk_return_line_photo_file_id")
        ),
        sa.ForeignKeyConstraint(["return_id"], ["return_request.id"], name=op.f("fk_return_line_return_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_line")),
        sa.UniqueConstraint(
            "return_id", "order_line_id", "reason", name=op.f("uq_return_line_return_id_order_line_id_reason")
        ),
    )
    with op.batch_alter_table("return_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_line_order_line_id"), ["order_line_id"], unique=False)

    op.create_table(
        "shipment_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shipment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "handed_over",
                "in_transit",
                "out_for_delivery",
                "delivered",
                "failed",
                name="tracking_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_event_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_event")),
    )
    with op.batch_alter_table("shipment_event", schema=None) as batch_op:
        batch_op.create_index("ix_shipment_event_shipment_id_id", ["shipment_id", "id"], unique=False)

    with op.batch_alter_table("drop", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promised_date", sa.Date(), nullable=True))

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("freight", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column(
                "freight_charges",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default="[]",
            )
        )
        batch_op.add_column(sa.Column("changeable_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lead_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM order_event WHERE kind IN ('changed', 'return_requested', 'return_decided')")
    allow_event_kinds(EVENT_KINDS)
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.drop_column("lead_days")

    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_column("changeable_until")
        batch_op.drop_column("freight_charges")
        batch_op.drop_column("freight")

    with op.batch_alter_table("drop", schema=None) as batch_op:
        batch_op.drop_column("promised_date")

    with op.batch_alter_table("shipment_event", schema=None) as batch_op:
        batch_op.drop_index("ix_shipment_event_shipment_id_id")

    op.drop_table("shipment_event")
    with op.batch_alter_table("return_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_line_order_line_id"))

    op.drop_table("return_line")
    op.drop_table("cart_drop")
    with op.batch_alter_table("return_request", schema=None) as batch_op:
        batch_op.drop_index("ix_return_request_status_id")
        batch_op.drop_index(batch_op.f("ix_return_request_requested_by_id"))
        batch_op.drop_index("ix_return_request_order_id")

    op.drop_table("return_request")
    op.drop_table("later_line")
    with op.batch_alter_table("stock_watch", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_watch_variant_id")
        batch_op.drop_index(batch_op.f("ix_stock_watch_account_id"))

    op.drop_table("stock_watch")
    op.drop_table("saved_list_line")
    with op.batch_alter_table("nickname", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nickname_variant_id"))

    op.drop_table("nickname")
    with op.batch_alter_table("saved_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_list_owner_id"))
        batch_op.drop_index("ix_saved_list_account_id_id")

    op.drop_table("saved_list")
    with op.batch_alter_table("freight_rule", schema=None) as batch_op:
        batch_op.drop_index("uq_freight_rule_route_id_currency")

    op.drop_table("freight_rule")
    with op.batch_alter_table("bulk_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_entry_user_id"))
        batch_op.drop_index("ix_bulk_entry_created_at")

    op.drop_table("bulk_entry")
    with op.batch_alter_table("route", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_route_warehouse_id"))

    op.drop_table("route")
    op.drop_table("mail_choice")
