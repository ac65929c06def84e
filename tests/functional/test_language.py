"""Texts of pages: in the reader's language, with what is filled in escaped."""

import pytest
from flask import Flask, render_template_string


def rendered(app: Flask, template: str, **values: object) -> str:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        app.preprocess_request()
        return render_template_string(template, **values)


@pytest.mark.parametrize(
    ("template", "values", "html"),
    [
        ("{{ _('Tea & milk') }}", {}, "Tea & milk"),
        ("{{ _('100 %% cotton') }}", {}, "100 % cotton"),
        ("{{ _('More: %(what)s', what=what) }}", {"what": "<b>"}, "More: &lt;b&gt;"),
        ("{{ _('%(count)s or more', count=count) }}", {"count": 3}, "3 or more"),
        ("{{ ngettext('%(num)d line', '%(num)d lines', n) }}", {"n": 1}, "1 line"),
        (
            "{{ ngettext('%(num)d of %(what)s', '%(num)d of %(what)s', n, what=w) }}",
            {"n": 2, "w": "<i>"},
            "2 of &lt;i&gt;",
        ),
        ("{% trans %}Hello{% endtrans %}", {}, "Hello"),
        ("{% trans who=who %}Hello {{ who }}{% endtrans %}", {"who": "<u>"}, "Hello &lt;u&gt;"),
    ],
)
def test_texts(app, template, values, html):
    assert rendered(app, template, **values) == html


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en", "en"),
        ("ja;q=0.9,en;q=0.5", "ja"),
        ("fr-CA", "fr-CA"),
        ("fr-FR", "fr-CA"),
        ("fr", "fr-CA"),
        ("de", "ko"),
        ("", "ko"),
    ],
)
def test_a_stranger_is_spoken_to_as_the_browser_asks(client, accepted, language):
    page = client.get("/login", headers={"Accept-Language": accepted})

    assert f'<html lang="{language}"' in page.text
