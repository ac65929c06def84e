"""The judging of search: what counts as passed, found and well ordered, and what the command says and ends with."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from search.evaluate import main
from search.evaluation import graded, keyboard
from search.evaluation.cases import Case, judge
from search.evaluation.catalogs import UnusableFile, catalog_of, read_catalog
from search.evaluation.full_text import STEMMED, FullText
from search.evaluation.known_items import Crowd, drawn, items_of, measure, read_names
from search.evaluation.typing_ways import KINDS, Kind, Name, bare

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "tests/data/search-cases.json"
PRODUCTS = ROOT / "portal/demo/data/products.json"
GRADED = ROOT / "tests/data/graded-technical.json"

CATALOG = catalog_of(
    [
        {"sku": "A-1", "family": "A", "names": {"en": "Bolt M6"}},
        {"sku": "A-2", "family": "A", "names": {"en": "Bolt M8"}},
        {"sku": "B-1", "names": {"en": "Nut"}},
    ]
)


def case(wanted: str, within: int, *expected: str) -> Case:
    return Case("1", "kind", "en", "x", wanted, within, expected)


@pytest.mark.parametrize(
    "wanted, within, expected, ids, passed, rank",
    [
        ("any", 2, ("A", "C"), (3, 2), True, 1 / 2),
        ("any", 1, ("A",), (3, 2), False, 1 / 2),
        ("all", 3, ("A", "B-1"), (1, 2, 3), True, 1 / 3),
        ("all", 2, ("A", "B-1"), (1, 2, 3), False, 1 / 3),
        ("all", 9, ("A", "C"), (1, 2, 3), False, 0.0),
        ("sku", 1, ("A-2",), (2,), True, 1.0),
        ("sku", 1, ("A",), (2,), False, 0.0),
        ("none", 0, (), (), True, 1.0),
        ("none", 0, (), (1,), False, 0.0),
        ("any", 5, ("A",), (), False, 0.0),
    ],
)
def test_rules(
    wanted: str, within: int, expected: tuple[str, ...], ids: tuple[int, ...], passed: bool, rank: float
) -> None:
    outcome = judge(case(wanted, within, *expected), ids, CATALOG)
    assert (outcome.passed, outcome.reciprocal_rank) == (passed, pytest.approx(rank))


def test_our_cases_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(CASES), str(PRODUCTS)]) == 0
    assert "31/31" in capsys.readouterr().out


def written(folder: Path, name: str, content: Any) -> str:
    (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(folder / name)


def test_bare_files_are_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    products = [
        {"sku": "X-1", "name": "Claw Hammer", "surprise": [1], "in_stock": None, "category": None},
        {
            "sku": "X-2",
            "names": {"ko": "망치"},
            "options": [{"name": "무게", "value": 500}],
            "barcode": 4006381333931,
        },
        {"names": {"fr": "Marteau"}, "attributes": {"Poids": "500 g"}, "brand": "Halden", "mpn": None},
    ]
    cases = [
        {"q": "hammers", "expect": "X-1"},
        {"q": "33931", "rule": "sku@1", "expect": ["X-2"]},
        {"query": "halden 500", "kind": "brand", "lang": "fr", "rule": "any@1", "expect": ["3"]},
        {"q": "qqqqzzzz"},
    ]
    assert main([written(tmp_path, "cases.json", cases), written(tmp_path, "products.json", products)]) == 0
    assert "4/4" in capsys.readouterr().out


def test_a_failed_case_is_shown_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    products = written(tmp_path, "products.json", {"products": [{"sku": "X-1", "name": "Hammer"}]})
    cases = written(
        tmp_path,
        "cases.json",
        {"cases": [{"id": "1", "q": "hammer", "rule": "none"}, {"q": "hammer", "expect": ["X-1"]}]},
    )
    assert main([cases, products]) == 1
    shown = capsys.readouterr().out
    assert "failed 1 - 'hammer': none of -; found X-1" in shown
    assert "1/2" in shown
    assert main(["cases", cases, products, "--bar", "0.5"]) == 0


@pytest.mark.parametrize(
    "cases, products, said",
    [
        ([{"q": "x", "rule": "best@1"}], [], "no rule 'best@1'"),
        ([{"expect": ["x"]}], [], "nothing is typed"),
        ({"rules": {}}, [], "no list of cases"),
        ([], {"items": []}, "no list of products"),
        ([], [1], "no list of products"),
    ],
)
def test_an_unusable_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cases: Any, products: Any, said: str
) -> None:
    assert main([written(tmp_path, "cases.json", cases), written(tmp_path, "products.json", products)]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["known-items", str(tmp_path)]) == 2
    assert main(["graded", str(tmp_path / "none.json")]) == 2
    assert main(["graded", str(GRADED), "--engine", "meilisearch", "--url", ""]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert [str(tmp_path) in line for line in shown] == [True, True, False]


def test_categories_become_levels() -> None:
    made = catalog_of(
        [
            {"sku": "1", "category": "hw/fastener"},
            {"sku": "2", "category": "Tools > Hand Tools"},
            {"sku": "3"},
        ]
    )
    levels = [item.category_ids for item in made.items]
    assert [len(each) for each in levels] == [2, 2, 0]
    assert made.items[1].category_names == ({"en": "Tools"}, {"en": "Hand Tools"})
    assert len({*levels[0], *levels[1]}) == 4


# Typing


@pytest.mark.parametrize("text", ["커피", "닭고기 값", "왜 뷁", "크로와상", "A4 용지", "앉았다 읽고"])
def test_strokes_are_composed_as_they_were(text: str) -> None:
    assert keyboard.typed(keyboard.strokes_of(text)) == text


def test_keyboards() -> None:
    assert keyboard.on_latin_keys("커피 값") == "zjvl rkqt"
    assert keyboard.on_korean_keys("coffee") == "챌ㄹㄷㄷ"
    assert keyboard.typed(keyboard.strokes_of("커피")[:3]) == "컾"
    assert keyboard.initials("에스프레소 A머신") == "ㅇㅅㅍㄹㅅㅁㅅ"
    assert keyboard.half_width("ガムとパン") == "ｶﾞﾑとﾊﾟﾝ"
    assert keyboard.swap_kana("カレーうどん") == "かれーウドン"
    assert keyboard.romaji("しょっちゅう まっちゃコーヒー") == "shotchuu matchakohi"


def test_a_slip_is_one_stroke() -> None:
    chance = random.Random(1)
    strokes = list("espresso")
    slipped = {"".join(keyboard.slip(strokes, "abcdefgh", chance)) for _ in range(300)}
    assert {len(each) for each in slipped} == {7, 8, 9}
    assert "epsresso" in slipped


def names() -> tuple[Name, ...]:
    texts = (
        "육각볼트 스테인리스 긴것",
        "육각볼트",
        "육각 볼트",
        "앙카볼트 스테인리스 짧은것",
        "커피 원두 오백그램",
    )
    return tuple(Name(number, "ours", "ko", text) for number, text in enumerate(texts, 1))


def kind(name: str) -> Kind:
    return next(each for each in KINDS if each.name == name)


def test_names_that_read_alike_are_the_same() -> None:
    assert bare("Crème-Brûlée  Œuf") == "cremebruleeoeuf"
    crowd = Crowd(names())
    assert crowd.bare[2] == crowd.bare[3]


def test_what_fits_too_many_is_not_asked() -> None:
    many = tuple(Name(number, "ours", "ko", f"나무젓가락 고급형 종이컵 {number}") for number in range(1, 40))
    asked, passed_over = drawn(kind("ko two words"), many, Crowd(many), 10, 1)
    assert (asked, passed_over) == ([], 39)


def test_a_slip_that_is_another_name_is_not_asked() -> None:
    alike = (Name(1, "ours", "en", "coffee"), *(Name(number, "ours", "en", "x") for number in (2, 3)))
    chosen = Kind("slip", "en", lambda name, _: "x" if name.id == 1 else None, 0.9, is_slip=True)
    assert drawn(chosen, alike, Crowd(alike), 10, 1) == ([], 1)


def test_the_same_seed_draws_the_same() -> None:
    crowd = Crowd(names())
    draws = [[drawn(each, names(), crowd, 5, seed) for each in KINDS] for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_a_hit_is_any_item_of_that_name() -> None:
    (result,) = measure(names()[1:], 9, 1, lambda *_: (4, 3), lambda *_: (), "ko exact")
    # Both spellings of the bolt are found by the second hit; the coffee is not.
    assert sorted(result.found) == [0.0, 0.5, 0.5, 1.0]
    assert [name for name, _ in result.failures] == ["커피 원두 오백그램"]
    assert not result.is_met


def test_a_clean_query_must_not_be_answered_worse_than_plainly() -> None:
    some = tuple(Name(number, "ours", "ko", f"이름{number}") for number in range(1, 200))
    by_text = {name.text: name.id for name in some}

    def all_but_one(text: str, *_: object) -> tuple[int, ...]:
        return () if text == "이름7" else (by_text[text],)

    (result,) = measure(some, 199, 1, all_but_one, lambda text, _: (by_text[text],), "ko exact")
    assert result.share > result.kind.bar
    assert not result.is_met
    (result,) = measure(some, 199, 1, all_but_one, all_but_one, "ko exact")
    assert result.is_met


def test_names_come_from_every_source(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="no names"):
        read_names(tmp_path)
    (tmp_path / "names").mkdir()
    with gzip.open(tmp_path / "names/ko_produce_codes.csv.gz", "wt", encoding="utf-8") as file:
        file.write("item_name,variety_item\n사과,홍로\n사과,기타\n배,배\n사과,홍로\n")
    with gzip.open(tmp_path / "names/ja_foods.csv.gz", "wt", encoding="utf-8") as file:
        file.write("foodName\nカレー うどん\nうどん 生\n")
    found = read_names(tmp_path)
    assert [name.text for name in found] == ["사과 홍로", "사과", "배", "カレー うどん", "うどん 生"]
    assert [item.reading for item in items_of(found)] == ["", "", "", "かれー うどん", ""]


# Graded answers


def test_ndcg() -> None:
    grades = {1: 3, 2: 2, 3: 1}
    assert graded.ndcg((1, 2, 3), grades) == 1.0
    assert graded.ndcg((9, 1, 2, 3), grades) == pytest.approx(
        (7 / 1.58496 + 3 / 2 + 1 / 2.32193) / (7 + 3 / 1.58496 + 0.5), abs=1e-5
    )
    assert graded.ndcg((), grades) == 0.0
    assert (graded.ndcg((), {}), graded.ndcg((1,), {})) == (1.0, 0.0)


def test_we_do_not_fall_behind_stemmed_full_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graded", str(GRADED)]) == 0
    assert "FTS5 porter" in capsys.readouterr().out


def test_grades_of_what_is_not_there_are_refused(tmp_path: Path) -> None:
    content = {"products": [{"sku": "A"}], "queries": [{"q": "x", "grades": {"B": 3}}]}
    with pytest.raises(UnusableFile, match="grades what is not there: B"):
        graded.read_graded(Path(written(tmp_path, "graded.json", content)))


def test_full_text_finds_all_words_first_and_then_any() -> None:
    full_text = FullText(STEMMED)
    full_text.add(read_catalog(GRADED).items)
    skus = {item.id: item.sku for item in read_catalog(GRADED).items}
    found = [skus[number] for number in full_text.find("brass gate valves", 10, is_prefix=False)]
    assert set(found[:2]) == {"GV-12", "GV-34"}
    assert len(found) == 10
    assert full_text.find('"*', 10) == ()
    assert full_text.find('gate" OR "', 3) != ()
    full_text.close()
