"""HTTP: one folder per area, each with routes, params (GET), forms (POST) and pages (what a template gets)."""

from __future__ import annotations

from flask import Flask

from portal.blueprints.account.routes import blueprint as account
from portal.blueprints.auth.routes import blueprint as auth
from portal.blueprints.cart.routes import blueprint as cart
from portal.blueprints.catalog.routes import blueprint as catalog
from portal.blueprints.checkout.routes import blueprint as checkout
from portal.blueprints.desk.routes import blueprint as desk
from portal.blueprints.home.routes import blueprint as home
from portal.blueprints.ops.routes import blueprint as ops
from portal.blueprints.orders.routes import blueprint as orders
from portal.blueprints.search.routes import blueprint as search


def register_blueprints(app: Flask) -> None:
    """Every area of the portal, in the order of a dealer's way through it."""
    for blueprint in (auth, home, search, catalog, cart, checkout, orders, account, desk, ops):
        app.register_blueprint(blueprint)
