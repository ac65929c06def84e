"""initial tables

Rules for whoever writes a migration:
- It runs while the version before it still serves: add first, remove one release later.
- No imports from portal: the models will change, this file will not.
- Data moves in a migration of its own, in batches.
- downgrade() undoes upgrade(); `make check` runs both ways.

Revision: 20261122_1300
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_1300"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "assortment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assortment")),
        sa.UniqueConstraint("code", name=op.f("uq_assortment_code")),
    )
    op.create_table(
        "brand",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("code", name=op.f("uq_brand_code")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("above", sa.String(), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("(parent_id IS NULL) = (above = '')", name=op.f("ck_category_above_is_kept")),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_category_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "closed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closed_day")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("arguments", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("unique_key", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_job_unique_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_finished_at_run_after", ["finished_at", "run_after"], unique=False)

    op.create_table(
        "number_series",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_series")),
    )
    op.create_table(
        "payment_terms",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "net", "prepaid", name="terms_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("net_days", sa.Integer(), nullable=False),
        sa.CheckConstraint("net_days >= 0", name=op.f("ck_payment_terms_net_days_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_terms")),
        sa.UniqueConstraint("code", name=op.f("uq_payment_terms_code")),
    )
    op.create_table(
        "price_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "base",
                "segment",
                "contract",
                name="price_list_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column(
            "tax_mode",
            sa.Enum("net", "gross", name="tax_mode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("forbids_promotions", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_price_list_validity_in_order"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("code", name=op.f("uq_price_list_code")),
    )
    with op.batch_alter_table("price_list", schema=None) as batch_op:
        batch_op.create_index("ix_price_list_kind_currency", ["kind", "currency"], unique=False)

    op.create_table(
        "promotion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "percent",
                "amount",
                "buy_get",
                "bundle",
                "order_amount",
                name="promotion_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("percent_ppm", sa.Integer(), nullable=True),
        sa.Column("buy_quantity", sa.Integer(), nullable=True),
        sa.Column("get_quantity", sa.Integer(), nullable=True),
        sa.Column("min_quantity", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("stackable", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("all_products", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'buy_get' OR (buy_quantity >= 1 AND get_quantity >= 1)",
            name=op.f("ck_promotion_buy_get_has_counts"),
        ),
        sa.CheckConstraint(
            "kind <> 'percent' OR percent_ppm IS NOT NULL", name=op.f("ck_promotion_percent_has_a_rate")
        ),
        sa.CheckConstraint("min_quantity >= 1", name=op.f("ck_promotion_min_quantity_positive")),
        sa.CheckConstraint(
            "percent_ppm IS NULL OR percent_ppm BETWEEN 1 AND 1000000",
            name=op.f("ck_promotion_percent_in_range"),
        ),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_promotion_validity_in_order"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
        sa.UniqueConstraint("code", name=op.f("uq_promotion_code")),
        sa.UniqueConstraint("name_key", name=op.f("uq_promotion_name_key")),
    )
    op.create_table(
        "segment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("code", name=op.f("uq_segment_code")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_stored_file_sha256")),
    )
    op.create_table(
        "tax_profile",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "rounding",
            sa.Enum(
                "document_half_up",
                "document_down",
                "line_down",
                name="tax_rounding",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("shows_tax_included", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_profile")),
        sa.UniqueConstraint("code", name=op.f("uq_tax_profile_code")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column(
            "staff_role",
            sa.Enum(
                "rep",
                "desk",
                "finance",
                "manager",
                "admin",
                name="staff_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "warehouse",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouse_code")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "on_hold",
                "closed",
                name="account_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("business_number", sa.String(), nullable=True),
        sa.Column("tax_profile_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_terms_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("credit_used", sa.BigInteger(), nullable=False),
        sa.Column("order_limit", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sales_rep_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "credit_limit IS NULL OR credit_limit >= 0", name=op.f("ck_account_credit_limit_not_negative")
        ),
        sa.CheckConstraint(
            "order_limit IS NULL OR order_limit > 0", name=op.f("ck_account_order_limit_positive")
        ),
        sa.CheckConstraint(
            "parent_id IS NULL OR parent_id <> id", name=op.f("ck_account_not_its_own_parent")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["account.id"], name=op.f("fk_account_parent_id")),
        sa.ForeignKeyConstraint(
            ["payment_terms_id"], ["payment_terms.id"], name=op.f("fk_account_payment_terms_id")
        ),
        sa.ForeignKeyConstraint(["sales_rep_id"], ["user.id"], name=op.f("fk_account_sales_rep_id")),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_account_segment_id")),
        sa.ForeignKeyConstraint(
            ["tax_profile_id"], ["tax_profile.id"], name=op.f("fk_account_tax_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("code", name=op.f("uq_account_code")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_sales_rep_id"), ["sales_rep_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_segment_id"), ["segment_id"], unique=False)

    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("brand_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("descriptions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("attributes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_product_brand_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_product_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("code", name=op.f("uq_product_code")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_brand_id"), ["brand_id"], unique=False)
        batch_op.create_index("ix_product_category_id_rank", ["category_id", "rank"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_rank"), ["rank"], unique=False)

    op.create_table(
        "promotion_amount",
        sa.Column("promotion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("off_e4", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("minimum_value", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_promotion_amount_promotion_id")
        ),
        sa.PrimaryKeyConstraint("promotion_id", "currency", name=op.f("pk_promotion_amount")),
    )
    op.create_table(
        "tax_rate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax_profile_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rate_ppm", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("rate_ppm >= 0", name=op.f("ck_tax_rate_rate_not_negative")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_tax_rate_validity_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["tax_profile_id"], ["tax_profile.id"], name=op.f("fk_tax_rate_tax_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
        sa.UniqueConstraint(
            "tax_profile_id",
            "tax_class",
            "code",
            "valid_from",
            name=op.f("uq_tax_rate_tax_profile_id_tax_class_code_valid_from"),
        ),
    )
    op.create_table(
        "assortment_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assortment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hides", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (segment_id IS NULL)", name=op.f("ck_assortment_grant_one_audience")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_assortment_grant_account_id")),
        sa.ForeignKeyConstraint(
            ["assortment_id"], ["assortment.id"], name=op.f("fk_assortment_grant_assortment_id")
        ),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.id"], name=op.f("fk_assortment_grant_segment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assortment_grant")),
    )
    with op.batch_alter_table("assortment_grant", schema=None) as batch_op:
        batch_op.create_index("uq_assortment_grant_account_id", ["account_id", "assortment_id"], unique=True)
        batch_op.create_index("uq_assortment_grant_segment_id", ["segment_id", "assortment_id"], unique=True)

    op.create_table(
        "credit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "order_placed",
                "order_changed",
                "order_cancelled",
                "settled",
                name="credit_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_credit_entry_amount_not_zero")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_credit_entry_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entry")),
    )
    with op.batch_alter_table("credit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_credit_entry_account_id_id", ["account_id", "id"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "spec_sheet",
                "manual",
                name="document_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("titles", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_file_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_document_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index("ix_document_product_id_position", ["product_id", "position"], unique=False)

    op.create_table(
        "location",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("line1", sa.String(), nullable=False),
        sa.Column("line2", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("delivery_weekdays", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "delivery_weekdays BETWEEN 0 AND 127", name=op.f("ck_location_delivery_weekdays_is_a_mask")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_location_account_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_location_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("account_id", "code", name=op.f("uq_location_account_id_code")),
    )
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_location_warehouse_id"), ["warehouse_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "buyer",
                "approver",
                "finance",
                "viewer",
                name="account_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("user_id", "account_id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_account_id"), ["account_id"], unique=False)

    op.create_table(
        "price_list_assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (segment_id IS NULL)", name=op.f("ck_price_list_assignment_one_audience")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_price_list_assignment_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_list.id"], name=op.f("fk_price_list_assignment_price_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_price_list_assignment_segment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list_assignment")),
    )
    with op.batch_alter_table("price_list_assignment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_price_list_assignment_price_list_id"), ["price_list_id"], unique=False
        )
        batch_op.create_index(
            "uq_price_list_assignment_account_id", ["account_id", "price_list_id"], unique=True
        )
        batch_op.create_index(
            "uq_price_list_assignment_segment_id", ["segment_id", "price_list_id"], unique=True
        )

    op.create_table(
        "product_link",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "accessory",
                "substitute",
                "replaced_by",
                "set_part",
                name="link_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("product_id <> other_id", name=op.f("ck_product_link_not_with_itself")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_product_link_quantity_positive")),
        sa.ForeignKeyConstraint(["other_id"], ["product.id"], name=op.f("fk_product_link_other_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_link_product_id")),
        sa.PrimaryKeyConstraint("product_id", "other_id", "kind", name=op.f("pk_product_link")),
    )
    with op.batch_alter_table("product_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_link_other_id"), ["other_id"], unique=False)

    op.create_table(
        "promotion_audience",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("promotion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (segment_id IS NULL)", name=op.f("ck_promotion_audience_one_audience")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_promotion_audience_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_promotion_audience_promotion_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_promotion_audience_segment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_audience")),
    )
    with op.batch_alter_table("promotion_audience", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_promotion_audience_promotion_id"), ["promotion_id"], unique=False
        )
        batch_op.create_index("uq_promotion_audience_account_id", ["account_id", "promotion_id"], unique=True)
        batch_op.create_index("uq_promotion_audience_segment_id", ["segment_id", "promotion_id"], unique=True)

    op.create_table(
        "variant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("part_number", sa.String(), nullable=True),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "each",
                "pack",
                "box",
                "case",
                "bag",
                "bottle",
                "roll",
                "set",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("pack_size", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("allow_backorder", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minimum >= 1", name=op.f("ck_variant_minimum_positive")),
        sa.CheckConstraint("pack_size >= 1", name=op.f("ck_variant_pack_size_positive")),
        sa.CheckConstraint("step >= 1", name=op.f("ck_variant_step_positive")),
        sa.CheckConstraint(
            "weight_grams IS NULL OR weight_grams >= 0", name=op.f("ck_variant_weight_not_negative")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_variant_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("sku", name=op.f("uq_variant_sku")),
    )
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_variant_barcode"), ["barcode"], unique=False)
        batch_op.create_index("ix_variant_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_variant_part_number"), ["part_number"], unique=False)
        batch_op.create_index("ix_variant_product_id_position", ["product_id", "position"], unique=False)

    op.create_table(
        "assortment_item",
        sa.Column("assortment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["assortment_id"], ["assortment.id"], name=op.f("fk_assortment_item_assortment_id")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_assortment_item_variant_id")),
        sa.PrimaryKeyConstraint("assortment_id", "variant_id", name=op.f("pk_assortment_item")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("assortment_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assortment_item_variant_id"), ["variant_id"], unique=False)

    op.create_table(
        "cart",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("promotion_code", sa.String(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_cart_account_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_cart_location_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_cart_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart")),
        sa.UniqueConstraint("user_id", "account_id", name=op.f("uq_cart_user_id_account_id")),
    )
    with op.batch_alter_table("cart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cart_account_id"), ["account_id"], unique=False)

    op.create_table(
        "order",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("placed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "placed",
                "on_hold",
                "confirmed",
                "picking",
                "partially_shipped",
                "shipped",
                "partially_delivered",
                "delivered",
                "cancelled",
                name="order_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status_before_hold",
            sa.Enum(
                "placed",
                "on_hold",
                "confirmed",
                "picking",
                "partially_shipped",
                "shipped",
                "partially_delivered",
                "delivered",
                "cancelled",
                name="order_status_before_hold",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submit_key", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("po_number", sa.String(), nullable=False),
        sa.Column("requested_date", sa.Date(), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("promotion_code", sa.String(), nullable=True),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("taxes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("ship_to", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total = net + tax", name=op.f("ck_order_total_is_net_and_tax")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_order_account_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_order_location_id")),
        sa.ForeignKeyConstraint(["placed_by_id"], ["user.id"], name=op.f("fk_order_placed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("account_id", "submit_key", name=op.f("uq_order_account_id_submit_key")),
        sa.UniqueConstraint("number", name=op.f("uq_order_number")),
    )
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.create_index("ix_order_account_id_id", ["account_id", "id"], unique=False)
        batch_op.create_index("ix_order_account_id_status_id", ["account_id", "status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_placed_by_id"), ["placed_by_id"], unique=False)
        batch_op.create_index("ix_order_status_id", ["status", "id"], unique=False)

    op.create_table(
        "picture",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("small_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("large_file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column(
            "alternative_texts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["large_file_id"], ["stored_file.id"], name=op.f("fk_picture_large_file_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_picture_product_id")),
        sa.ForeignKeyConstraint(["small_file_id"], ["stored_file.id"], name=op.f("fk_picture_small_file_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_picture_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
    )
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.create_index("ix_picture_product_id_position", ["product_id", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_picture_variant_id"), ["variant_id"], unique=False)

    op.create_table(
        "price",
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("min_quantity", sa.Integer(), nullable=False),
        sa.Column("amount_e4", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_e4 IS NULL OR amount_e4 >= 0", name=op.f("ck_price_amount_not_negative")),
        sa.CheckConstraint("min_quantity >= 1", name=op.f("ck_price_min_quantity_positive")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_price_price_list_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_price_variant_id")),
        sa.PrimaryKeyConstraint("variant_id", "price_list_id", "min_quantity", name=op.f("pk_price")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("price", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_price_price_list_id"), ["price_list_id"], unique=False)

    op.create_table(
        "promotion_target",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("promotion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(CASE WHEN variant_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN product_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN category_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_promotion_target_one_target"),
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_promotion_target_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_promotion_target_category_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_promotion_target_product_id")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotion.id"], name=op.f("fk_promotion_target_promotion_id")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_promotion_target_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_target")),
    )
    with op.batch_alter_table("promotion_target", schema=None) as batch_op:
        batch_op.create_index(
            "ix_promotion_target_category_id",
            ["category_id"],
            unique=False,
            sqlite_where=sa.text("category_id IS NOT NULL"),
            postgresql_where=sa.text("category_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_promotion_target_product_id",
            ["product_id"],
            unique=False,
            sqlite_where=sa.text("product_id IS NOT NULL"),
            postgresql_where=sa.text("product_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_promotion_target_promotion_id"), ["promotion_id"], unique=False)
        batch_op.create_index(
            "ix_promotion_target_variant_id",
            ["variant_id"],
            unique=False,
            sqlite_where=sa.text("variant_id IS NOT NULL"),
            postgresql_where=sa.text("variant_id IS NOT NULL"),
        )

    op.create_table(
        "stock",
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("backordered", sa.Integer(), nullable=False),
        sa.CheckConstraint("backordered >= 0", name=op.f("ck_stock_backordered_not_negative")),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_on_hand_not_negative")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name=op.f("ck_stock_never_oversold")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_stock_variant_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_warehouse_id")),
        sa.PrimaryKeyConstraint("variant_id", "warehouse_id", name=op.f("pk_stock")),
    )
    with op.batch_alter_table("stock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_warehouse_id"), ["warehouse_id"], unique=False)

    op.create_table(
        "cart_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cart_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("seen_unit_price_e4", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_cart_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["cart.id"], name=op.f("fk_cart_line_cart_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_cart_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line")),
        sa.UniqueConstraint("cart_id", "variant_id", name=op.f("uq_cart_line_cart_id_variant_id")),
    )
    op.create_table(
        "order_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "placed",
                "held",
                "released",
                "confirmed",
                "picking_started",
                "shipped",
                "delivered",
                "cancelled",
                name="event_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_order_event_actor_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_event_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    with op.batch_alter_table("order_event", schema=None) as batch_op:
        batch_op.create_index("ix_order_event_order_id_id", ["order_id", "id"], unique=False)

    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("pack_size", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("unit_price_e4", sa.BigInteger(), nullable=False),
        sa.Column("list_unit_price_e4", sa.BigInteger(), nullable=False),
        sa.Column("line_total", sa.BigInteger(), nullable=False),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "cancelled >= 0 AND cancelled <= quantity", name=op.f("ck_order_line_cancelled_within_quantity")
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_order_line_quantity_positive")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_order_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_line_order_id_position")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_order_line_order_id_variant_id_quantity", ["order_id", "variant_id", "quantity"], unique=False
        )
        batch_op.create_index("ix_order_line_variant_id_order_id", ["variant_id", "order_id"], unique=False)

    op.create_table(
        "shipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submit_key", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_shipment_location_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_shipment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("number", name=op.f("uq_shipment_number")),
        sa.UniqueConstraint("submit_key", name=op.f("uq_shipment_submit_key")),
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index("ix_shipment_order_id_id", ["order_id", "id"], unique=False)

    op.create_table(
        "drop",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requested_date", sa.Date(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("backordered", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "delivered >= 0 AND delivered <= shipped", name=op.f("ck_drop_delivered_was_shipped")
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_drop_quantity_positive")),
        sa.CheckConstraint(
            "reserved >= 0 AND backordered >= 0 AND shipped >= 0 AND cancelled >= 0 AND reserved + backordered + shipped + cancelled = quantity",
            name=op.f("ck_drop_every_unit_accounted_for"),
        ),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_drop_location_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_drop_order_line_id")),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"], name=op.f("fk_drop_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drop")),
    )
    with op.batch_alter_table("drop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drop_order_line_id"), ["order_line_id"], unique=False)

    op.create_table(
        "shipment_line",
        sa.Column("shipment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("drop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_shipment_line_quantity_positive")),
        sa.ForeignKeyConstraint(["drop_id"], ["drop.id"], name=op.f("fk_shipment_line_drop_id")),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_line_shipment_id")),
        sa.PrimaryKeyConstraint("shipment_id", "drop_id", name=op.f("pk_shipment_line")),
    )
    with op.batch_alter_table("shipment_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shipment_line_drop_id"), ["drop_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("shipment_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shipment_line_drop_id"))

    op.drop_table("shipment_line")
    with op.batch_alter_table("drop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_drop_order_line_id"))

    op.drop_table("drop")
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.drop_index("ix_shipment_order_id_id")

    op.drop_table("shipment")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index("ix_order_line_variant_id_order_id")
        batch_op.drop_index("ix_order_line_order_id_variant_id_quantity")

    op.drop_table("order_line")
    with op.batch_alter_table("order_event", schema=None) as batch_op:
        batch_op.drop_index("ix_order_event_order_id_id")

    op.drop_table("order_event")
    op.drop_table("cart_line")
    with op.batch_alter_table("stock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_warehouse_id"))

    op.drop_table("stock")
    with op.batch_alter_table("promotion_target", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_promotion_target_variant_id",
            sqlite_where=sa.text("variant_id IS NOT NULL"),
            postgresql_where=sa.text("variant_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_promotion_target_promotion_id"))
        batch_op.drop_index(
            "ix_promotion_target_product_id",
            sqlite_where=sa.text("product_id IS NOT NULL"),
            postgresql_where=sa.text("product_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_promotion_target_category_id",
            sqlite_where=sa.text("category_id IS NOT NULL"),
            postgresql_where=sa.text("category_id IS NOT NULL"),
        )

    op.drop_table("promotion_target")
    with op.batch_alter_table("price", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_price_price_list_id"))

    op.drop_table("price")
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_picture_variant_id"))
        batch_op.drop_index("ix_picture_product_id_position")

    op.drop_table("picture")
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_index("ix_order_status_id")
        batch_op.drop_index(batch_op.f("ix_order_placed_by_id"))
        batch_op.drop_index("ix_order_account_id_status_id")
        batch_op.drop_index("ix_order_account_id_id")

    op.drop_table("order")
    with op.batch_alter_table("cart", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cart_account_id"))

    op.drop_table("cart")
    with op.batch_alter_table("assortment_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assortment_item_variant_id"))

    op.drop_table("assortment_item")
    with op.batch_alter_table("variant", schema=None) as batch_op:
        batch_op.drop_index("ix_variant_product_id_position")
        batch_op.drop_index(batch_op.f("ix_variant_part_number"))
        batch_op.drop_index("ix_variant_created_at_id")
        batch_op.drop_index(batch_op.f("ix_variant_barcode"))

    op.drop_table("variant")
    with op.batch_alter_table("promotion_audience", schema=None) as batch_op:
        batch_op.drop_index("uq_promotion_audience_segment_id")
        batch_op.drop_index("uq_promotion_audience_account_id")
        batch_op.drop_index(batch_op.f("ix_promotion_audience_promotion_id"))

    op.drop_table("promotion_audience")
    with op.batch_alter_table("product_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_link_other_id"))

    op.drop_table("product_link")
    with op.batch_alter_table("price_list_assignment", schema=None) as batch_op:
        batch_op.drop_index("uq_price_list_assignment_segment_id")
        batch_op.drop_index("uq_price_list_assignment_account_id")
        batch_op.drop_index(batch_op.f("ix_price_list_assignment_price_list_id"))

    op.drop_table("price_list_assignment")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_account_id"))

    op.drop_table("membership")
    with op.batch_alter_table("location", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_location_warehouse_id"))

    op.drop_table("location")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_product_id_position")

    op.drop_table("document")
    with op.batch_alter_table("credit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_entry_account_id_id")

    op.drop_table("credit_entry")
    with op.batch_alter_table("assortment_grant", schema=None) as batch_op:
        batch_op.drop_index("uq_assortment_grant_segment_id")
        batch_op.drop_index("uq_assortment_grant_account_id")

    op.drop_table("assortment_grant")
    op.drop_table("tax_rate")
    op.drop_table("promotion_amount")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_rank"))
        batch_op.drop_index("ix_product_category_id_rank")
        batch_op.drop_index(batch_op.f("ix_product_brand_id"))

    op.drop_table("product")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_segment_id"))
        batch_op.drop_index(batch_op.f("ix_account_sales_rep_id"))
        batch_op.drop_index(batch_op.f("ix_account_parent_id"))

    op.drop_table("account")
    op.drop_table("warehouse")
    op.drop_table("user")
    op.drop_table("tax_profile")
    op.drop_table("stored_file")
    op.drop_table("sign_in_throttle")
    op.drop_table("segment")
    op.drop_table("promotion")
    with op.batch_alter_table("price_list", schema=None) as batch_op:
        batch_op.drop_index("ix_price_list_kind_currency")

    op.drop_table("price_list")
    op.drop_table("payment_terms")
    op.drop_table("number_series")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_finished_at_run_after")

    op.drop_table("job")
    op.drop_table("closed_day")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_category_parent_id"))

    op.drop_table("category")
    op.drop_table("brand")
    op.drop_table("assortment")
