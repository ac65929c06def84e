"""The demo's dealers, their places and their people; all invented, all numbers valid in form alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.accounts.models import AccountRole, StaffRole

WEEKDAYS: Final = 0b0011111
MON_WED_FRI: Final = 0b0010101
TUE_THU: Final = 0b0001010
MON_TO_SAT: Final = 0b0111111

SEOUL: Final = "SEL"
NEW_JERSEY: Final = "EWR"

WAREHOUSES: Final = (
    (SEOUL, "서울 물류센터", "KR", "Asia/Seoul"),
    (NEW_JERSEY, "New Jersey distribution center", "US", "America/New_York"),
)
"""Code, name, country, time zone."""

SEGMENTS: Final = (
    ("dealer", "대리점"),
    ("hardware", "철물점·자재상"),
    ("franchise", "프랜차이즈"),
    ("cafe", "개인 카페"),
    ("export", "해외 거래처"),
)

SEGMENT_SHOWS: Final = {"franchise": ("cafe", "food"), "cafe": ("cafe", "food")}
"""Assortments granted to whole segments, beside what a dealer of theirs is shown itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """A ship-to place."""

    code: str
    name: str
    recipient: str
    phone: str
    region: str
    city: str
    line1: str
    postal_code: str
    delivery_weekdays: int = WEEKDAYS
    route: str = ""
    line2: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person at an account. ``email`` stands before ``@demo.example``."""

    email: str
    name: str
    role: AccountRole


@dataclass(frozen=True, slots=True)
class Dealer:
    """An account. Amounts are minor units of its currency."""

    code: str
    name: str
    segment: str
    country: str
    currency: str
    locale: str
    timezone: str
    business_number: str
    tax_profile: str
    terms: str
    credit_limit: int | None
    warehouse: str
    places: tuple[Place, ...]
    members: tuple[Member, ...]
    shows: tuple[str, ...]
    """Assortments granted to the account itself, beside those of its segment."""
    hides: tuple[str, ...] = ()
    order_limit: int | None = None
    parent: str | None = None


STAFF: Final = (
    ("rep", "윤서진", StaffRole.REP),
    ("desk", "정하늘", StaffRole.DESK),
    ("finance", "오민재", StaffRole.FINANCE),
    ("admin", "강도윤", StaffRole.ADMIN),
)
"""The seller's people: mail name, name, role."""

