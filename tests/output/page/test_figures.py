"""Every figure alone: its numbers are those of the forecast, and it can be saved."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.output import words
from forecast.output.document import document
from forecast.output.earlier_forecasts import EarlierForecast
from forecast.output.flow_table import of_100
from forecast.output.forecast_text import render
from forecast.output.page import KINDS, figure, what_if_figures
from forecast.output.page.axis_ticks import ticks_with_zero
from forecast.output.page.card import CARD_SIZE, card_spec, card_words, save_card
from forecast.output.page.figure_kinds import FigureKind
from forecast.output.page.figure_table import Shown
from forecast.output.page.hundred_figure import hundred_outcomes
from forecast.output.page.outcome_figures import SIDES, lead_axis
from forecast.output.page.outlines import read_outlines
from forecast.output.page.page_figures import FIGURES
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.page_templates import breakable
from forecast.output.page.palette import BLUE, ORANGE, PALE, RED, side_colours
from forecast.output.page.record_figure import record, record_totals
from forecast.output.page.report import before_headline, headline_sentence
from forecast.output.record_places import races_of
from forecast.output.turnout_words import limit_words, turnout_words
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import simulate_runoffs
from forecast.runoff.summary import NOT_VOTING, margin_of
from forecast.runoff.unit_sketch import N_BINS


def test_the_command_knows_every_kind() -> None:
    assert tuple(FigureKind) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_has_words_and_numbers(kind: str, ga06: PageInputs) -> None:
    if kind == FigureKind.HISTORY:
        before = document(ga06.simulation) | {"as_of": "2017-06-01"}
        ga06 = replace(ga06, history=(EarlierForecast(Path("before.json"), before),))
    made = figure(kind, ga06)
    assert made.title
    assert made.summary
    assert made.table.rows
    assert made.spec()["width"] == "container"


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<svg")])
def test_a_figure_is_saved(suffix: str, start: bytes, ga06: PageInputs, tmp_path: Path) -> None:
    path = figure("margin", ga06).save(tmp_path / f"margin{suffix}")
    content = path.read_bytes()
    assert content.startswith(start)
    assert len(content) > 5_000


def test_a_figure_is_saved_as_vega_lite(ga06: PageInputs, tmp_path: Path) -> None:
    spec = json.loads(figure("flows", ga06).save(tmp_path / "flows.json").read_text())
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")


def test_unknown_kinds_and_endings_are_refused(ga06: PageInputs, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no figure named 'pie'; the figures are: hundred"):
        figure("pie", ga06)
    with pytest.raises(InputError, match=r"ends in \.png, \.svg"):
        figure("margin", ga06).save(tmp_path / "margin.gif")


def test_a_picture_that_is_not_there_says_why(hostile: PageInputs, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"not at hand.*units\.geojson"):
        figure("map", hostile).save(tmp_path / "map.png")


@pytest.mark.parametrize("probability", [0.0, 0.004, 0.254, 0.5, 0.996, 1.0])
def test_a_hundred_outcomes_split_as_the_odds_say(probability: float) -> None:
    rng = np.random.default_rng(3)
    margins = rng.normal(0.02, 0.1, 1000)
    outcomes = hundred_outcomes(margins, probability)
    assert len(outcomes) == 100
    assert sum(won for _, won in outcomes) == round(100 * probability)
    values = [margin for margin, _ in outcomes]
    assert values == sorted(values)


def test_a_hundred_outcomes_of_a_sure_race() -> None:
    outcomes = hundred_outcomes(np.linspace(0.1, 0.2, 50), 1.0)
    assert all(won and 0.1 <= margin <= 0.2 for margin, won in outcomes)


def test_units_add_up_to_the_race(ga06: PageInputs) -> None:
    """Draws of units are those of the forecast, weighed by polls as it is."""
    simulation = ga06.simulation
    assert simulation.polls is not None
    units, forecast = ga06.unit_forecasts, simulation.forecast
    share = (units.share * units.votes).sum() / units.votes.sum()
    # A sum of medians is near the median of the sum where errors are shared.
    assert abs(share - forecast.finalists[0].share.q50) < 0.01
    assert abs(units.votes.sum() / forecast.turnout.q50 - 1) < 0.05


def test_units_are_the_draws_of_the_forecast_themselves(ga06: PageInputs) -> None:
    simulation = ga06.simulation
    copies = simulation.draws.copies
    assert copies is not None, "polls chose among the draws"
    again = simulate_runoffs(
        simulation.units,
        simulation.fit.posterior,
        simulation.priors.runoff,
        n_draws=len(copies),
        seed=simulation.forecast.seed,
        keep=Keep(unit_draws=len(copies)),
    )
    votes = np.repeat(again.unit_votes.astype(float), copies, axis=0)
    assert votes.sum() == simulation.draws.votes.sum()
    units, leads = ga06.unit_forecasts, margin_of(votes)
    np.testing.assert_allclose(units.wins, (leads > 0).mean(0) + 0.5 * (leads == 0).mean(0))
    np.testing.assert_allclose(units.finalist_votes, votes.mean(0))
    np.testing.assert_allclose(units.margin, np.median(leads, axis=0), atol=2 / N_BINS)


def test_the_map_has_every_unit_and_a_square_for_the_one_without_outline(ga06: PageInputs) -> None:
    outlines = ga06.outlines
    assert outlines is not None
    assert len(outlines.geometries) == 208
    assert [name.title() for name in outlines.missing] == ["Chamblee 2"]
    made = figure("map", ga06)
    (features,) = (
        made.spec()["datasets"].values()
        if "datasets" in made.spec()
        else (made.spec()["data"]["values"],)
    )
    assert len(features) == 208


def test_outlines_of_another_race_are_refused(copied_race: Path, ga06: PageInputs) -> None:
    units = ga06.simulation.race.first_round
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    other = {"type": "Feature", "properties": {"unit_id": "x"}, "geometry": shape}
    path = copied_race / "units.geojson"
    path.write_text(json.dumps({"features": [other]}), encoding="utf-8")
    with pytest.raises(InputError, match="none of its 1 outlines has the unit_id"):
        read_outlines(copied_race, units)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="must be GeoJSON"):
        read_outlines(copied_race, units)
    path.unlink()
    assert read_outlines(copied_race, units) is None


def test_flows_name_all_candidates_and_the_absent(ga06: PageInputs) -> None:
    table = figure("flows", ga06).table
    assert len(table.rows) == 19
    assert table.rows[0][0] == "Jon Ossoff (D)"
    assert table.rows[-1][0] == "non-voters in round one"
    assert all("(" in cell for row in table.rows for cell in row[2:])


def test_parties_have_their_colours_and_others_do_not(ga06: PageInputs) -> None:
    race = ga06.simulation.race
    assert side_colours(race).pair == [RED[0], BLUE[0]]
    blocs = {"Left": ("REP",), "Right": ("DEM",)}
    other = replace(race, contest=replace(race.contest, blocs=blocs))
    assert side_colours(other).first == ORANGE[0]


def test_scenarios_stand_beside_the_forecast(ga06: PageInputs) -> None:
    rows = figure("scenarios", ga06).table.rows
    assert [row[0] for row in rows[:4:2]] == [
        "Forecast as published",
        "Without the race-specific priors",
    ]
    # The forecast as it is stands first already; each is with polls, then without them.
    assert len(rows) == 2 * (1 + len(ga06.scenarios))
    simulation = ga06.simulation
    assert simulation.without_evidence is not None
    # One forecast: as it is, a scenario is the forecast of the page, with polls and without.
    as_it_is = ga06.scenarios[0]
    assert as_it_is.forecast.margin == simulation.forecast.margin
    assert as_it_is.without_evidence.margin == simulation.without_evidence.margin


def test_scenarios_stand_without_polls_and_with_them(ga06: PageInputs) -> None:
    made = figure("scenarios", ga06)
    assert made.table.columns[:3] == ("scenario", "basis", "Handel's chance")
    second, first = made.table.rows[:2]
    plain = ga06.simulation.without_evidence
    assert plain is not None
    assert first[1:3] == ("without polls", words.chance(plain.finalists[0].win_probability))
    forecast = ga06.simulation.forecast
    assert second[1:3] == ("with polls", words.chance(forecast.finalists[0].win_probability))
    # What the race's own priors move is known on both bases too.
    assert "-" not in (*made.table.rows[2], *made.table.rows[3])
    found = next(one for one in ga06.scenarios if one.scenario.priors)
    polled, alone = (row for row in made.table.rows if row[0] == found.scenario.title)
    assert alone[2] == words.chance(found.without_evidence.finalists[0].win_probability)
    assert polled[2] == words.chance(found.forecast.finalists[0].win_probability)
    assert re.match(
        r"With polls, Handel's chance ranges from .* to .*; without polls, from .* to .*",
        made.summary,
    )
    assert "Dots take the polls into account" in made.note
    # The bold dot is what the page says, and the key is in the picture.
    layers = made.spec()["layer"]
    rows = next(iter(made.spec()["datasets"].values()), None) if "datasets" in made.spec() else None
    rows = rows or layers[0]["data"]["values"]
    assert rows[0]["wins"] == round(100 * forecast.finalists[0].win_probability)
    assert rows[0]["alone"] == round(100 * plain.finalists[0].win_probability)
    assert "with polls, as published" in json.dumps(layers)


@pytest.mark.parametrize(
    "summary",
    [
        {},
        {"totals": 3, "calibration": []},
        {"totals": [{"n": "x"}], "calibration": {"all": [{"n": 1}, 7]}},
        {"races": "none"},
    ],
)
def test_a_record_of_another_form_shows_nothing(summary: Any, ga06: PageInputs) -> None:
    changed = replace(ga06)
    changed.__dict__["record"] = summary
    assert record(changed).chart is None


def test_the_record_shows_bins_with_their_numbers(ga06: PageInputs) -> None:
    favorites = [*[(0.66, 1.0)] * 3, *[(0.72, float(i % 3 > 0)) for i in range(37)]]
    favorites += [(0.95, 1.0)] * 2
    races = races_of("kind general_runoff")[::30][: len(favorites)]
    changed = replace(ga06)
    changed.__dict__["record"] = {
        "totals": {"all": {"n": 1200, "crps": 0.0312, "coverage": {"95": 0.944}}},
        "races": {
            "id": [race.id for race in races],
            "pit": [0.5] * len(races),
            "crps": [0.02] * len(races),
            "favourite": [chance for chance, _ in favorites],
            "won": [won for _, won in favorites],
        },
    }
    made = record(changed)
    totals = record_totals(changed)
    assert totals is not None
    assert totals.rows == (("all kinds and places", "1,200", "3.1", "94"),)
    assert made.chart is not None
    assert "1,200 finished runoffs" in made.summary
    # Three races and two are no dots of their own.
    ((name, n, mean, won, ends),) = made.table.rows
    assert (name, n, mean, won) == ("65 to 100", "42", "73", "69")
    low, high = (int(end) for end in ends.split(" to "))
    assert 50 < low < 69 < high < 85
    # Of its own band the sentence speaks.
    assert "Of 40 favorites with a 65 to 90% chance, like this one, 27 won: 68%" in made.summary
    # Both axes have ticks at their ends.
    dots = made.spec()["layer"][2]["encoding"]
    assert dots["x"]["axis"]["values"] == [50, 60, 70, 80, 90, 100]
    assert dots["y"]["axis"]["values"] == [0, 20, 40, 60, 80, 100]
    assert dots["y"]["scale"]["domain"] == [0, 100]


def test_the_dots_of_the_record_say_how_they_go_with_its_sentence(
    ga06: PageInputs, provinces: PageInputs
) -> None:
    assert (
        "The record has 6,194 finished runoffs (all kinds and places) besides this race; those up "
        "to June 18, 2017 taught its priors. The sentence above and the dots are about 50 of "
        "them." in record(ga06).note
    )
    assert "The sentence above and the dots are about 15 of them." in record(provinces).note
    dots = record(provinces).table.rows
    assert sum(int(row[1]) for row in dots) == 15
    assert min(int(row[1]) for row in dots) >= 5


def test_a_county_has_one_number_of_votes_and_all_add_up(
    ga06: PageInputs, provinces: PageInputs
) -> None:
    """A table of provinces that are units, and one of the same as groups, say the same."""
    units, groups = figure("map", provinces).table, figure("counties", provinces).table
    of_units, of_groups = (
        {row[0]: row[table.columns.index("votes, mean")] for row in table.rows}
        for table in (units, groups)
    )
    assert of_units == of_groups
    for inputs in (ga06, provinces):
        forecast, finalists = inputs.simulation.forecast, inputs.simulation.race.contest.finalists
        total = sum(county.turnout.mean for county in forecast.counties)
        flows = sum(flow.mean for flow in forecast.flows if flow.to in finalists)
        assert total == pytest.approx(flows, rel=1e-4)


def test_counties_are_ordered_by_the_measure_that_is_shown(ga06: PageInputs) -> None:
    simulation = ga06.simulation
    first, *others = simulation.forecast.counties
    # The mean is shown.
    turnout = replace(first.turnout, mean=1.0, q50=1e9)
    counties = (replace(first, turnout=turnout), *others)
    changed = replace(simulation, forecast=replace(simulation.forecast, counties=counties))
    rows = figure("counties", replace(ga06, simulation=changed)).table.rows
    assert rows[-1][0] == words.county_name(first.name)
    table = render(changed).partition("where the votes go")[0]
    at = {county.name: table.index(f"  {words.county_name(county.name)} ") for county in counties}
    assert max(at, key=lambda name: at[name]) == first.name


def test_places_without_a_map_are_not_empty(hostile: PageInputs) -> None:
    made = FIGURES[FigureKind.MAP](hostile)
    assert made.chart is None
    ahead = int((hostile.unit_forecasts.share > 0.5).sum())
    assert ahead in (0, 6)
    assert made.summary == f"{hostile.labels[0 if ahead else 1]} leads in all 6."


def test_the_record_says_in_plain_words_what_taught_it(provinces: PageInputs) -> None:
    said = record(provinces).note
    assert said.endswith(
        "Each was forecast from what runoffs of other days teach, later ones among them."
    )


def chance_of(simulation: Any, chance: float) -> Any:
    """The same forecast with another chance of the first finalist."""
    forecast = simulation.forecast
    first, second = forecast.finalists
    sides = (replace(first, win_probability=chance), replace(second, win_probability=1 - chance))
    return replace(simulation, forecast=replace(forecast, finalists=sides))


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.998, "was strongly favored: over a 99\u2011in\u2011100 chance"),
        (1.0, "was strongly favored: over a 99\u2011in\u2011100 chance"),
        (0.8, "was favored: about a 4\u2011in\u20115 chance"),
        (0.56, "was slightly favored: about a 5\u2011in\u20119 chance"),
    ],
)
def test_the_headline_of_a_near_certain_race(chance: float, said: str, ga06: PageInputs) -> None:
    changed = replace(ga06, simulation=chance_of(ga06.simulation, chance))
    assert headline_sentence(changed) == said
    assert before_headline(changed) == ""


def test_a_headline_close_to_even_calls_nobody_ahead(ga06: PageInputs) -> None:
    for chance in (0.53, 0.47):
        changed = replace(ga06, simulation=chance_of(ga06.simulation, chance))
        assert before_headline(changed) == "Close to even: "
        assert headline_sentence(changed) == "had a 53% chance"
    even = replace(ga06, simulation=chance_of(ga06.simulation, 0.5))
    assert before_headline(even) == ""
    assert headline_sentence(even).startswith("was even with the other finalist")


def test_a_range_of_scenarios_that_is_none_is_one_number(ga06: PageInputs) -> None:
    plain = ga06.simulation.without_evidence
    assert plain is not None
    made = replace(ga06)
    made.__dict__["scenarios"] = ()
    said = figure("scenarios", made).summary
    # The page's forecast has the polls, the dots do not: the lowest or highest is not "this page".
    assert "of this page" not in said
    alone = replace(ga06.simulation, without_judgement=None, without_both={})
    made = replace(ga06, simulation=alone)
    made.__dict__["scenarios"] = ()
    chance = words.chance(plain.finalists[0].win_probability)
    said = figure("scenarios", made).summary
    polled = words.chance(ga06.simulation.forecast.finalists[0].win_probability)
    assert said == (
        f"With polls, Handel's chance is {polled} in every scenario; without polls, {chance} in "
        "every scenario."
    )


@pytest.mark.parametrize(
    ("dot", "diamond", "side"),
    [(33, 36, "right"), (36, 33, "left"), (33, 33, "no"), (23, 32, "no"), (50, None, "no")],
)
def test_every_mark_of_a_scenario_has_its_number(
    dot: int, diamond: int | None, side: str, ga06: PageInputs
) -> None:
    assert what_if_figures._near(dot, diamond) == side
    spec = json.dumps(figure("scenarios", ga06).spec())
    texts = re.findall(r'"text": {"field": "(wins|alone)"', spec)
    assert texts.count("wins") == texts.count("alone") == 3  # on no side, right and left


def test_the_base_of_scenarios_is_named_without_polls(ga06: PageInputs) -> None:
    said = figure("scenarios", ga06).summary
    assert "of this page" not in said
    low = replace(ga06, simulation=replace(ga06.simulation, without_judgement=None))
    simulation = low.simulation
    assert simulation.without_evidence is not None
    bottom = chance_of(replace(simulation, forecast=simulation.without_evidence), 0.01).forecast
    low = replace(low, simulation=replace(simulation, without_evidence=bottom))
    low.__dict__["scenarios"] = ga06.scenarios
    assert "; without polls, from 1% (the forecast) to" in figure("scenarios", low).summary


def test_the_flows_name_who_is_drawn_and_their_votes_last(ga06: PageInputs) -> None:
    spec = json.dumps(figure("flows", ga06).spec())
    names = re.findall(r'"wide": "(.*?)", "narrow": "(.*?)"', spec)
    # The picture leaves out who stays absent, and says so of the others.
    (absent,) = (wide for wide, _ in names if "non-voters" in wide)
    assert "who now vote" in absent
    # On a phone the same number as elsewhere, behind the name.
    for wide, narrow in names:
        votes = wide.rpartition(" ")[2]
        assert re.fullmatch(r"[\d,]+", votes)
        assert re.search(rf"(\\n|  ){votes}$", narrow)


def test_votes_are_whole_numbers_and_ranges_columns_of_their_own(ga06: PageInputs) -> None:
    made = figure("flows", ga06).table
    assert re.fullmatch(r"\d+\|\d+\|\d+", made.rows[0][-1].value)  # type: ignore[attr-defined]
    assert made.columns[-1].value.count("|") == 2  # type: ignore[attr-defined]
    assert Shown.votes(7569693.4).value == "7569693"
    cast = f"{ga06.simulation.units.valid_votes.sum():,.0f}"
    assert f"round one had {cast} for its candidates" in figure("turnout", ga06).summary
    # A median is no end of an interval.
    for kind in ("margin", "turnout"):
        rows = figure(kind, ga06).table.rows
        assert rows[0][1]
        assert rows[0][2:4] == ("", "")
        assert not rows[1][1]
        assert all(rows[1][2:4])


def test_a_wall_of_turnout_is_marked_and_explained(
    ga06: PageInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulation = ga06.simulation
    flows, units = simulation.draws.flows, simulation.units
    assert flows is not None
    assert limit_words(simulation) == ""
    assert "Paler" not in figure("turnout", ga06).note
    arrived = flows.to_finalists.copy()
    absent = float((units.eligible - units.votes_cast).sum())
    n_piled = len(arrived) // 20
    arrived[:n_piled, -1] = absent * np.array([0.5, 0.45])
    draws = replace(simulation.draws, flows=replace(flows, to_finalists=arrived))
    changed = replace(simulation, draws=draws)
    share = f"{100 * n_piled / len(arrived):.1f}%"
    assert f"in {share} of the outcomes 95% of them do" in turnout_words(changed)
    made = figure("turnout", replace(ga06, simulation=changed))
    assert f"in {share} of the outcomes 95% of round one's non-voters vote" in made.note
    pale = made.spec()["layer"][1]
    assert pale["mark"]["color"] == PALE
    parts = sum(row["share"] - row["rest"] for row in pale["data"]["values"])
    assert parts == pytest.approx(100 * n_piled / len(arrived), abs=1)
    # A few draws at the limit are not worth a word.
    monkeypatch.setattr("forecast.output.turnout_words.PILED", 0.06)
    assert limit_words(changed) == ""


def test_an_even_race_and_the_median_are_named_in_a_one_sided_race() -> None:
    for ends in ((3.0, 40.0), (-40.0, -3.0), (-20.0, 20.0)):
        ticks = lead_axis(("A", "B"), "margin", *ends).to_dict()["values"]
        assert 0 in ticks
    # With long names, fewer ticks on a phone: no two labels touch, so that none is left out.
    values = lead_axis(("Fujimori", "Castillo"), "margin", -18.0, 17.0).to_dict()["values"]
    assert values == {
        "expr": "width < 300 ? [0] : width < 600 ? [-10, 0, 10] : [-15, -10, -5, 0, 5, 10, 15]"
    }


def test_no_change_is_named_on_the_axis_of_priors() -> None:
    assert ticks_with_zero(-15.2, 11.8, 3) == [-15, -10, -5, 0, 5, 10]
    assert ticks_with_zero(-3.0, 6.0, 3) == [-2, 0, 2, 4, 6]


def test_names_of_two_lines_never_touch() -> None:
    (left, dx_left), (right, dx_right) = SIDES
    assert (left, right) == ("right", "left"), "the end of one stands before the start of the other"
    assert dx_left < 0 < dx_right


def test_an_axis_of_votes_starts_at_0(ga06: PageInputs) -> None:
    spec = figure("turnout", ga06).spec()
    (axis,) = (
        axis
        for layer in spec["layer"]
        if (axis := layer.get("encoding", {}).get("x", {}).get("axis")) is not None
    )
    assert axis["labelExpr"].startswith("datum.value === 0 ? '0'")


def test_names_of_places_break_behind_a_slash() -> None:
    assert breakable("Lambayeque/Chiclayo") == "Lambayeque/<wbr>Chiclayo"
    assert breakable("<b>/X") == "&lt;b&gt;/<wbr>X"
    assert breakable("models/learned.yaml") == "models/learned.yaml"


def test_the_median_is_dashed_and_named(ga06: PageInputs) -> None:
    layers = figure("margin", ga06).spec()["layer"]
    rules = [layer for layer in layers if layer["mark"]["type"] == "rule"]
    dashed = [rule for rule in rules if rule["mark"].get("strokeDash")]
    middle = 100 * ga06.simulation.forecast.margin.q50
    assert dashed[0]["data"]["values"][0]["at"] == pytest.approx(middle)
    named = [layer["data"]["values"][0].get("what") for layer in layers]
    assert "median" in named


def test_a_card_says_the_chances_and_has_the_size_of_cards(
    ga06: PageInputs, tmp_path: Path
) -> None:
    sure = replace(ga06, simulation=chance_of(ga06.simulation, 0.002))
    assert card_words(sure).startswith("Ossoff over 99%, Handel under 1%. ")
    assert figure("hundred", sure).title.endswith("Handel wins under 1, Ossoff over 99")
    assert card_spec(sure)["title"]["text"] == "Ossoff over 99%, Handel under 1%"
    save_card(sure, tmp_path / "card.png")
    header = (tmp_path / "card.png").read_bytes()[16:24]
    assert (int.from_bytes(header[:4]), int.from_bytes(header[4:])) == CARD_SIZE == (1200, 630)


def test_the_table_of_the_record_has_the_groups_of_the_race_alone(ga06: PageInputs) -> None:
    totals = record_totals(ga06)
    assert totals is not None
    names, numbers = zip(*((row[0], row[1]) for row in totals.rows), strict=True)
    assert (names[0], numbers[0]) == ("all-party special elections in Georgia", "50")
    assert (names[-1], numbers[-1]) == ("all kinds and places", "6,194")
    assert len(set(names)) == len(names)
    assert all("Georgia" in name or " in " not in name for name in names)


def test_a_hundred_voters_are_a_hundred() -> None:
    """Each rounded by itself they are 101."""
    assert of_100([24.4, 23.6, 52.0], 100) == [24, 24, 52]
    assert of_100([1.502, 1.486, 3.306], 6.294) == [24, 24, 52]
    assert of_100([0, 0, 0], 0) == []


def test_the_sentence_of_the_flows_adds_up_to_a_hundred(ga06: PageInputs) -> None:
    simulation = ga06.simulation
    going = (*simulation.race.contest.finalists, NOT_VOTING)
    parts = dict(zip(going, (0.236, 0.238, 0.526), strict=True))
    flows = tuple(
        replace(flow, mean=parts[flow.to] * flow.source_votes) for flow in simulation.forecast.flows
    )
    changed = replace(simulation, forecast=replace(simulation.forecast, flows=flows))
    said = figure("flows", replace(ga06, simulation=changed)).summary
    found = re.search(r"about (\d+) \(.*, (\d+) \(.* and (\d+) \(", said)
    assert found is not None
    assert sum(map(int, found.groups())) == 100


def test_shares_of_polls_are_as_the_poll_gives_them(ga06: PageInputs) -> None:
    table = figure("polls", ga06).table
    assert "margin, share of the two only" in table.columns
    (latest,) = (row for row in table.rows if "June 17" in row[1] and "Trafalgar" in row[0])
    assert latest[3:5] == ("50.5", "48.6")
    whole = [row for row in table.rows if "." not in row[3]]
    assert whole, "polls in whole points stay so"
    assert all("." not in row[4] for row in whole)
