"""Payments in won through Toss Payments: card, or a transfer to a virtual account that is made for one payment.

The person pays in Toss's own window and comes back with a key; nothing is paid until the portal confirms that key, and
it does so only if the amount is the one it asked for. Notices about payments are not signed, so each is only a reason
to ask again. Source: docs.tosspayments.com, the core API and the JavaScript SDK, both version 2.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final

from portal.adapters.payments._http import Answer, JsonService
from portal.adapters.payments.provider import (
    Attempt,
    BadNotice,
    Hint,
    ProviderAway,
    RefundReport,
    Report,
    ReportState,
    Start,
)

log = logging.getLogger("portal.payments.toss")

SCRIPT: Final = "https://js.tosspayments.com/v2/standard"

SEOUL: Final = timezone(timedelta(hours=9))
"""Toss's times of day, where it names no zone."""

LISTED_AT_ONCE: Final = 1000

REFUSED_KEY: Final = frozenset({401, 403})

NOT_FOUND: Final = 404

STATES: Final[Mapping[str, ReportState]] = {
    # Opened, or approved by the payer's bank and not confirmed by us: the person is still on the way.
    "READY": ReportState.ACTION_REQUIRED,
    "IN_PROGRESS": ReportState.ACTION_REQUIRED,
    "WAITING_FOR_DEPOSIT": ReportState.WAITING_DEPOSIT,
    "DONE": ReportState.PAID,
    "PARTIAL_CANCELED": ReportState.PAID,
    # What was paid and has gone back was paid all the same; see `_report`.
    "CANCELED": ReportState.CANCELLED,
    # The same order number may be tried with another card, and is paid at most once.
    "ABORTED": ReportState.ACTION_REQUIRED,
    "EXPIRED": ReportState.EXPIRED,
}

FAILURES: Final[Mapping[str, str]] = {
    # Toss's error codes, as the pages explain them; what is not named here is `other`.
    "REJECT_CARD_COMPANY": "card_declined",
    "REJECT_CARD_PAYMENT": "insufficient_funds",
    "REJECT_ACCOUNT_PAYMENT": "insufficient_funds",
    "NOT_ENOUGH_BALANCE": "insufficient_funds",
    "INVALID_CARD_EXPIRATION": "expired_card",
    "INVALID_STOPPED_CARD": "card_declined",
    "INVALID_REJECT_CARD": "card_declined",
    "INVALID_CARD_NUMBER": "card_declined",
    "INVALID_CARD_LOST_OR_STOLEN": "card_declined",
    "INVALID_PASSWORD": "authentication_failed",
    "EXCEED_MAX_AUTH_COUNT": "authentication_failed",
    "FDS_ERROR": "card_declined",
    "EXCEED_MAX_DAILY_PAYMENT_COUNT": "limit_exceeded",
    "EXCEED_MAX_PAYMENT_AMOUNT": "limit_exceeded",
    "EXCEED_MAX_AMOUNT": "limit_exceeded",
    "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT": "limit_exceeded",
    "EXCEED_MAX_ONE_DAY_AMOUNT": "limit_exceeded",
    "PAY_PROCESS_CANCELED": "cancelled_by_payer",
    "USER_CANCEL": "cancelled_by_payer",
    "PAY_PROCESS_ABORTED": "other",
}

METHODS: Final[Mapping[str, str]] = {
    "카드": "card",
    "CARD": "card",
    "가상계좌": "virtual_account",
    "VIRTUAL_ACCOUNT": "virtual_account",
    "간편결제": "card",
    "EASY_PAY": "card",
    "계좌이체": "transfer",
    "TRANSFER": "transfer",
}

BANKS: Final[Mapping[str, str]] = {
    # Those that give virtual accounts.
    "39": "경남은행",
    "34": "광주은행",
    "06": "KB국민은행",
    "03": "IBK기업은행",
    "11": "NH농협은행",
    "31": "iM뱅크(대구)",
    "32": "부산은행",
    "45": "새마을금고",
    "07": "Sh수협은행",
    "88": "신한은행",
    "20": "우리은행",
    "71": "우체국예금보험",
    "37": "전북은행",
    "81": "하나은행",
}


