"""The terminal output: 80 columns, plain unless asked, and what it must say."""

import os
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from forecast.output.data_words import days_words, missing_parts
from forecast.output.document import document
from forecast.output.flow_table import return_words
from forecast.output.forecast_text import render
from forecast.output.terminal import bars, screen_width, table, wants_colour
from forecast.output.turnout_words import TURNOUT_PRIORS, turnout_words
from forecast.output.without_words import judgement_words, without_parts
from forecast.priors.prior_set import PriorSet
from forecast.race.prepared import PreparedRace, prepare
from forecast.runoff.simulation import RunoffDraws
from forecast.runoff.summary import DID_NOT_VOTE, NOT_VOTING, Forecast, Summary, summarize
from forecast.workflow import Simulation


def with_county_votes(simulation: Simulation, county_votes: np.ndarray) -> Simulation:
    """The same race with other draws."""
    draws = RunoffDraws(county_votes, simulation.draws.unit_votes, None, seed=7)
    return replace(
        simulation, draws=draws, forecast=summarize(draws, simulation.race, simulation.units)
    )


def test_it_fits_80_columns_and_is_plain(simulation: Simulation) -> None:
    text = render(simulation)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "\x1b" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("columns", [40, 47, 60, 72])
def test_a_narrow_terminal_loses_no_word(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    wide = render(simulation)
    monkeypatch.setenv("COLUMNS", str(columns))
    narrow = render(simulation)
    assert max(len(line) for line in narrow.splitlines()) <= columns
    assert "…" not in narrow
    # Columns that go on below repeat the labels of their rows, so that words can only come twice.
    assert not Counter(wide.split()) - Counter(narrow.split())


def test_a_pipe_is_as_wide_as_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, width in (("20", 40), ("200", 80)):
        monkeypatch.setenv("COLUMNS", columns)
        assert screen_width() == width
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr(os, "get_terminal_size", lambda stream: (_ for _ in ()).throw(OSError))
    assert screen_width() == 80


def test_priors_of_the_race_that_move_nothing_are_not_told_in_the_same_percent(
    simulation: Simulation,
) -> None:
    def told(other: float) -> str:
        finalists = simulation.forecast.finalists
        plain = replace(
            simulation.forecast,
            finalists=(replace(finalists[0], win_probability=other), finalists[1]),
        )
        return "; ".join(without_parts(replace(simulation, without_judgement=plain)))

    chance = simulation.forecast.finalists[0].win_probability
    assert "it changes by less than a point" in told(chance + 0.004)
    assert f"assumptions made for this race {100 * (chance - 0.1):.0f}%" in told(chance - 0.1)


def test_what_positions_of_the_race_move_is_told(simulation: Simulation) -> None:
    def told(other: float) -> list[str]:
        finalists = simulation.forecast.finalists
        plain = replace(
            simulation.forecast,
            finalists=(replace(finalists[0], win_probability=other), finalists[1]),
        )
        return without_parts(replace(simulation, without_positions=plain))

    chance = simulation.forecast.finalists[0].win_probability
    assert without_parts(simulation) == []
    assert told(chance + 0.004)[1:] == ["without the positions it changes by less than a point"]
    assert told(0.27)[1:] == ["without the positions 27%"]


def with_chance(forecast: Forecast, chance: float) -> Forecast:
    first, second = forecast.finalists
    return replace(forecast, finalists=(replace(first, win_probability=chance), second))


def test_what_blocs_of_the_race_move_stands_beside_the_headline(simulation: Simulation) -> None:
    plain = with_chance(simulation.forecast, 0.27)
    told = replace(simulation, without_positions=plain)
    assert judgement_words(simulation) == ""
    assert judgement_words(replace(simulation, without_positions=simulation.forecast)) == ""
    said = "Which parties belong together is a judgment (race.yaml). Marsh's chance would be"
    leads = simulation.forecast.finalists[0].win_probability > 0.5
    then = ", and Reed the favorite" if leads else ""
    assert judgement_words(told) == f"{said} 27% without the positions{then}"
    other = replace(simulation, without_positions=with_chance(simulation.forecast, 0.73))
    then = "" if leads else ", and Marsh the favorite"
    assert judgement_words(other) == f"{said} 73% without the positions{then}"
    text = " ".join(render(told).split())
    assert text.index(judgement_words(told)) < text.index("round one")
    both = replace(
        told,
        without_blocs=with_chance(simulation.forecast, 0.71),
        without_both={"blocs": with_chance(simulation.forecast, 0.35)},
    )
    assert "; 71% without the blocs and positions (35% without" in judgement_words(both)
    assert "without the blocs and positions 71%" in without_parts(both)[-1]


def test_colour_changes_no_word(simulation: Simulation) -> None:
    coloured = render(simulation, colour=True)
    assert "\x1b[1m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(simulation)


def test_the_headline_gives_odds_with_their_error(simulation: Simulation) -> None:
    lines = render(simulation).splitlines()
    assert lines[0] == "Small town, special election: runoff of June 20, 2017"
    assert lines[1] == "Retrospective forecast as of June 19, 2017"
    odds = [re.search(r"\((R|D)\) +(\d+)%  about", line) for line in lines[4:6]]
    assert [found[1] for found in odds if found] == ["R", "D"]
    assert sum(int(found[2]) for found in odds if found) == 100
    assert "±2.5 simulation error" in lines[4]


@pytest.mark.parametrize(
    "words",
    [
        "  round one ",
        "  median ",
        "of first-round voters return",
        "  50% ",
        "  80% ",
        "  95% ",
        "% of registered",
        "  North            2 ",
        "Poe (R)",
        "non-voters in round one",
        "diagnostics passed: no sign of error in the first-round fit (",
        " priors: ",
        "(runoff.error.race_lean)",
        "forecast priors show",
    ],
)
def test_it_says(simulation: Simulation, words: str) -> None:
    assert words in render(simulation)


def test_who_returns_and_who_arrives_add_up_to_the_turnout(simulation: Simulation) -> None:
    text = turnout_words(simulation)
    said = re.match(r"(\d+)% of .* return, (\d+)% of .* turn out \(means", text)
    assert said, text
    voters = simulation.units.votes_cast.sum()
    absent = simulation.units.eligible.sum() - voters
    came = (int(said[1]) * voters + int(said[2]) * absent) / 100
    assert came == pytest.approx(simulation.forecast.turnout.mean, rel=0.02)


def test_rates_learned_elsewhere_have_their_caveat_beside_them(simulation: Simulation) -> None:
    """Where nearly all voted in round one; no sentence says that the rates fit, and another not."""
    judged = (
        "finished runoffs taught the total; how it divides between the two groups is a judgment"
    )
    caveat = f"{judged}; such rates are unreliable at so high a turnout)"
    low = replace(simulation, priors=learned(simulation))
    assert turnout_words(low).endswith(f"; {judged})")
    units = simulation.units
    high = replace(units, eligible=units.votes_cast / 0.86)
    prepared = PreparedRace(simulation.race, high)
    assert turnout_words(replace(low, prepared=prepared)).endswith(caveat)
    # More of the absent than of the eliminated candidates' voters is as odd.
    flows = tuple(
        replace(flow, mean=0.9 * flow.source_votes if flow.source == DID_NOT_VOTE else flow.mean)
        for flow in simulation.forecast.flows
    )
    odd = replace(low, forecast=replace(simulation.forecast, flows=flows))
    assert re.search(
        r"a higher share than of the eliminated .* voters \(\d+%\) \(means", turnout_words(odd)
    )
    assert turnout_words(odd).endswith(caveat)


def learned(simulation: Simulation) -> PriorSet:
    """Its priors, as if finished runoffs had taught those of the turnout."""
    entries = tuple(
        replace(entry, origin="learned") if entry.path.startswith(TURNOUT_PRIORS) else entry
        for entry in simulation.priors.entries
    )
    return replace(simulation.priors, entries=entries)


def test_blank_votes_are_told_apart(simulation: Simulation) -> None:
    contest = replace(simulation.race.contest, not_candidates=("DEE FOX",))
    race = replace(simulation.race, contest=contest)
    units = replace(simulation.units, not_candidates=race.not_candidate_index)
    text = render(replace(simulation, prepared=PreparedRace(race, units)))
    said = " ".join(text.split())
    assert "3,454 first-round votes, 14 of them for no candidate (Dee Fox), not in the" in said
    assert re.search(r"round one .* 3,440 ", text)
    assert "Fox (R) 14: they voted, and are assumed to vote for no finalist in the runoff" in said
    # They have no row in the table, whose last column says that they stayed at home.
    assert not re.search(r"^  Fox", text.partition("they voted")[0].rpartition("\n")[0], re.M)


def test_paragraphs_are_wrapped_beside_their_labels(simulation: Simulation) -> None:
    lines = render(simulation).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("  assumptions "))
    assert lines[start][13] == " "
    assert lines[start + 1].startswith(" " * 14)
    assert lines[start + 1][14] != " "
    said = " ".join(" ".join(lines[start:]).split())
    assert "race-wide error (runoff.error.race_lean) " in said
    assert "1 from the command line" in said
    assert "(technical: 0 divergences, R-hat 1.003, ESS 2,140" in said


