"""A double of Toss Payments, written from its public contract: confirm, read, cancel, list; and what people do there.

Run as a program: it prints its port and serves until it is ended. Below ``/_double/`` stands what is not Toss's
interface: the person in Toss's window, the bank, and the faults of a network.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SECRET_KEY = "test_sk_of_the_double"
SEOUL = timezone(timedelta(hours=9))

lock = threading.Lock()
payments: dict[str, dict] = {}
transactions: list[dict] = []
answered: dict[str, tuple[int, dict]] = {}
calls: list[dict] = []
faults: list[dict] = []


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def local_now() -> str:
    return datetime.now(SEOUL).isoformat(timespec="seconds")


def moved(payment: dict) -> str:
    """Note a movement, as the list of transactions has it; gives its key."""
    key = f"txrd_{uuid.uuid4().hex}"
    transactions.append(
        {
            "transactionKey": key,
            "paymentKey": payment["paymentKey"],
            "orderId": payment["orderId"],
            "amount": payment["totalAmount"],
            "status": payment["status"],
            "transactionAt": local_now(),
        }
    )
    payment["lastTransactionKey"] = key
    return key


def of_key(key: str) -> dict:
    if key not in payments:
        raise Refused(404, "NOT_FOUND_PAYMENT")
    return payments[key]


def of_order(order: str) -> dict:
    found = [payment for payment in payments.values() if payment["orderId"] == order]
    if not found:
        raise Refused(404, "NOT_FOUND_PAYMENT")
    # Whatever else was tried, the one that was confirmed is the order's.
    return next(
        (payment for payment in found if payment["status"] not in ("IN_PROGRESS", "ABORTED")), found[-1]
    )


def confirm(body: dict) -> dict:
    payment = of_key(body["paymentKey"])
    if payment["status"] != "IN_PROGRESS":
        raise Refused(400, "ALREADY_PROCESSED_PAYMENT")
    if any(
        other["orderId"] == payment["orderId"]
        and other["status"] in ("DONE", "WAITING_FOR_DEPOSIT", "CANCELED")
        for other in payments.values()
    ):
        raise Refused(400, "DUPLICATED_ORDER_ID")
    if payment["orderId"] != body["orderId"] or payment["totalAmount"] != body["amount"]:
        raise Refused(400, "INVALID_REQUEST")
    if payment["_refused"]:
        payment["status"] = "ABORTED"
        payment["failure"] = {"code": payment["_refused"], "message": "…"}
        raise Refused(403, payment["_refused"])
    if payment["method"] == "가상계좌":
        payment["status"] = "WAITING_FOR_DEPOSIT"
        payment["secret"] = f"ps_{uuid.uuid4().hex}"
        payment["virtualAccount"] = {
            "accountType": "일반",
            "accountNumber": "X6505636518308",
            "bankCode": "20",
            "customerName": "대리점",
            "dueDate": (datetime.now(SEOUL) + timedelta(days=3)).isoformat(timespec="seconds"),
            "refundStatus": "NONE",
            "expired": False,
            "settlementStatus": "INCOMPLETED",
        }
    else:
        payment["status"] = "DONE"
        payment["approvedAt"] = local_now()
        payment["card"] = {"amount": payment["totalAmount"], "issuerCode": "71", "number": "12345678****000*"}
        payment["receipt"] = {"url": "https://dashboard.tosspayments.com/receipt/1"}
    payment["balanceAmount"] = payment["totalAmount"]
    moved(payment)
    return payment


def cancel(key: str, body: dict) -> dict:
    payment = of_key(key)
    if payment["status"] == "CANCELED":
        raise Refused(400, "ALREADY_CANCELED_PAYMENT")
    if payment["status"] not in ("DONE", "PARTIAL_CANCELED", "WAITING_FOR_DEPOSIT"):
        raise Refused(403, "NOT_CANCELABLE_PAYMENT")
    paid = payment["status"] != "WAITING_FOR_DEPOSIT"
    if paid and payment["method"] == "가상계좌" and "refundReceiveAccount" not in body:
        raise Refused(400, "INVALID_REFUND_ACCOUNT_NUMBER")
    amount = body.get("cancelAmount", payment["balanceAmount"])
    if amount > payment["balanceAmount"]:
        raise Refused(403, "NOT_CANCELABLE_AMOUNT")
    payment["balanceAmount"] -= amount
    payment["status"] = "PARTIAL_CANCELED" if payment["balanceAmount"] else "CANCELED"
    payment.setdefault("cancels", []).append(
        {"cancelAmount": amount, "cancelReason": body["cancelReason"], "cancelStatus": "DONE"}
    )
    payment["cancels"][-1]["transactionKey"] = moved(payment)
    return payment


def window(body: dict) -> dict:
    """A person chooses a way to pay in Toss's window; gives what the browser comes back with."""
    key = f"tviva{uuid.uuid4().hex}"
    payments[key] = {
        "mId": "tosspayments",
        "version": "2022-11-16",
        "paymentKey": key,
        "orderId": body["orderId"],
        "orderName": "…",
        "status": "IN_PROGRESS",
        "requestedAt": local_now(),
        "approvedAt": None,
        "totalAmount": body["amount"],
        "balanceAmount": body["amount"],
        "currency": "KRW",
        "method": body.get("method", "카드"),
        "secret": None,
        "virtualAccount": None,
        "cancels": None,
        "failure": None,
        "_refused": body.get("refused", ""),
    }
    payments[key]["cancels"] = []
    return {"paymentKey": key, "orderId": body["orderId"], "amount": str(body["amount"])}


