"""What the columns of a bank's list are called, in four languages."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from portal.orders.entry.folding import plain_text


class Column(StrEnum):
    """What a column of a bank's list holds."""

    DATE = "date"
    IN = "in"
    """Money that came."""
    OUT = "out"
    """Money that left."""
    AMOUNT = "amount"
    """Either; its sign or a column of directions says which."""
    DIRECTION = "direction"
    PAYER = "payer"
    TEXT = "text"
    BALANCE = "balance"
    CURRENCY = "currency"
    OTHER = "other"
    """Known to be none of these."""


_WORDS: Final = {
    Column.DATE: (
        "거래일시|거래일자|거래일|일자|날짜|거래날짜|입금일|입금일자|입금일시|기산일|거래년월일|처리일자"
        "|date|bookingdate|booked|bookedon|transactiondate|postingdate|posteddate|postdate|valuedate|datebooked|datetime"
        "|processdate|effectivedate|posted"
        "|日付|取引日|お取引日|年月日|勘定日|入金日|起算日|お取扱日|取扱日付|操作日"
        "|dateopération|datedopération|datedelopération|datevaleur|datedevaleur|datecomptable|dateeffective"
        "|buchungstag|buchungsdatum|valuta|wertstellung"
    ),
    Column.IN: (
        "입금|입금액|입금금액|맡기신금액|입금하신금액|받은금액|대변|대변금액|입금거래액"
        "|deposit|deposits|credit|credits|creditamount|moneyin|paidin|amountin|received|depositamount|in|creditamt"
        "|入金|入金額|入金金額|お預り金額|お預かり金額|お預入額|お預入れ額|預入金額|預り金額|預入"
        "|crédit|crédits|montantcrédit|dépôt|dépôts|haben"
    ),
    Column.OUT: (
        "출금|출금액|출금금액|찾으신금액|지급|지급액|지급금액|보낸금액|차변|차변금액|출금거래액"
        "|withdrawal|withdrawals|debit|debits|debitamount|moneyout|paidout|amountout|withdrawalamount|out|debitamt"
        "|出金|出金額|出金金額|お支払金額|お支払い金額|お引出額|お引出し額|引出金額|支払金額|払出|お引出金額"
        "|débit|débits|montantdébit|retrait|retraits|soll"
    ),
    Column.AMOUNT: (
        "금액|거래금액|amount|transactionamount|amt|value|金額|取引金額|取扱金額|入出金|入出金額|입출금액|montant|montantopération|montantdelopération"
        "|betrag|umsatz"
    ),
    Column.DIRECTION: (
        "구분|입출금구분|입출구분|거래구분|입지구분|입/출금|입출금|direction|drcr|dr/cr|crdr|cr/dr|debitcredit|debit/credit"
        "|creditdebit|credit/debit|creditdebitindicator|sign|入出金区分|入払区分|区分|取引区分|sens|soll/haben"
    ),
    Column.PAYER: (
        "보낸분/받는분|보낸분|보내는분|보낸사람|받는분/보낸분|의뢰인|의뢰인/수취인|의뢰인명|입금자|입금자명|입금인|송금인|송금인명|거래처|거래처명|상대방|상대계좌예금주명"
        "|상대예금주|예금주|성명|이름|입금의뢰인|기재내용|보낸분받는분"
        "|payer|payername|name|counterparty|counterpartyname|remitter|sender|sendername|from|paidby|orderingparty"
        "|debtor|debtorname|partner|customer|payor|originator|originatorname"
        "|振込依頼人|振込依頼人名|依頼人|依頼人名|振込人|取引先|取引先名|相手先|お名前|氏名|振込人名|入出金先内容|入出金先|摘要内容"
        "|donneurdordre|contrepartie|nom|émetteur|payeur|nomducontrepartie|tiers"
        "|auftraggeber|beguenstigter/zahlungspflichtiger|begünstigter/zahlungspflichtiger|zahlungspflichtiger"
        "|namezahlungsbeteiligter"
    ),
    Column.TEXT: (
        "적요|내용|거래내용|메모|비고|송금메모|통장표시|통장표시내용|거래내역|내통장표시|받는통장표시|거래기록사항|거래메모"
        "|description|memo|details|detail|reference|references|narrative|particulars|remittanceinformation|paymentdetails"
        "|remittance|note|notes|payee|text|information|transactiondetails|customerreference|extendeddetails"
        "|remarks|description1|description2"
        "|摘要|備考|内容|取引内容|お取り扱い内容|お取引内容|メモ|明細|ｅｄｉ情報|edi情報"
        "|libellé|libelle|description|communication|motif|référence|détails|remarque|mémo"
        "|verwendungszweck|buchungstext"
    ),
    Column.BALANCE: (
        "잔액|거래후잔액|거래후 잔액|남은금액|통장잔액|balance|runningbalance|balanceafter|closingbalance|ledgerbalance"
        "|残高|差引残高|お預り残高|solde|soldeaprès|saldo"
    ),
    Column.CURRENCY: "통화|통화코드|currency|ccy|currencycode|通貨|devise|währung",
    Column.OTHER: (
        "no|no.|번호|순번|연번|거래점|취급점|취급점명|거래점명|처리점|거래은행|은행|은행명|상대은행|상대계좌번호|상대계좌|계좌번호|거래시간|시간|거래시각|수표어음금액"
        "|수표|cms코드|거래채널|거래종류|type|transactiontype|time|account|accountnumber|iban|bic|bank|branch|status|category"
        "|id|transactionid|checknumber|check#|cheque|chequenumber|slip#|serialnumber|sequence|bankcode|fee|state"
        "|番号|通番|取扱店|取扱店名|支店名|銀行名|仕向銀行|仕向店|時刻|取引時刻|口座番号|種別|取引種別|取引名"
        "|compte|numérodecompte|succursale|numéro|type|heure|kontonummer|blz"
    ),
}
_COLUMNS: Final = {
    re.sub(r"\s", "", plain_text(word)): column
    for column, words in reversed(_WORDS.items())
    for word in words.split("|")
}
_IN_BRACKETS: Final = re.compile(r"\(.*?\)|\[.*?\]")
_DROPPED: Final = re.compile(r"[\s_*:.·'\"\-]+")

_CAME: Final = """
    입금 입 대 대변 입금이체 credit cr c in deposit received 入金 入 預入 お預入 1 振込入金 crédit haben h + plus
"""
_LEFT: Final = """
    출금 출 차 차변 지급 출금이체 debit dr d out withdrawal sent paid 出金 出 払出 支払 引出 2 débit soll s - minus
"""
_COME: Final = frozenset(_CAME.split())
_GONE: Final = frozenset(_LEFT.split())


def column_of(heading: str) -> Column | None:
    """What a column called so holds; None if the word is not known."""
    plain = plain_text(heading)
    if not plain or len(plain) > 40:
        return None
    for form in (plain, _IN_BRACKETS.sub("", plain)):
        if (found := _COLUMNS.get(_DROPPED.sub("", form)) or _COLUMNS.get(form.replace(" ", ""))) is not None:
            return found
    # "입금액 deposit", "Crédit / Credit": every part says the same.
    parts = {_COLUMNS.get(_DROPPED.sub("", part)) for part in re.split(r"[/|\s]+", plain) if part}
    return parts.pop() if len(parts) == 1 else None


def came_in(direction: str) -> bool | None:
    """True for the word of money that came, False for one of money that left; None if it is neither."""
    plain = plain_text(direction).replace(" ", "")
    if plain in _COME:
        return True
    return False if plain in _GONE else None