class TossProvider:
    """Toss Payments. All methods that ask it raise ProviderAway when it does not answer."""

    code = "toss"
    methods: Sequence[str] = ("card", "virtual_account")

    def __init__(self, secret_key: str, client_key: str, api: str = "https://api.tosspayments.com") -> None:
        """``api`` is where Toss's interface is."""
        self.is_test = secret_key.startswith("test_")
        self._client_key = client_key
        self._service = JsonService(api, user=secret_key)

    def close(self) -> None:
        """Give back the connections."""
        self._service.close()

    def takes(self, currency: str) -> bool:
        """Whether it takes money in this currency: won."""
        return currency == "KRW"

    def script_sources(self) -> Mapping[str, Sequence[str]]:
        """Toss's script, its window and what it asks."""
        # form-action: on a phone the window is a page of Toss's, reached by a form.
        toss = ("https://*.tosspayments.com", "https://*.toss.im")
        return {
            "script-src": toss[:1],
            "frame-src": toss,
            "connect-src": toss,
            "img-src": toss,
            "form-action": toss,
        }

    def start(self, attempt: Attempt, *, idempotency_key: str) -> Start:  # noqa: ARG002 - asks Toss nothing
        """Give the page what Toss's window needs. Toss itself hears of the payment from there."""
        client = {
            "script": SCRIPT,
            "key": self._client_key,
            "order": attempt.reference,
            "amount": str(attempt.amount),
            "name": attempt.description,
            "customer": attempt.customer_name,
            "email": attempt.customer_email,
            "method": "VIRTUAL_ACCOUNT" if attempt.method == "virtual_account" else "CARD",
            "success": attempt.return_url,
            "fail": attempt.return_url,
        }
        if attempt.due is not None:
            client["due"] = attempt.due.astimezone(SEOUL).strftime("%Y-%m-%dT%H:%M:%S")
        return Start(client=client)

    def confirm(self, attempt: Attempt, claims: Mapping[str, str], *, idempotency_key: str) -> Report:
        """Confirm what the browser came back with, if it is for our amount; otherwise say what it claims.

        A claim of another amount or order is reported without asking Toss: nothing is confirmed, so no money moves.
        """
        payment_key = claims.get("paymentKey", "")
        if not payment_key:
            # It came back from a failure, or was typed in.
            return self._still_open(self.fetch(attempt), claims.get("code", ""))
        claimed = claims.get("amount", "")
        amount = int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) < 16 else 0
        order = claims.get("orderId", "")
        if amount != attempt.amount or order != attempt.reference:
            return Report(
                state=ReportState.ACTION_REQUIRED,
                amount=amount,
                currency="KRW",
                reference=order,
                provider_ref="",
                is_test=self.is_test,
            )
        if attempt.provider_ref is not None:
            # Confirmed before: the page was loaded again.
            return self.fetch(attempt)
        answer = self._post(
            "/v1/payments/confirm",
            {"paymentKey": payment_key, "orderId": attempt.reference, "amount": attempt.amount},
            # Each key of Toss's is a try of its own: a second card must not get the first one's answer.
            idempotency_key=_digest(f"{idempotency_key}:{payment_key}"),
        )
        if answer.is_ok:
            return self._report(answer.body)
        # ALREADY_PROCESSED_PAYMENT and its like: what Toss has is what counts.
        return self._still_open(self.fetch(attempt), answer.text("code"))

    def fetch(self, attempt: Attempt) -> Report:
        """Ask how it stands. A key that Toss does not know is reported with an amount of 0."""
        if attempt.provider_ref is None:
            answer = self._get(f"/v1/payments/orders/{attempt.reference}")
        else:
            answer = self._get(f"/v1/payments/{attempt.provider_ref}")
        if answer.is_ok:
            return self._report(answer.body)
        if answer.status != NOT_FOUND:
            raise ProviderAway(f"Toss answers {answer.status} {answer.text('code')}")
        unknown = attempt.provider_ref is not None
        return Report(
            state=ReportState.FAILED if unknown else ReportState.ACTION_REQUIRED,
            amount=0 if unknown else attempt.amount,
            currency="KRW",
            reference="" if unknown else attempt.reference,
            provider_ref=attempt.provider_ref or "",
            failure="unknown_to_provider" if unknown else "",
            is_test=self.is_test,
        )

    def cancel(self, attempt: Attempt) -> Report:
        """Give it up. One that was paid meanwhile stays paid, and is reported so."""
        found = self.fetch(attempt)
        if found.state is ReportState.WAITING_DEPOSIT:
            # A deposit in this very moment makes Toss refuse: what is paid into an account goes back to a named one.
            answer = self._post(
                f"/v1/payments/{found.provider_ref}/cancel",
                {"cancelReason": "not paid in time"},
                idempotency_key=_digest(f"cancel:{found.provider_ref}"),
            )
            if not answer.is_ok:
                log.info("Toss cancels %s no more: %s", attempt.reference, answer.text("code"))
            return self.fetch(attempt)
        if found.state is ReportState.ACTION_REQUIRED:
            # Nothing is paid that is not confirmed, and it is not confirmed any more.
            return Report(
                state=ReportState.CANCELLED,
                amount=attempt.amount,
                currency="KRW",
                reference=attempt.reference,
                provider_ref="",
                is_test=self.is_test,
            )
        return found

    def refund(self, attempt: Attempt, amount: int, *, reason: str, idempotency_key: str) -> RefundReport:
        """Send some of it back, in won. What was transferred goes back by hand: Toss would need the payer's account."""
        if attempt.provider_ref is None:
            return RefundReport(done=False, provider_ref="", failure="not_paid")
        if attempt.method == "virtual_account":
            return RefundReport(done=False, provider_ref="", failure="by_hand")
        answer = self._post(
            f"/v1/payments/{attempt.provider_ref}/cancel",
            {"cancelReason": reason[:200] or "refund", "cancelAmount": amount},
            idempotency_key=_digest(f"{idempotency_key}:{attempt.provider_ref}"),
        )
        if not answer.is_ok:
            return RefundReport(done=False, provider_ref="", failure=answer.text("code").lower() or "refused")
        cancels = answer.body.get("cancels") or [{}]
        return RefundReport(done=True, provider_ref=str(cancels[-1].get("transactionKey", "")))

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Hint]:
        """The payment a notice speaks of; anybody may have sent it. Raises BadNotice for what cannot be read."""
        try:
            notice = json.loads(body)
        except ValueError as error:
            raise BadNotice("not JSON") from error
        if not isinstance(notice, dict):
            raise BadNotice("not an object")
        # A deposit's notice is flat; the others carry the payment.
        about = notice.get("data", notice)
        if not isinstance(about, dict):
            raise BadNotice("no payment in it")
        order, payment_key, secret = (_text(about, name) for name in ("orderId", "paymentKey", "secret"))
        if not all(text.isascii() and text.isprintable() for text in (order, payment_key, secret)):
            raise BadNotice("not a key of Toss's")
        kind = _text(notice, "eventType") or ("DEPOSIT_CALLBACK" if "secret" in notice else "")
        if not (order or payment_key) or kind not in {
            "PAYMENT_STATUS_CHANGED",
            "DEPOSIT_CALLBACK",
            "CANCEL_STATUS_CHANGED",
        }:
            return []
        return [
            Hint(
                # Without the header, the same words are the same notice.
                notice_id=headers.get("tosspayments-webhook-transmission-id")
                or hashlib.sha256(body).hexdigest(),
                provider_ref=payment_key,
                reference=order,
                secret=secret,
                kind=kind,
            )
        ]

    def list_day(self, day: date) -> list[Report]:
        """How every payment stands in which anything moved on a day (UTC), paid or not."""
        start = datetime.combine(day, time(), UTC).astimezone(SEOUL)
        query = {
            "startDate": _local(start),
            "endDate": _local(start + timedelta(days=1, milliseconds=-1)),
            "limit": str(LISTED_AT_ONCE),
        }
        keys: dict[str, None] = {}
        while True:
            answer = self._get("/v1/transactions", query)
            if not answer.is_ok:
                raise ProviderAway(f"Toss answers {answer.status} {answer.text('code')}")
            keys.update(dict.fromkeys(row["paymentKey"] for row in answer.body))
            if len(answer.body) < LISTED_AT_ONCE:
                break
            query["startingAfter"] = answer.body[-1]["transactionKey"]
        reports = []
        for key in keys:
            answer = self._get(f"/v1/payments/{key}")
            if not answer.is_ok:
                raise ProviderAway(f"Toss answers {answer.status} {answer.text('code')}")
            reports.append(self._report(answer.body))
        return reports

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        return _allowed(self._service.get(path, query))

    def _post(self, path: str, body: Mapping[str, Any], *, idempotency_key: str) -> Answer:
        return _allowed(self._service.post(path, body, idempotency_key=idempotency_key))

    def _report(self, facts: Mapping[str, Any]) -> Report:
        total = int(facts["totalAmount"])
        state = STATES.get(facts["status"], ReportState.PENDING)
        refunded = 0
        if facts["status"] in {"CANCELED", "PARTIAL_CANCELED"} and facts.get("approvedAt"):
            state = ReportState.PAID
            refunded = total - int(facts.get("balanceAmount") or 0)
        failure = ""
        if state is ReportState.EXPIRED:
            failure = "deposit_expired" if facts.get("virtualAccount") else "other"
        elif facts["status"] == "ABORTED":
            failure = FAILURES.get((facts.get("failure") or {}).get("code", ""), "other")
        account = facts.get("virtualAccount") or {}
        return Report(
            state=state,
            amount=total,
            currency=facts.get("currency") or "KRW",
            reference=facts["orderId"],
            # A key that is not confirmed may be followed by another one for the same order.
            provider_ref="" if state is ReportState.ACTION_REQUIRED else facts["paymentKey"],
            method=METHODS.get(facts.get("method") or "", ""),
            refunded=refunded,
            failure=failure,
            receipt_url=(facts.get("receipt") or {}).get("url") or "",
            instructions=_instructions(account, facts["orderId"]) if account else {},
            secret=_text(facts, "secret"),
            expires_at=_moment(account.get("dueDate")),
            is_test=self.is_test,
        )

    def _still_open(self, found: Report, code: str) -> Report:
        """What was found, with the reason the browser or the answer gave, as far as it is still to be paid."""
        if found.state is not ReportState.ACTION_REQUIRED or not code:
            return found
        return Report(
            state=found.state,
            amount=found.amount,
            currency=found.currency,
            reference=found.reference,
            provider_ref="",
            method=found.method,
            failure=FAILURES.get(code, "other"),
            is_test=self.is_test,
        )


