"""The house rules find what they forbid, and nothing else."""

from pathlib import Path

import pytest

from dev.house_rules import Breach, python_breaches, tree_breaches, without_allowed
from dev.template_rules import template_breaches

ROOT = Path(__file__).resolve().parents[2]


def rules_broken(source, path="portal/orders/actions.py"):
    return [(breach.line, breach.rule) for breach in python_breaches(path, source)]


def template_rules_broken(source, path="portal/templates/cart/cart.html"):
    return [(line, rule) for line, rule, _ in template_breaches(path, source)]


def test_the_tree_keeps_the_rules():
    assert [str(breach) for breach in tree_breaches(ROOT)] == []


def test_a_breach_names_file_line_and_rule():
    assert (
        str(Breach("portal/orders/actions.py", 3, "commit", "why"))
        == "portal/orders/actions.py:3: [commit] why"
    )


def test_tree_breaches_reads_python_and_templates(tmp_path):
    (tmp_path / "portal" / "orders").mkdir(parents=True)
    (tmp_path / "portal" / "orders" / "actions.py").write_text("session.commit()\n")
    (tmp_path / "portal" / "templates").mkdir()
    (tmp_path / "portal" / "templates" / "page.html").write_text('<p style="color: red">\n')
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "engine.py").write_text("import time\nnow = time.time()\n")

    assert [(breach.path, breach.line, breach.rule) for breach in tree_breaches(tmp_path)] == [
        ("portal/orders/actions.py", 1, "commit"),
        ("search/engine.py", 2, "clock"),
        ("portal/templates/page.html", 1, "inline-style"),
    ]


@pytest.mark.parametrize(
    "place", ["orders/actions.py", "jobs/queue.py", "blueprints/cart/routes.py", "extensions.py"]
)
def test_commit_is_forbidden_outside_app_worker_and_commands(place):
    assert rules_broken("session.commit()", f"portal/{place}") == [(1, "commit")]


@pytest.mark.parametrize(
    "place", ["app.py", "cli.py", "worker.py", "demo/load.py", "importers/online_retail.py"]
)
def test_app_worker_and_commands_commit(place):
    assert rules_broken("session.commit()", f"portal/{place}") == []


@pytest.mark.parametrize(
    "source",
    [
        "session.flush()",
        "session.flush()  # noqa: X1",
        "# The order needs its number before its lines.\n\nsession.flush()",
    ],
)
def test_a_flush_in_a_room_needs_a_reason(source):
    assert [rule for _, rule in rules_broken(source)] == ["flush"]


@pytest.mark.parametrize(
    "source",
    [
        "session.flush()  # the order needs its number before its lines",
        "# The order needs its number before its lines.\nsession.flush()",
    ],
)
def test_a_flush_with_a_reason_is_kept(source):
    assert rules_broken(source) == []


def test_a_flush_outside_of_rooms_is_nobodys_business():
    assert rules_broken("sys.stdout.flush()", "portal/cli.py") == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, UTC\nnow = datetime.now(UTC)",
        "import datetime as dt\nnow = dt.datetime.utcnow()",
        "from datetime import date as Day\ntoday = Day.today()",
        "import datetime\ntoday = datetime.date.today()",
        "from time import time\nnow = time()",
        "from datetime import datetime\ndefault = datetime.now",
    ],
)
def test_the_clock_is_read_in_one_place(source):
    assert rules_broken(source) == [(2, "clock")]
    assert rules_broken(source, "search/engine.py") == [(2, "clock")]
    assert rules_broken(source, "portal/core/clock.py") == []


def test_measuring_time_is_not_reading_the_clock():
    assert rules_broken("import time\nstart = time.monotonic()\nclock.now()\nself.today()") == []


@pytest.mark.parametrize(
    "source",
    [
        "from decimal import Decimal\ntotal = Decimal(price) * 3",
        "import decimal\ntotal = 1 + decimal.Decimal(price) / 100",
        "from decimal import Decimal\ntotal = price.quantize(Decimal(1))",
        "x = 1\ntotal = round(price * 1.1)",
    ],
)
def test_money_is_reckoned_in_pricing_and_core_money_only(source):
    assert rules_broken(source) == [(2, "money")]
    assert rules_broken(source, "portal/pricing/rules.py") == []
    assert rules_broken(source, "portal/core/money.py") == []