def test_small_candidates_of_a_bloc_are_told_together(simulation: Simulation) -> None:
    # Fox has 14 of 3,454 votes and Orr 10: both under 1%, in two blocs.
    text = render(simulation)
    assert "Fox (R)" in text
    assert "Orr (ind.)" in text


def test_small_blank_votes_are_not_pooled_with_candidates(simulation: Simulation) -> None:
    parties = ("REP", "DEM", "REP", "", "")
    contest = replace(simulation.race.contest, not_candidates=("DEE FOX",))
    returns = replace(simulation.race.first_round, parties=parties)
    race = replace(simulation.race, contest=contest, first_round=returns)
    text = render(replace(simulation, prepared=replace(simulation.prepared, race=race)))
    assert "Dee Fox 14: they voted" in text
    assert "2 other" not in text


def test_a_turnout_that_a_part_moves_is_said_beside_its_odds(simulation: Simulation) -> None:
    half = replace(
        simulation.forecast,
        turnout=Summary.of(0.5 * simulation.draws.votes.sum(axis=1).astype(float)),
    )
    parts = without_parts(replace(simulation, without_judgement=half))
    assert re.search(r", but turnout falls from [\d,]+ to [\d,]+$", parts[-1])
    same = without_parts(replace(simulation, without_judgement=simulation.forecast))
    assert "turnout falls" not in same[-1]


