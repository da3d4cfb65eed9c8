"""What is shown of a night: text, JSON and page say the same, and never that it is decided."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from forecast.output.document import schema
from forecast.output.night_document import night_document_text
from forecast.output.night_summary import night_numbers
from forecast.output.night_text import render_night
from forecast.output.night_words import night_odds, out_words
from forecast.output.page.night_page import write_night_page
from tests.night.nights import N_UNITS, count_of, fitted_night, new_session, write_snapshot

FINAL_WORDS = ("has won", "is decided", "elected", "projected", "called", "winner", "victory")


@pytest.fixture(scope="module")
def nights(fitted, tmp_path_factory):
    """The night before the first vote, in the middle, with a fault, and at 100%."""
    folder = tmp_path_factory.mktemp("night")
    session, race = new_session(fitted, folder / "night"), fitted.race
    found = {}
    for number, (name, complete) in enumerate((("start", 0), ("middle", 9), ("end", 16))):
        path = write_snapshot(folder / f"{number}.csv", race, count_of(race, complete), number)
        found[name] = session.update([path])
        if name == "middle":
            bad = folder / "bad.csv"
            bad.write_text("unit_id,county\n")
            found["fault"] = session.update([bad])
    return found


@pytest.mark.parametrize("name", ["start", "middle", "fault", "end"])
def test_the_document_is_valid_and_has_the_count(nights, name):
    night = nights[name]
    content = json.loads(night_document_text(night))
    Draft202012Validator(schema()).validate(content)
    assert 0 <= content["counted"] <= 1
    assert content["night"]["votes"] == night.count.totals.tolist()
    assert [guard["rule"] for guard in content["guards"]] == [g.rule for g in night.guards]


@pytest.mark.parametrize("name", ["start", "middle", "fault", "end"])
def test_nothing_says_that_it_is_decided(nights, name, tmp_path):
    night = nights[name]
    page = write_night_page(night, tmp_path / "night.html").read_text(encoding="utf-8")
    for text in (render_night(night), page):
        lower = text.lower()
        assert not [word for word in FINAL_WORDS if word in lower]
        assert "%" in lower


def test_the_end_says_what_can_still_change_it(nights):
    text = " ".join(render_night(nights["end"]).split())
    assert "Every unit has reported, and still it can change" in text
    assert "late mail, provisional ballots and corrections" in text


def test_what_is_out_is_in_no_county_where_there_is_one_alone(nights):
    night = nights["middle"]
    numbers = night_numbers(night)
    assert "what is out in " in out_words(night, numbers)[-1]
    alone = replace(
        numbers, counties=(replace(numbers.counties[0], name="", n_complete=0, to_come=90.0),)
    )
    said = out_words(night, alone)[-1]
    assert "no county" not in said
    assert said.startswith("What could still change it: what is out")


@pytest.mark.parametrize(
    ("counties", "titles"),
    [
        (("North",) * N_UNITS, []),
        (tuple(f"P{k:02d}" for k in range(N_UNITS)), ["Precinct by precinct"]),
    ],
)
def test_counties_that_say_nothing_are_on_no_page_of_a_night(counties, titles, tmp_path):
    fitted = fitted_night(tmp_path / "race", counties=counties)
    path = write_snapshot(tmp_path / "1.csv", fitted.race, count_of(fitted.race, 9), 0)
    night = new_session(fitted, tmp_path / "night").update([path])
    page = write_night_page(night, tmp_path / "night.html").read_text(encoding="utf-8")
    shown = re.sub(r"(?s)<style>.*?</style>|<[^>]*>", " ", page)
    for text in (shown, render_night(night)):
        assert not re.search(r"(?i)county|counties|north", text)
    assert re.findall(r'id="counties-title">([^<]*)', page) == titles
    assert '<th scope="col">precinct</th><th scope="col">state</th>' in page


def test_counties_that_say_something_have_their_word_on_the_page(nights, tmp_path):
    page = write_night_page(nights["middle"], tmp_path / "night.html").read_text(encoding="utf-8")
    assert "County by county</h2>" in page
    assert '<th scope="col">precinct</th><th scope="col">county</th>' in page
    assert "<strong>Small town, special election</strong>" in page


def test_odds_are_never_none_nor_all():
    assert night_odds(0.0) == ("under 1%", "over 99%")
    assert night_odds(1.0) == ("over 99%", "under 1%")
    assert night_odds(0.5) == ("50%", "50%")


def test_what_is_needed_would_bring_a_tie(nights):
    night = nights["middle"]
    numbers = night_numbers(night)
    first, second = numbers.votes
    out = numbers.to_come.q50
    ends = first + numbers.needs[0] * out, second + numbers.needs[1] * out
    assert ends[0] == pytest.approx(ends[1])
    assert sum(part.n_complete for part in numbers.counties) == 9


def test_what_is_counted_and_to_come_adds_up_to_the_expected(nights):
    night = nights["middle"]
    numbers = night_numbers(night)
    expected = night.expected.sum()
    total = sum(sum(part.counted) + part.to_come for part in numbers.counties)
    assert total == pytest.approx(expected, rel=1e-6)
    # Late votes aside, units and draws expect the same.
    assert expected == pytest.approx(night.simulation.draws.votes.sum(axis=1).mean(), rel=0.02)


def test_the_page_refreshes_itself_and_names_what_was_kept_out(nights, tmp_path):
    path = write_night_page(nights["fault"], tmp_path / "night.html", refresh=30)
    page = path.read_text(encoding="utf-8")
    assert '<meta http-equiv="refresh" content="30">' in page
    assert "could not be used: " in page
    assert "<script" not in page
    assert page.count("<svg") == 1, "the odds are drawn; there are no outlines for a map"
    assert [path] == list(tmp_path.iterdir())
    assert np.isfinite(nights["fault"].counted)