def test_integers_and_the_houses_own_rounding_are_free():
    assert rules_broken("from portal.core import money\ntotal = 3 * price\nline = money.round(total)") == []


def test_htmx_attributes_are_not_written_in_python():
    assert rules_broken("field = {'data-hx-post': url}", "portal/blueprints/cart/forms.py") == [
        (1, "htmx-literal")
    ]


def test_htmx_headers_are_written_in_one_file():
    source = "request.headers.get('HX-Request')"
    assert rules_broken(source, "portal/blueprints/cart/routes.py") == [(1, "htmx-literal")]
    assert rules_broken(source, "portal/blueprints/htmx.py") == []


def test_a_docstring_may_speak_of_htmx():
    assert rules_broken('def part():\n    """Answer the hx-get of the cart."""') == []


@pytest.mark.parametrize(
    "source",
    [
        "from flask_babel import gettext as _\ntext = _(f'Hello {name}')",
        "from flask_babel import gettext as _\ntext = _('Hello ' + name)",
        "from flask_babel import lazy_gettext\ntext = f'{lazy_gettext('Order')} {number}'",
    ],
)
def test_a_translated_text_is_one_literal(source):
    assert rules_broken(source.replace("'Order'", '"Order"'), "portal/blueprints/cart/forms.py") == [
        (2, "translated-text")
    ]


def test_placeholders_are_free():
    source = "from flask_babel import gettext as _\ntext = _('Order %(number)s', number=f'{year}-{count}')"
    assert rules_broken(source, "portal/blueprints/cart/forms.py") == []


def test_a_line_may_allow_one_rule_with_a_reason():
    assert (
        rules_broken("session.commit()  # house: allow commit, because the batch is its own transaction")
        == []
    )
    assert rules_broken("session.commit()  # house: allow clock, because it is late") == [(1, "commit")]
    assert rules_broken("session.commit()  # house: allow commit") == [(1, "commit")]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ('<p style="color: red">', "inline-style"),
        ("<style>p { color: red }</style>", "inline-style"),
        ('<button type="button" onclick="go()">', "inline-handler"),
        ("<script>go()</script>", "inline-script"),
        ('<div hx-get="/cart">', "htmx-attribute"),
        ('<div data-hx-disable-elt="find button">', "htmx-attribute"),
        ('<div data-hx-on:click="go()">', "htmx-attribute"),
        ('<div data-hx-vals="js:{a: 1}">', "htmx-attribute"),
        ('<div data-hx-trigger="click[ctrlKey]">', "htmx-attribute"),
        ('<form action="/cart">', "form"),
        ('<form method="post">', "form"),
        ('<div\n  class="{% if a > b %}x{% endif %}"\n  style="color: red">', "inline-style"),
    ],
)
def test_templates_hold_nothing_inline_and_plain_forms(source, rule):
    assert template_rules_broken(source) == [(1, rule)]


@pytest.mark.parametrize(
    "source",
    [
        '<form method="post" action="{{ url_for("cart.add") }}" data-hx-disabled-elt="find button">',
        '<form method="dialog">',
        '<script src="{{ asset_url("js/app.js") }}" defer></script>',
        '<script type="application/json" id="data">{}</script>',
        '{# <p style="color: red"> #}<!-- <p onclick="go()"> -->',
        '<p title="5 > 3" data-style="x">style= onclick= &lt;script&gt;</p>',
        '<input {% if on %}checked{% endif %} value="{{ value if a > b else "" }}">',
        '<div data-hx-get="/orders" data-hx-trigger="every 20s" data-hx-swap-oob="true">',
    ],
)
def test_what_the_templates_may_hold(source):
    assert template_rules_broken(source) == []


def test_a_mail_may_style_inline():
    assert template_rules_broken('<p style="color: red">', "portal/templates/mail/order.html") == []


def test_template_lines_are_counted_through_comments():
    assert template_rules_broken('{# one\ntwo #}\n{{ a\n}}<p style="x">') == [(4, "inline-style")]


def test_a_template_line_may_allow_one_rule_with_a_reason():
    breach = Breach("portal/templates/page.html", 1, "inline-style", "a style attribute")
    allowed = '<p style="x">{# house: allow inline-style, because the width is data #}'
    assert without_allowed({breach}, allowed) == []
    assert without_allowed({breach}, '<p style="x">') == [breach]
