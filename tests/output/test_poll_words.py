"""What is said of polls that decide, and of ballots that are for nobody."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from forecast.output import words
from forecast.output.flow_table import (
    INVALID,
    absent_parts,
    absent_words,
    flow_lines,
    kept_words,
    nobody_words,
)
from forecast.output.page.outcome_figures import _cut_words
from forecast.output.page.ribbons import LINE_PIXELS, RibbonSource, ribbon_chart
from forecast.output.poll_words import late_polls_words, outside_words, polls_decide_words
from forecast.output.race_words import choice_labels, full_name
from forecast.output.turnout_words import turnout_label
from forecast.runoff.summary import Histogram
from forecast.workflow import Simulation

DAY = date(2017, 6, 19)


def polled(
    simulation: Simulation, combined: float, without: float, alone: float = 0.5, **also: Any
) -> Simulation:
    """What the words ask a forecast for, with polls that moved its chance."""
    first = replace(simulation.forecast.finalists[0], win_probability=combined)
    forecast = replace(simulation.forecast, finalists=(first, simulation.forecast.finalists[1]))
    evidence = SimpleNamespace(
        likelihood=SimpleNamespace(polls=[None] * also.get("count", 3)),
        polls_to=DAY - timedelta(also.get("days", 15)),
        alone=SimpleNamespace(win_probability=alone),
        correlation=also.get("correlation", 0.4),
    )
    effect = SimpleNamespace(without=SimpleNamespace(win_probability=without))
    return cast(
        Simulation,
        SimpleNamespace(
            race=simulation.race,
            as_of=DAY,
            forecast=forecast,
            polls=SimpleNamespace(evidence=evidence, effect=effect),
        ),
    )


def test_polls_that_decide_are_said(simulation: Simulation) -> None:
    assert polls_decide_words(simulation) == ""
    assert polls_decide_words(polled(simulation, 0.64, 0.56)) == ""
    said = polls_decide_words(polled(simulation, 0.02, 0.56))
    assert said == (
        "The first round alone gives Marsh 56%; three polls that ended 15 or more days before the "
        "day of this forecast decide the rest"
    )
    one = polls_decide_words(polled(simulation, 0.48, 0.52, count=1, days=0))
    assert one.endswith("52%; one poll that ended up to the day of this forecast decides the rest")


@pytest.mark.parametrize(
    ("combined", "without", "alone", "said"),
    [
        (0.44, 0.76, 0.45, True),
        (0.50, 0.76, 0.45, False),
        # Two that agree are surer together.
        (0.67, 0.56, 0.66, False),
        (0.52, 0.56, 0.66, True),
    ],
)
def test_a_chance_outside_its_parts_is_explained(
    simulation: Simulation, combined: float, without: float, alone: float, said: bool
) -> None:
    words_of = outside_words(polled(simulation, combined, without, alone))
    assert ("are correlated (docs/polls.md)" in words_of) == said
    assert outside_words(polled(simulation, combined, without, alone, correlation=0.0)) == ""


def test_polls_that_ended_too_late_are_named(simulation: Simulation, tmp_path: Path) -> None:
    (tmp_path / "polls.csv").write_text(
        "pollster,sponsor,start,end,sample,finalist_1,finalist_2,undecided,source\n"
        "Early,,2017-06-01,2017-06-02,500,48,47,,\n"
        "Late,,2017-06-17,2017-06-18,500,48,47,,\n"
    )
    told = replace(simulation, folder=tmp_path, as_of=date(2017, 6, 10))
    assert late_polls_words(told) == (
        "1 poll of 2 ended after the day of this forecast and is left out: Late of June 18, 2017"
    )
    assert late_polls_words(replace(told, as_of=DAY)) == ""


def test_invalid_ballots_are_no_non_voters(simulation: Simulation) -> None:
    race = simulation.race
    cast_votes = race.first_round.votes_cast

    def having(extra: float) -> Any:
        returns = replace(race.first_round, ballots=cast_votes + extra)
        return replace(race, first_round=returns)

    assert [label for label, _ in absent_parts(race)] == ["non-voters in round one"]
    assert len(absent_parts(having(1.0))) == 1
    (invalid, part), (_, rest) = absent_parts(having(25.0))
    registered = race.first_round.registered.sum()
    assert invalid == INVALID
    assert part == pytest.approx(100 / (registered - cast_votes.sum()))
    assert part + rest == pytest.approx(1)
    lines = "\n".join(flow_lines(having(25.0), simulation.forecast, ("Marsh", "Reed")))
    assert re.search(r"blank or invalid ballots +100 ", lines)
    assert absent_words(race) == ""
    assert "they voted" in absent_words(having(25.0))
    assert [turnout_label(having(extra)) for extra in (0.0, 25.0)] == [
        "turnout",
        "votes for candidates",
    ]
    # Ballots that the returns do not have are few in the United States alone.
    unknown = replace(race, first_round=replace(race.first_round, ballots=np.full(4, np.nan)))
    american = replace(unknown, contest=replace(race.contest, country="US", state="GA"))
    assert [turnout_label(one) for one in (unknown, american)] == [
        "votes for candidates",
        "turnout",
    ]


def test_small_numbers_are_written() -> None:
    assert (words.simulation_error(0.0004), words.simulation_error(0.004)) == ("under 0.1", "±0.4")
    assert (words.few(3), words.few(12)) == ("three", "12")
    assert _cut_words(Histogram((0.0, 1.0), (0.992,))) == (
        ", without the 0.8% that lie beyond them"
    )
    assert _cut_words(Histogram((0.0, 1.0), (1.0,))) == ""


def test_write_ins_say_what_is_assumed_of_them(simulation: Simulation) -> None:
    race = simulation.race
    names = (*race.first_round.candidates[:4], "Write-in")
    named = replace(race, first_round=replace(race.first_round, candidates=names))
    assert kept_words(race) == ""
    assert "Write-in: kept as a candidate without a party" in kept_words(named)
    nobody = replace(named, contest=replace(race.contest, not_candidates=("Write-in",)))
    assert kept_words(nobody) == ""


def test_a_blank_vote_list_is_called_one_whether_it_is_a_candidate_or_not(
    simulation: Simulation,
) -> None:
    name, race = "Promotores voto en blanco", simulation.race
    names = (*race.first_round.candidates[:4], name)
    listed = replace(race, first_round=replace(race.first_round, candidates=names))
    assert choice_labels(listed)[-1] == "blank-vote list"
    assert kept_words(listed).startswith(f"blank-vote list ({name}): kept as a candidate")
    nobody = replace(listed, contest=replace(race.contest, not_candidates=(name,)))
    assert full_name(nobody, name) == f"blank-vote list ({name})"
    assert nobody_words(nobody).startswith("blank-vote list: they voted")
    assert kept_words(nobody) == ""


def test_names_on_a_phone_keep_their_counts() -> None:
    source = RibbonSource("Harabin", 272_400.0, 272_400.0, (100_000.0, 172_400.0))
    text = json.dumps(ribbon_chart([source], ("Marsh", "Reed"), ("red", "blue")).to_dict())
    assert "width < 480 ? datum.narrow : datum.wide" in text
    assert '"narrow": "Harabin  272,400"' in text
    # Where votes are compared they have a line of their own, with the digits of a wide screen.
    assert '"narrow": "Marsh\\n100,000"' in text


@pytest.mark.parametrize("votes", [(482_600, 90_900, 58_600, 51_800, 20, 10, 5, 50_000), (1, 1)])
def test_every_name_stands_at_its_block_clear_of_the_others(votes: tuple[int, ...]) -> None:
    sources = [
        RibbonSource(f"{k} other independents", float(n), float(n), (float(n), 0.0, 0.0))
        for k, n in enumerate(votes)
    ]
    chart = ribbon_chart(sources, ("Marsh", "Reed", "don't vote"), ("red", "blue", "grey"))
    spec = chart.to_dict()
    parts = [part for layer in spec["layer"] for part in (layer, *layer.get("layer", []))]
    sets = [part["data"]["values"] for part in parts if "data" in part]
    names = [row for rows in sets for row in rows if "narrow" in row]
    blocks = [row for rows in sets for row in rows if "x2" in row]
    assert len(names) == len(blocks) == len(votes) + 3
    for side, x in (("left", 0), ("right", 1)):
        own = [name for name in names if name["side"] == side]
        at = [
            (b["y"] + b["y2"]) / 2 for b in blocks if x == (b["x"] if side == "left" else b["x2"])
        ]
        assert [name["y"] for name in own] == pytest.approx(at)
        for screen in ("wide", "narrow"):
            half = [LINE_PIXELS * len(name[screen].split("\n")) / 2 for name in own]
            ends = [(n["y"] - h, n["y"] + h) for n, h in zip(own, half, strict=True)]
            assert ends[0][0] >= 0
            assert ends[-1][1] <= spec["height"]
            assert all(above[1] < below[0] for above, below in pairwise(ends))
