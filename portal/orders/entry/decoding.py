"""Bytes of a text file into text, whatever the program that wrote it thought a text is."""

from __future__ import annotations

import codecs
import unicodedata
from typing import Final

from portal.core.errors import Refused

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The longer mark first: that of UTF-32 begins like that of UTF-16."""

_SAMPLE: Final = 40_000
"""Bytes looked at for choosing; all of them are decoded."""

_COMMON_HANGUL: Final = frozenset(
    "가각간갈감갑강개거건걸검게겨격견결경계고곡공과관광교구국군권귀규그극근글금급기길김까깔깨꺼껍께꼬꽃끼나난날남납내너널네노녹논농뇨누눈느는늘능니다단달담답당대더덕던덩데도독돈돌동되된"
    "두둘뒤드든들등디따때떡또뚜뜨라락란람랑래량러런럼레력련렬렵령례로록론료루류륜률르른를름릉리린릴림립링마막만말맛망매머먹면명모목못무묵문물미민밀및바박반발밤방배백번벌범법베벤벨변별병"
    "보복본볼봉부북분불뷰브블비빈빌빙빛빠빨빵사산살삼상새색샘생서석선설섬성세센셀셔소속손솔송쇼수숙순술숨숭쉬슈스슬습시식신실심싱싸쌀써쓰씨아악안알암압앙앞애액앰야약양어언얼엄업없에엔엘"
    "여역연열염엽영예오옥온올옷와완왕외요용우운울움워원월위유육윤율으은을음의이익인일임입있자작잔잡장재저적전절점접정제져조족존종좌주죽준줄중즈즙증지직진질집징짜째쪽차착찬참창채처척천철"
    "청체초촉촌총최추축출충취츠치친칠침칩카칼캐캔커컵컬케코콘콜콩쿠큐크클키킨킹타탄탈탕태터테텐토톤통투트특티틴팀파판팔팩팬퍼펄페펜편평포폰폼표푸품풀퓨프플피필핑하학한할함합항해핸행향허"
    "험헤현협형호혼홀홍화확환활황회효후훈휘흑흰히힐힘겹꼭냉넛댐댕떼랄랩륨맘멸몬뮬붙뺄뿌샴션솝숍슘슨씬앤얀엑옹윙잎잼젤젖좋쥬쨈쳐쵸칫칭캡컨켓켜쿡퀴킷탑탬텀톱튀튜팅팝펀펑퐁퓌핫헬홈홉휠흙힌"
    "희"
)
"""Syllables of which nearly every Korean text is made."""


def decode(content: bytes, locale: str = "ko") -> str:
    """The text of a file. Marks and UTF-8 decide; otherwise that code which makes the likeliest text.

    ``locale`` speaks for a code where the text itself says little. Raises Refused ``not_text`` if it is no text.
    """
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return _strictly(content, marked)
    if wide := _wide(content):
        return _strictly(content, wide)
    if b"\x00" in content[:_SAMPLE]:
        raise Refused("not_text")
    try:
        return _printable(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    best: tuple[float, str] | None = None
    for name, favoured in (("cp949", "ko"), ("cp932", "ja"), ("cp1252", "fr")):
        text = _sample_in(content, name)
        if text is None:
            continue
        points = _likelihood(text, name) + (0.05 if locale.startswith(favoured) else 0.0)
        if best is None or points > best[0]:
            best = (points, name)
    if best is None or best[0] < 0:
        raise Refused("not_text")
    return _printable(_strictly(content, best[1]))


def _strictly(content: bytes, name: str) -> str:
    try:
        return _printable(content.decode(name).removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise Refused("not_text") from None


def _printable(text: str) -> str:
    """Let text through; raises Refused if a share of it is what no text holds."""
    sample = text[:_SAMPLE]
    odd = sum(
        unicodedata.category(letter) in {"Cc", "Cn", "Co", "Cs"} and letter not in "\t\r\n\f\x1a"
        for letter in sample
    )
    if odd > len(sample) // 200:
        raise Refused("not_text")
    return text.replace("\x00", "").replace("\x1a", "")


def _wide(content: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: zeros stand at regular places, in separators and line ends at least."""
    sample = content[:_SAMPLE]
    if len(sample) < 4 or len(content) % 2:
        return None
    zeros = [sample[place::4].count(0) / max(len(sample[place::4]), 1) for place in range(4)]
    if len(content) % 4 == 0:
        # No character lies beyond 0x10ffff, so one side is always zero.
        if zeros[3] == 1 and zeros[2] > 0.9:
            return "utf-32-le"
        if zeros[0] == 1 and zeros[1] > 0.9:
            return "utf-32-be"
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > even and odd >= len(sample) / 40 and even <= odd / 20:
        return "utf-16-le"
    if even > odd and even >= len(sample) / 40 and odd <= even / 20:
        return "utf-16-be"
    return None


def _sample_in(content: bytes, name: str) -> str | None:
    """The beginning decoded; None if the code does not allow it. A character cut at the end does not count."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        return decoder.decode(content[:_SAMPLE], final=len(content) <= _SAMPLE)
    except UnicodeDecodeError:
        return None


def _likelihood(text: str, name: str) -> float:
    """Points for every character beyond ASCII, on average: 1 says each is what people write in that code."""
    points = count = 0.0
    former = " "
    for place, letter in enumerate(text):
        if letter < "\x80":
            former = letter
            continue
        count += 1
        points += (
            {"cp949": _korean, "cp932": _japanese}[name](letter, former)
            if name != "cp1252"
            else _western(text, place)
        )
        former = letter
    return points / count if count else 0.0


def _korean(letter: str, _: str) -> float:
    if "가" <= letter <= "힣":
        return 1.0 if letter in _COMMON_HANGUL else -0.2 if _in_ksx(letter) else -1.5
    if letter in "×·→○●★※℃㎏㎖㎜№" or "\uff01" <= letter <= "\uff5e" or letter == "\u3000":
        return 0.3
    return -0.8


def _in_ksx(letter: str) -> bool:
    try:
        letter.encode("euc-kr")
    except UnicodeEncodeError:
        return False
    return True


def _japanese(letter: str, former: str) -> float:
    if "\u3041" <= letter <= "\u30ff":
        return 1.0
    if "\uff66" <= letter <= "\uff9f":
        # Half-width kana are written in rows; what is mistaken for them comes mixed.
        return 0.6 if "\uff66" <= former <= "\uff9f" or former < "\x80" else -0.8
    if "\uff01" <= letter <= "\uff5e" or letter in "\u3000、。「」・々〜×℃":
        return 0.5
    if "\u4e00" <= letter <= "\u9fff":
        code = letter.encode("cp932", "ignore")
        return 0.8 if code and 0x88 <= code[0] <= 0x97 else -0.6
    return -0.8


def _western(text: str, place: int) -> float:
    letter = text[place]
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    neighbours = sum(bool(one) and one >= "\x80" and one.isalpha() for one in (before, after))
    if letter in "éèêëàâçôûùîïœæüöäÉÈÊÀÂÇÔÛÎŒñáíóúß":
        if neighbours:
            return -0.8
        # Of these letters à alone is a word.
        return 1.0 if (before.isalpha() or after.isalpha() or letter in "àÀ") else -0.5
    if letter in "’‘“”«»–—…€°\u00a0×½¼²³£":
        return 0.4 if not neighbours else -0.5
    return -1.0
