"""Services that report invoices to a tax office (Korea's 전자세금계산서 and the like), and what stands in for them.

Signing and sending takes a certificate and a registered system, which the portal does not have: a service is
contracted, and put behind ``TaxReportService``. Until then reports are exported as files, and the portal says that
nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class ReceiptState(StrEnum):
    """What a service says of a report; the words are those of ``TaxReportState``."""

    NOT_CONNECTED = "not_connected"
    WAITING = "waiting"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report."""

    state: ReceiptState
    approval_number: str = ""
    """The tax office's number of it (승인번호); empty until it is accepted."""
    message: str = ""
    """In the service's own words; empty if it says nothing."""


class TaxReportService(Protocol):
    """Reports invoices to one tax office."""

    @property
    def channel(self) -> str:
        """The office, as ``tax_report.channel`` names it: kr_nts."""
        ...

    @property
    def is_connected(self) -> bool:
        """False: nothing that is asked of it leaves the portal."""
        ...

    def send(self, report: Mapping[str, Any], *, key: str) -> Receipt:
        """Report an invoice, the data of ``invoices.tax_reports``. The same ``key`` again sends nothing twice."""
        ...

    def status(self, key: str) -> Receipt:
        """What became of the report that was sent under ``key``."""
        ...

    def cancel(self, key: str, *, reason: str) -> Receipt:
        """Take a report back that the office does not have yet; later only a correction can."""
        ...


@dataclass(frozen=True, slots=True)
class NotConnected:
    """No service is set up. It sends nothing, and says so to whoever asks."""

    channel: str
    is_connected: bool = False

    def send(self, report: Mapping[str, Any], *, key: str) -> Receipt:  # noqa: ARG002 -- nothing is sent.
        """Nothing leaves."""
        return Receipt(ReceiptState.NOT_CONNECTED)

    def status(self, key: str) -> Receipt:  # noqa: ARG002 -- nothing was sent.
        """Nothing was sent."""
        return Receipt(ReceiptState.NOT_CONNECTED)

    def cancel(self, key: str, *, reason: str) -> Receipt:  # noqa: ARG002 -- nothing was sent.
        """Nothing was sent that could be taken back."""
        return Receipt(ReceiptState.NOT_CONNECTED)