DEALERS: Final = (
    Dealer(
        code="KR-1001",
        name="한빛커피유통 주식회사",
        segment="dealer",
        country="KR",
        currency="KRW",
        locale="ko",
        timezone="Asia/Seoul",
        business_number="5998100421",
        tax_profile="KR",
        terms="net30",
        credit_limit=60_000_000,
        warehouse=SEOUL,
        places=(
            Place("SEO", "서울 본점 창고", "김도현", "02-555-0142", "서울특별시", "강남구", "테헤란로 152", "06236",
                  WEEKDAYS, "수도권 1호"),
            Place("ICN", "인천 송도점", "이수아", "032-555-0187", "인천광역시", "연수구", "컨벤시아대로 165", "22004",
                  TUE_THU, "수도권 3호"),
            Place("DJN", "대전 둔산점", "박지후", "042-555-0119", "대전광역시", "서구", "둔산로 100", "35242",
                  MON_WED_FRI, "충청 2호", "1층 하역장"),
        ),
        members=(
            Member("buyer.kr", "김민지", AccountRole.BUYER),
            Member("owner.kr", "한상우", AccountRole.OWNER),
            Member("finance.kr", "최유진", AccountRole.FINANCE),
        ),
        shows=("cafe", "food", "hardware", "beauty"),
        hides=("partner-only",),
    ),
    Dealer(
        code="KR-1002",
        name="새벽종합상사",
        segment="hardware",
        country="KR",
        currency="KRW",
        locale="ko",
        timezone="Asia/Seoul",
        business_number="5988600137",
        tax_profile="KR",
        terms="net15",
        credit_limit=25_000_000,
        warehouse=SEOUL,
        places=(
            Place("BUS", "부산 사상 매장", "조은호", "051-555-0133", "부산광역시", "사상구", "광장로 22", "46971",
                  MON_TO_SAT, "영남 1호"),
        ),
        members=(Member("rival.kr", "조은호", AccountRole.OWNER),),
        shows=("cafe", "hardware", "partner-only"),
        hides=("hanbit-only",),
    ),
    Dealer(
        code="US-2001",
        name="Blue Harbor Coffeehouse LLC",
        segment="franchise",
        country="US",
        currency="USD",
        locale="en",
        timezone="America/New_York",
        business_number="113456789",
        tax_profile="US-RESALE",
        terms="net45",
        credit_limit=6_000_000,
        warehouse=NEW_JERSEY,
        places=(
            Place("BKN", "Brooklyn, Atlantic Avenue", "Maya Ortiz", "+1 718 555 0114", "NY", "Brooklyn",
                  "412 Atlantic Ave", "11217", WEEKDAYS, "NY-1"),
            Place("HOB", "Hoboken Terminal", "Liam Chen", "+1 201 555 0161", "NJ", "Hoboken", "1 Hudson Pl", "07030",
                  WEEKDAYS, "NJ-2"),
            Place("PHL", "Philadelphia, Rittenhouse", "Ava Brooks", "+1 215 555 0127", "PA", "Philadelphia",
                  "1801 Walnut St", "19103", MON_WED_FRI),
            Place("BOS", "Boston, Seaport", "Noah Walsh", "+1 617 555 0198", "MA", "Boston", "55 Seaport Blvd",
                  "02210", TUE_THU),
            Place("PVD", "Providence, Thayer Street", "Zoe Almeida", "+1 401 555 0175", "RI", "Providence",
                  "268 Thayer St", "02906", TUE_THU, "", "Rear entrance"),
        ),
        members=(
            Member("buyer.us", "Emily Carter", AccountRole.BUYER),
            Member("owner.us", "Daniel Whitaker", AccountRole.OWNER),
            Member("finance.us", "Priya Nair", AccountRole.FINANCE),
        ),
        shows=(),
    ),
    Dealer(
        code="CA-3001",
        name="Café de la Petite-Italie inc.",
        segment="cafe",
        country="CA",
        currency="CAD",
        locale="fr-CA",
        timezone="America/Toronto",
        business_number="123456782RT0001",
        tax_profile="CA-QC",
        terms="net30",
        credit_limit=1_800_000,
        warehouse=NEW_JERSEY,
        places=(
            Place("MTL", "Petite-Italie", "Élodie Tremblay", "+1 514 555 0136", "QC", "Montréal",
                  "6808, boulevard Saint-Laurent", "H2S 3C7", MON_WED_FRI),
        ),
        members=(Member("buyer.ca", "Élodie Tremblay", AccountRole.OWNER),),
        shows=(),
    ),
    Dealer(
        code="JP-4001",
        name="株式会社つきのわ商店",
        segment="export",
        country="JP",
        currency="JPY",
        locale="ja",
        timezone="Asia/Tokyo",
        business_number="T8900000000042",
        tax_profile="JP",
        terms="net30",
        credit_limit=6_000_000,
        warehouse=SEOUL,
        places=(
            Place("TYO", "東京本社倉庫", "佐藤 美咲", "03-5550-0152", "東京都", "台東区", "浅草橋 1-2-3", "111-0053",
                  WEEKDAYS),
            Place("OSA", "大阪堀江店", "田中 翔太", "06-5550-0171", "大阪府", "大阪市西区", "北堀江 1-5-6", "550-0014",
                  TUE_THU),
        ),
        members=(
            Member("buyer.jp", "佐藤 美咲", AccountRole.BUYER),
            Member("owner.jp", "高橋 健一", AccountRole.OWNER),
        ),
        shows=("cafe", "food", "hardware", "beauty"),
    ),
    Dealer(
        code="US-2002",
        name="Maple & Main Coffee LLC",
        segment="cafe",
        country="US",
        currency="USD",
        locale="en",
        timezone="America/New_York",
        business_number="824567890",
        tax_profile="US",
        terms="prepaid",
        credit_limit=None,
        order_limit=50_000,
        warehouse=NEW_JERSEY,
        places=(
            Place("PWM", "Portland, Congress Street", "Grace Miller", "+1 207 555 0144", "ME", "Portland",
                  "540 Congress St", "04101", TUE_THU),
        ),
        members=(Member("new.us", "Grace Miller", AccountRole.OWNER),),
        shows=(),
    ),
    Dealer(
        code="KR-1003",
        name="한빛커피유통 주식회사 부산·경남 총판 및 남해안 관광지 카페 공동구매 협동조합 사업본부 해운대 물류센터",
        segment="dealer",
        country="KR",
        currency="KRW",
        locale="ko",
        timezone="Asia/Seoul",
        business_number="5978200271",
        tax_profile="KR",
        terms="net30",
        credit_limit=20_000_000,
        parent="KR-1001",
        warehouse=SEOUL,
        places=(
            Place("HAE", "해운대 물류센터 제3동 지하 2층 냉장·냉동·상온 통합 입고장 (지게차 전용 출입구)", "신예린",
                  "051-555-0166", "부산광역시", "해운대구", "센텀중앙로 97, 센텀스카이비즈 A동 물류동 지하 2층 B-27호",
                  "48058", MON_TO_SAT, "영남 2호"),
        ),
        members=(Member("chain.kr", "신예린", AccountRole.OWNER),),
        shows=("cafe", "food"),
        hides=("partner-only",),
    ),
)  # fmt: skip

CHAIN_MEMBER: Final = ("chain.kr", "KR-1001")
"""A person of two accounts: signs in once and switches."""
