"""HTTP: one folder per area, each with routes, params (GET), forms (POST) and pages (what a template gets)."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter

from portal.blueprints.account.routes import blueprint as account
from portal.blueprints.auth.routes import blueprint as auth
from portal.blueprints.cart.later_routes import blueprint as later
from portal.blueprints.cart.routes import blueprint as cart
from portal.blueprints.cart.splits_routes import blueprint as splits
from portal.blueprints.catalog.routes import blueprint as catalog
from portal.blueprints.checkout.routes import blueprint as checkout
from portal.blueprints.deliveries.routes import blueprint as deliveries
from portal.blueprints.desk.bank import blueprint as desk_bank
from portal.blueprints.desk.money import blueprint as desk_money
from portal.blueprints.desk.money_invoices import blueprint as desk_invoices
from portal.blueprints.desk.money_payments import blueprint as desk_payments
from portal.blueprints.desk.papers import blueprint as desk_papers
from portal.blueprints.desk.returns import blueprint as desk_returns
from portal.blueprints.desk.routes import blueprint as desk
from portal.blueprints.desk.search_routes import blueprint as desk_search
from portal.blueprints.desk.tracking import blueprint as desk_tracking
from portal.blueprints.home.routes import blueprint as home
from portal.blueprints.installed.routes import blueprint as installed
from portal.blueprints.invoices.batch_routes import blueprint as invoice_batches
from portal.blueprints.invoices.file_routes import blueprint as invoice_files
from portal.blueprints.invoices.routes import blueprint as invoices
from portal.blueprints.invoices.statement_routes import blueprint as statements
from portal.blueprints.lists.routes import blueprint as lists
from portal.blueprints.ops.routes import blueprint as ops
from portal.blueprints.orders.change_routes import blueprint as changes
from portal.blueprints.orders.papers import blueprint as order_papers
from portal.blueprints.orders.reorder_routes import blueprint as reorder
from portal.blueprints.orders.routes import blueprint as orders
from portal.blueprints.payments.routes import blueprint as payments
from portal.blueprints.payments.webhooks import blueprint as webhooks
from portal.blueprints.quick_order.routes import blueprint as quick_order
from portal.blueprints.returns.routes import blueprint as returns
from portal.blueprints.search.routes import blueprint as search
from portal.blueprints.styleguide.routes import blueprint as styleguide


class KeyConverter(IntegerConverter):
    """A number in an address. One that no column holds is the address of nothing, instead of the database's fault."""

    regex = r"[0-9]{1,15}"


def register_blueprints(app: Flask) -> None:
    """Every area of the portal, in the order of a dealer's way through it."""
    app.url_map.converters["int"] = KeyConverter
    for blueprint in (
        auth, home, search, catalog, quick_order, cart, later, splits, checkout,
        orders, order_papers, changes, reorder, lists, returns, deliveries,
        invoices, invoice_files, invoice_batches, statements,
        payments, webhooks, account,
        desk, desk_papers, desk_returns, desk_tracking, desk_search,
        desk_money, desk_bank, desk_invoices, desk_payments, installed, styleguide, ops,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