def test_more_arrivals_than_returning_voters_are_not_passed_over(simulation: Simulation) -> None:
    assert "a higher share than of the eliminated" not in turnout_words(simulation)
    finalists = simulation.race.contest.finalists
    flows = tuple(
        flow
        if flow.source in (*finalists, DID_NOT_VOTE)
        else replace(flow, mean=0.01 * flow.source_votes)
        for flow in simulation.forecast.flows
    )
    said = turnout_words(replace(simulation, forecast=replace(simulation.forecast, flows=flows)))
    assert "a higher share than of the eliminated candidates' voters (2%)" in said


def test_two_small_candidates_of_one_bloc_are_pooled(simulation: Simulation) -> None:
    parties = ("REP", "DEM", "REP", "REP", "REP")
    race = replace(
        simulation.race, first_round=replace(simulation.race.first_round, parties=parties)
    )
    text = render(replace(simulation, prepared=replace(simulation.prepared, race=race)))
    assert "2 other Republicans" in text
    assert "Fox" not in text.partition("where the votes go")[2]


def test_rows_of_the_flow_table_add_up_to_100(simulation: Simulation) -> None:
    lines = render(simulation).splitlines()
    start = next(i for i, line in enumerate(lines) if "where the votes go" in line)
    rows = lines[start + 1 : start + 7]
    assert "voters of Orr" not in "".join(lines), "they are too few to matter"
    for line in rows:
        assert sum(int(part) for part in line.split()[-3:]) == 100


