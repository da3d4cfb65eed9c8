"""What is shown of a night: text, JSON and page say the same, and never that it is decided."""

import json
from dataclasses import replace

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from forecast.night.state import of_the_night
from forecast.output.document import schema
from forecast.output.night_document import night_document_text
from forecast.output.night_summary import night_numbers
from forecast.output.night_text import render_night
from forecast.output.night_words import out_words
from forecast.output.page.night_page import write_night_page
from tests.night.nights import count_of, new_session, write_snapshot

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
    assert "late votes, as mail or provisional ballots, and corrections" in text


def test_where_one_county_is_the_race_its_units_say_what_is_out(nights):
    night = nights["middle"]
    numbers = night_numbers(night)
    assert "what is out in South" in out_words(night, numbers)[-1]
    alone = replace(
        numbers, counties=(replace(numbers.counties[0], name="", n_complete=0, to_come=90.0),)
    )
    said = out_words(night, alone)[-1]
    assert "no county" not in said
    assert said.startswith("What could still change it: what is out in P")


def test_what_is_needed_would_bring_a_tie(nights):
    night = nights["middle"]
    numbers = night_numbers(night)
    first, second = numbers.votes
    out = numbers.to_come.mean
    ends = first + numbers.needs[0] * out, second + numbers.needs[1] * out
    assert ends[0] == pytest.approx(ends[1])
    assert sum(part.n_complete for part in numbers.counties) == 9


@pytest.mark.parametrize("name", ["start", "middle", "end"])
def test_what_is_to_come_adds_up(nights, name):
    """Counties, late votes among them, and units with those that are late, to the mean."""
    night = nights[name]
    numbers, come = night_numbers(night), night.to_come
    total = numbers.to_come.mean
    assert sum(part.to_come for part in numbers.counties) == pytest.approx(total)
    units = sum(part.to_come for part in numbers.units)
    assert units + come.late.sum() == pytest.approx(total)
    final = night.simulation.draws.votes.sum(axis=1).mean()
    assert total + night.count.totals.sum() == pytest.approx(final)
    assert come.late.sum() > 0
    rows = [line.split() for line in render_night(night).splitlines()]
    north, south, every = (
        next(int(row[-2].replace(",", "")) for row in rows if row[:1] == [place])
        for place in ("North", "South", "all")
    )
    assert north + south == every == round(total)


def test_ways_of_voting_and_late_votes_add_up(fitted_by_mode, tmp_path):
    session, race = new_session(fitted_by_mode, tmp_path / "night"), fitted_by_mode.race
    night = session.update([write_snapshot(tmp_path / "1.csv", race, count_of(race, 9), 1)])
    numbers = night_numbers(night)
    assert [part.name for part in numbers.modes][-1] == "late"
    total = sum(part.to_come for part in numbers.modes)
    assert total == pytest.approx(numbers.to_come.mean)