def _allowed(answer: Answer) -> Answer:
    if answer.status in REFUSED_KEY and answer.text("code") in {
        "UNAUTHORIZED_KEY",
        "INVALID_API_KEY",
        "INCORRECT_BASIC_AUTH_FORMAT",
        "FORBIDDEN_REQUEST",
    }:
        # People can do nothing about it, and are told what they are told when Toss is away.
        log.error("Toss refuses the key of this portal: %s", answer.text("code"))
        raise ProviderAway("the key is refused")
    if answer.text("code") == "IDEMPOTENT_REQUEST_PROCESSING":
        raise ProviderAway("the same request is being answered elsewhere")
    return answer


def _instructions(account: Mapping[str, Any], reference: str) -> dict[str, str]:
    due = _moment(account.get("dueDate"))
    code = _text(account, "bankCode") or _text(account, "bank")
    return {
        "bank": BANKS.get(code, code),
        "number": _text(account, "accountNumber"),
        "holder": _text(account, "customerName"),
        "reference": reference,
        "due": due.date().isoformat() if due else "",
    }


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str) or not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)


def _local(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def _text(facts: Mapping[str, Any], name: str) -> str:
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _digest(text: str) -> str:
    # Toss takes keys of up to 300 characters.
    return hashlib.sha256(text.encode()).hexdigest()