@pytest.mark.parametrize(("of_bloc", "other"), [(0.2, 0.5), (0.5, 0.2), (0.3, 0.3)])
def test_the_words_say_who_returns_less_and_why(
    simulation: Simulation, of_bloc: float, other: float
) -> None:
    """POE and FOX are of a finalist's bloc, ORR is not; here he has votes enough to matter."""
    home = {"CY POE": of_bloc, "DEE FOX": of_bloc, "EVE ORR": other}
    flows = tuple(
        replace(flow, source_votes=votes, mean=home[flow.source] * votes)
        if flow.to == NOT_VOTING and flow.source in home
        else flow
        for flow in simulation.forecast.flows
        for votes in [20 * flow.source_votes if flow.source == "EVE ORR" else flow.source_votes]
    )
    said = return_words(simulation.race, replace(simulation.forecast, flows=flows))
    if of_bloc == other:
        assert said == ""
    else:
        assert said == (
            "voters of Orr (ind.), with no finalist of their party or bloc, are taken to return "
            f"{'less' if other > of_bloc else 'more'} often: {100 * other:.0f} of 100 don't vote, "
            f"against {100 * of_bloc:.0f} of 100 voters of the other eliminated candidates"
        )


def test_an_unhealthy_fit_is_said_in_words_and_in_red(unhealthy: Simulation) -> None:
    said = " ".join(render(unhealthy).split())
    assert "diagnostics FAILED (technical: 3 divergences" in said
    assert "\x1b[1;31m" in render(unhealthy, colour=True)


def test_finalists_of_one_last_name_keep_their_full_names(same_last_name: Simulation) -> None:
    text = render(same_last_name)
    assert re.search(r"(Anne|Bo) Marsh \+\d", text)
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(("first", "second"), [(900, 100), (100, 900)])
def test_a_certain_race_is_readable(simulation: Simulation, first: int, second: int) -> None:
    votes = np.tile(np.array([first, second], dtype=float), (50, 2, 1))
    text = render(with_county_votes(simulation, votes))
    assert "over 99%  always in these draws" in text
    assert "under 1%  never in these draws" in text
    assert "even" not in text.split("assumptions")[0]
    assert "where the votes go" not in text


def test_many_counties_with_long_names_stay_within_80_columns(simulation: Simulation) -> None:
    county = replace(simulation.forecast.counties[0], name="A VERY LONG NAME OF A COUNTY " * 3)
    many = replace(simulation, forecast=replace(simulation.forecast, counties=(county,) * 159))
    text = render(many)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "and 139 smaller ones" in text


class Terminal:
    def isatty(self) -> bool:
        return True