def deposit(body: dict) -> dict:
    """The bank tells Toss that the money came; gives the notices Toss would send."""
    payment = of_order(body["orderId"])
    payment["status"], payment["approvedAt"] = "DONE", local_now()
    return notices(payment, moved(payment))


def annul(body: dict) -> dict:
    """The bank takes a deposit back that it had told of by mistake."""
    payment = of_order(body["orderId"])
    payment["status"], payment["approvedAt"] = "WAITING_FOR_DEPOSIT", None
    return notices(payment, moved(payment))


def expire(body: dict) -> dict:
    payment = of_order(body["orderId"])
    payment["status"] = "EXPIRED"
    return notices(payment, moved(payment))


def notices(payment: dict, transaction: str) -> dict:
    return {
        "deposit": {
            "createdAt": local_now(),
            "secret": payment["secret"],
            "status": payment["status"],
            "transactionKey": transaction,
            "orderId": payment["orderId"],
        },
        "status": {
            "eventType": "PAYMENT_STATUS_CHANGED",
            "createdAt": local_now(),
            "data": public(payment),
        },
    }


def public(payment: dict) -> dict:
    return {name: value for name, value in payment.items() if not name.startswith("_")}


def listed(query: dict[str, str]) -> list[dict]:
    first = datetime.fromisoformat(query["startDate"]).replace(tzinfo=SEOUL)
    last = datetime.fromisoformat(query["endDate"]).replace(tzinfo=SEOUL)
    rows = [row for row in transactions if first <= datetime.fromisoformat(row["transactionAt"]) <= last]
    keys = [row["transactionKey"] for row in rows]
    after = query.get("startingAfter")
    if after is not None and after not in keys:
        raise Refused(400, "INVALID_TRANSACTION_KEY")
    start = keys.index(after) + 1 if after else 0
    return rows[start : start + int(query.get("limit", 100))]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_words) -> None:
        pass

    def do_GET(self) -> None:
        self.handle_call("GET", {})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.handle_call("POST", json.loads(raw or b"{}"))

    def handle_call(self, method: str, body: dict) -> None:
        split = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        with lock:
            try:
                if split.path.startswith("/_double/"):
                    status, answer = 200, self.double(split.path.removeprefix("/_double/"), body)
                else:
                    status, answer = self.interface(method, split.path, body, query)
            except Refused as refused:
                status, answer = refused.status, {"code": refused.code, "message": "…"}
        if status == 0:
            # The answer is lost on the way; what was done is done.
            self.close_connection = True
            self.connection.close()
            return
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def double(self, name: str, body: dict) -> object:
        if name == "calls":
            return calls
        if name == "fault":
            faults.append(body)
            return {}
        return {"window": window, "deposit": deposit, "annul": annul, "expire": expire}[name](body)

    def interface(self, method: str, path: str, body: dict, query: dict[str, str]) -> tuple[int, object]:
        key = self.headers.get("Idempotency-Key")
        calls.append({"method": method, "path": path, "body": body, "idempotency_key": key})
        expected = base64.b64encode(f"{SECRET_KEY}:".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            raise Refused(401, "UNAUTHORIZED_KEY")
        fault = next((fault for fault in faults if path.startswith(fault["path"])), None)
        if fault is not None:
            faults.remove(fault)
            if not fault.get("done"):
                return fault["status"], {"code": fault.get("code", "FAILED_INTERNAL_SYSTEM_PROCESSING")}
        if method == "POST" and key in answered:
            return answered[key]
        try:
            result: tuple[int, object] = 200, self.answer(method, path, body, query)
        except Refused as refused:
            result = refused.status, {"code": refused.code, "message": "…"}
        if method == "POST" and key:
            answered[key] = json.loads(json.dumps(result[0])), json.loads(json.dumps(result[1]))
        return (fault["status"], {}) if fault is not None else result

    def answer(self, method: str, path: str, body: dict, query: dict[str, str]) -> object:
        parts = path.strip("/").split("/")
        match [method, *parts]:
            case ["POST", "v1", "payments", "confirm"]:
                return public(confirm(body))
            case ["POST", "v1", "payments", key, "cancel"]:
                return public(cancel(key, body))
            case ["GET", "v1", "payments", "orders", order]:
                return public(of_order(order))
            case ["GET", "v1", "payments", key]:
                return public(of_key(key))
            case ["GET", "v1", "transactions"]:
                return listed(query)
        raise Refused(404, "NOT_FOUND")


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
