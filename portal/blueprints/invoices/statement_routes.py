"""GET /statement and its files: .pdf, .csv, .xlsx."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from portal.accounts.rules import Deed
from portal.blueprints.access import account_required
from portal.blueprints.invoices.answers import file_answer
from portal.blueprints.invoices.params import StatementParams
from portal.blueprints.invoices.statement_files import csv_file, xlsx_file
from portal.blueprints.invoices.statement_pages import statement_values
from portal.extensions import buyer, release_session, runtime, session, today
from portal.invoices.statement_paper import statement_sheet
from portal.invoices.statements import StatementView, statement_of

blueprint = Blueprint("statements", __name__)


@blueprint.get("/statement")
@account_required(Deed.SEE_INVOICES)
def show() -> Response:
    """What happened between the account and the seller in a period."""
    params = _params()
    values = statement_values(params, _statement(params))
    return make_response(render_template("invoices/statement.html", **values))


@blueprint.get("/statement.pdf")
@account_required(Deed.SEE_INVOICES)
def paper() -> Response:
    """The statement on paper, in the account's language."""
    statement = _statement(_params())
    sheet = statement_sheet(statement, locale=buyer().locale)
    # Nobody waits for this page's transaction while the paper is drawn.
    release_session()
    return file_answer(
        runtime().press.pdf(sheet),
        "application/pdf",
        _name(statement, "pdf"),
        inline=request.args.get("inline") == "1",
    )


@blueprint.get("/statement.csv")
@account_required(Deed.SEE_INVOICES)
def text() -> Response:
    """The statement as text for spreadsheets."""
    statement = _statement(_params())
    return file_answer(csv_file(statement), "text/csv", _name(statement, "csv"))


@blueprint.get("/statement.xlsx")
@account_required(Deed.SEE_INVOICES)
def workbook() -> Response:
    """The statement as a workbook."""
    statement = _statement(_params())
    return file_answer(
        xlsx_file(statement),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _name(statement, "xlsx"),
    )


def _params() -> StatementParams:
    return StatementParams.from_args(request.args, today())


def _statement(params: StatementParams) -> StatementView:
    return statement_of(session(), buyer().account_id, params.starts_on, params.ends_on)


def _name(statement: StatementView, ending: str) -> str:
    return f"statement-{statement.account_code}-{statement.starts_on}-{statement.ends_on}.{ending}"