def test_colour_only_on_a_terminal_without_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert wants_colour(Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(Terminal())  # type: ignore[arg-type]


def test_bars_rise_with_their_share() -> None:
    assert bars([0.0, 0.0001, 0.5, 1.0]) == " ▁▄█"
    assert bars([0.0, 0.0]) == "  "


def test_a_table_aligns_its_columns() -> None:
    assert table([["a", "b"], ["long", "1"]], "lr") == ["  a      b", "  long   1"]


def test_columns_without_room_go_on_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = [["place", "votes", "margin"], ["North and the hills behind it", "1" * 12, "2" * 12]]
    assert table(rows, "lrr") == [
        "  place                            votes",
        "  North and the hills       111111111111",
        "    behind it",
        "",
        "  place                           margin",
        "  North and the hills       222222222222",
        "    behind it",
    ]


def test_what_a_race_lacks_is_said(simulation: Simulation) -> None:
    said = " ".join(render(simulation).split())
    assert ("missing" in said) == (
        not simulation.race.baselines or not simulation.units.eligible_known
    )
    same = replace(simulation.race.contest, blocs={"ALL": ("REP", "DEM", "IND")})
    race = replace(simulation.race, contest=same, baselines=())
    said = " ".join(
        render(replace(simulation, prepared=replace(simulation.prepared, race=race))).split()
    )
    assert "both finalists are of one bloc (ALL): only geography indicates where the elim" in said
    assert "(a baseline): how closely votes there follow" in said


def test_in_a_primary_of_one_party_no_parties_are_missed(simulation: Simulation) -> None:
    race = simulation.race
    for kind, missed in (("primary_runoff", False), ("general_runoff", True)):
        contest = replace(race.contest, kind=kind, blocs={"ALL": ("REP", "DEM", "IND")})
        prepared = replace(simulation.prepared, race=replace(race, contest=contest))
        parts = missing_parts(replace(simulation, prepared=prepared))
        assert ("parties" in parts) == missed


def in_counties(simulation: Simulation, *counties: str) -> Simulation:
    """The same votes with the precincts in other counties."""
    race = simulation.race
    race = replace(race, first_round=replace(race.first_round, counties=counties))
    prepared = prepare(race, 0.5)
    rng = np.random.default_rng(1)
    votes = np.round(rng.normal(800, 30, (400, len(set(counties)), 2)))
    draws = RunoffDraws(votes, simulation.draws.unit_votes, simulation.draws.flows, seed=7)
    forecast = summarize(draws, race, prepared.units)
    return replace(simulation, prepared=prepared, draws=draws, forecast=forecast)


def test_counties_that_say_nothing_are_not_shown(simulation: Simulation) -> None:
    assert "  county   precincts " in render(simulation)
    for one in ("", "NORTH"):
        said = render(in_counties(simulation, one, one, one, one))
        assert not re.search(r"(?i)county|north", said)
    own = render(in_counties(simulation, "A", "B", "C", "D"))
    assert re.search(r"  precinct +Marsh, % +95% +votes, mean\n  [A-D] +\d", own)
    assert "county" not in own.replace("\n", " ")


def test_without_parties_none_is_missed_of_the_finalists(simulation: Simulation) -> None:
    race = simulation.race
    for label in ("", "NP"):
        none = replace(race.first_round, parties=(label,) * 5)
        prepared = replace(simulation.prepared, race=replace(race, first_round=none))
        said = " ".join(render(replace(simulation, prepared=prepared)).split())
        assert "no candidate has a party label: only geography indicates" in said
        assert "two parties" not in said


def test_assumed_non_voters_are_marked_as_assumed(simulation: Simulation) -> None:
    race = simulation.race
    unknown = replace(race.first_round, registered=np.full(4, np.nan))
    prepared = prepare(replace(race, first_round=unknown), 0.5)
    assumed = replace(
        simulation,
        prepared=prepared,
        forecast=summarize(simulation.draws, prepared.race, prepared.units),
    )
    assert "non-voters (assumed)" in render(assumed)
    assert "assumed)" not in render(simulation)
    for shown, marked in ((assumed, True), (simulation, False)):
        flows = document(shown)["flows"]
        said = {flow["from"] for flow in flows if flow["from_votes_assumed"]}
        assert said == ({DID_NOT_VOTE} if marked else set())


def test_returns_of_a_day_to_come_are_told_as_by_the_import(simulation: Simulation) -> None:
    contest = simulation.race.contest
    assert days_words(simulation, contest.runoff) == ""
    early = days_words(simulation, contest.first_round - timedelta(days=1))
    assert early.startswith(f"The first round of {contest.first_round} is still to come (today is")
    coming = replace(
        contest,
        first_round=date.today() + timedelta(days=9),
        runoff=date.today() + timedelta(days=30),
    )
    race = replace(simulation.race, contest=coming)
    changed = replace(simulation, prepared=replace(simulation.prepared, race=race))
    said = days_words(changed)
    assert said in " ".join(render(changed).split())
    assert "still to come" not in render(simulation)