@pytest.fixture(scope="module")
def stopped(fitted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("night")
    path = write_snapshot(folder / "1.csv", fitted.race, count_of(fitted.race, 9), 1)
    return new_session(fitted, folder / "night", stopped=True).update([path])


def test_a_stopped_model_shows_the_count_alone(stopped, tmp_path):
    text = " ".join(render_night(stopped).split())
    page = write_night_page(stopped, tmp_path / "night.html").read_text(encoding="utf-8")
    votes = stopped.count.totals
    for shown in (text, page):
        assert f"{votes[0]:,}" in shown
        assert "odds are off" in shown
        for word in ("to win", "xpected", "before the count", "over 99%", "votes are out"):
            assert word not in shown, word
    content = json.loads(night_document_text(stopped))
    Draft202012Validator(schema()).validate(content)
    assert content["counted"] is None
    assert content["votes_out"] is None


def test_a_certified_count_says_the_result(fitted, tmp_path):
    race = fitted.race
    path = write_snapshot(tmp_path / "1.csv", race, count_of(race, 16), 1)
    path.write_text(path.read_text().replace(",complete", ",certified"))
    night = new_session(fitted, tmp_path / "night").update([path])
    assert night.count.certified
    text = " ".join(render_night(night).split())
    page = write_night_page(night, tmp_path / "night.html").read_text(encoding="utf-8")
    first, second = night.count.totals.tolist()
    lead = f"{100 * abs(first - second) / (first + second):.2f} points"
    for shown in (text, page.partition('<section id="odds"')[0]):
        assert f"{first:,} ({100 * first / (first + second):.2f}%)" in shown
        assert lead in shown
        assert f"{abs(first - second):,} votes" in shown
        for word in ("99%", "so far", "xpected in the end", "80%", "to come"):
            assert word not in shown, word


def test_the_page_refreshes_itself_and_names_what_was_kept_out(nights, tmp_path):
    path = write_night_page(nights["fault"], tmp_path / "night.html", refresh=30)
    page = path.read_text(encoding="utf-8")
    assert '<meta http-equiv="refresh" content="30">' in page
    assert "could not be used: " in page
    assert "<script" not in page
    assert page.count("<svg") == 2, "the odds, for a screen and a phone; no outlines for a map"
    assert [path] == list(tmp_path.iterdir())
    assert np.isfinite(nights["fault"].counted)


def shown_of(night, folder):
    """Text and page of a night on one line each, and its document, which is valid."""
    page = write_night_page(night, folder / "night.html").read_text(encoding="utf-8")
    content = json.loads(night_document_text(night))
    Draft202012Validator(schema()).validate(content)
    return " ".join(render_night(night).split()), page.replace("&#39;", "'"), content


def test_a_refused_first_file_is_said_where_nothing_is_counted(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 16)
    turned = replace(good, votes=good.votes[:, ::-1])
    night = session.update([write_snapshot(tmp_path / "a.csv", race, turned, 1)])
    text, page, _ = shown_of(night, tmp_path)
    said = "Nothing is counted: the only file was refused, for its finalists' votes are exchanged"
    assert said in text
    assert said in page
    assert "Nothing is counted yet" not in text + page
    empty = session.update([write_snapshot(tmp_path / "b.csv", race, count_of(race, 0), 2)])
    assert "Nothing is counted yet." in render_night(empty)


def test_votes_of_units_kept_out_are_told_among_those_that_are_out(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 12)
    for unit in (10, 11):
        good.votes[unit, 0] *= 10
    night = session.update([write_snapshot(tmp_path / "a.csv", race, good, 1)])
    kept_out = [race.first_round.unit_ids[k] for k in (10, 11)]
    assert [unit for guard in night.guards for unit in guard.units] == kept_out
    text, page, content = shown_of(night, tmp_path)
    numbers = night_numbers(night)
    out = sum(numbers.units[k].to_come for k in (10, 11))
    assert content["votes_out"]["kept_out"] == {"units": kept_out, "to_come": pytest.approx(out)}
    assert out > 500
    for shown in (text, page):
        assert (
            "are of P10 (South) and P11 (South): what the last file has there was kept out" in shown
        )
    right = session.update([write_snapshot(tmp_path / "b.csv", race, count_of(race, 12), 2)])
    text, _, content = shown_of(right, tmp_path)
    assert content["votes_out"]["kept_out"] == {"units": [], "to_come": 0}
    assert "was kept out of the count" not in text


def test_the_picture_is_of_the_night_and_not_of_a_test_or_a_canvass(fitted, tmp_path):
    """A file of some early votes the week before, and one of the canvass the week after."""
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    stages = ((1, -8_000), (4, 1), (10, 30), (16, 60), (16, 8_000))
    for number, (complete, minute) in enumerate(stages):
        count = count_of(race, complete)
        now = session.update([write_snapshot(tmp_path / f"{number}.csv", race, count, minute)])
    assert [one.number for one in of_the_night(now.moments)] == [2, 3, 4]
    assert [one.number for one in of_the_night(now.moments[:3])] == [2, 3]
    assert of_the_night([]) == []
