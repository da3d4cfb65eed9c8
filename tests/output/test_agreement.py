"""One simulation, one set of numbers: terminal, JSON document and page say the same."""

import re
from pathlib import Path

import numpy as np
import pytest

from forecast.output import words
from forecast.output.document import document
from forecast.output.flow_table import ABSENT
from forecast.output.forecast_text import render
from forecast.output.page.flow_figure import flows
from forecast.output.page.hundred_figure import hundred
from forecast.output.page.outcome_figures import margin, turnout
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.place_figures import counties
from forecast.race.person_names import readable_name
from forecast.runoff.summary import DID_NOT_VOTE, Summary
from forecast.workflow import Simulation


@pytest.fixture
def inputs(simulation: Simulation, tmp_path: Path) -> PageInputs:
    return PageInputs(simulation, tmp_path)


def test_the_odds_agree(inputs: PageInputs) -> None:
    simulation = inputs.simulation
    probability = document(simulation)["finalists"][0]["win_probability"]
    odds = words.chances(probability)
    assert re.findall(r" (\d+%)  about", render(simulation)) == list(odds)
    assert f"{inputs.labels[0]}'s chance to win is {odds[0]}." in margin(inputs).summary
    assert hundred(inputs).title.endswith(
        f"{inputs.labels[0]} wins {odds[0][:-1]}, {inputs.labels[1]} {odds[1][:-1]}"
    )
    # The draws themselves say so too: a tie counts half.
    votes = simulation.draws.votes
    won = (votes[:, 0] > votes[:, 1]).mean() + 0.5 * (votes[:, 0] == votes[:, 1]).mean()
    assert probability == pytest.approx(won)


def test_margin_and_turnout_agree(inputs: PageInputs) -> None:
    content, text = document(inputs.simulation), render(inputs.simulation)
    of_margin, of_turnout = content["margin"], dict(content["turnout"])
    of_turnout.pop("share_of_registered")
    median, *intervals = margin(inputs).table.rows
    assert median[:2] == ("median", words.lead(of_margin["q50"], inputs.labels))
    assert intervals[-1][2:] == tuple(
        words.lead(of_margin[end], inputs.labels) for end in ("q025", "q975")
    )
    assert words.lead_interval(Summary(**of_margin), 95, inputs.initials) in text
    rows = turnout(inputs).table.rows
    assert rows[0][1] == words.rounded_votes(of_turnout["q50"])
    assert words.vote_interval(Summary(**of_turnout), 95) in text
    low, high = Summary(**of_turnout).interval(95)
    assert rows[3][2:4] == (words.rounded_votes(low), words.rounded_votes(high))


def test_counties_agree_and_add_up(inputs: PageInputs) -> None:
    simulation = inputs.simulation
    content, text = document(simulation)["counties"], render(simulation)
    by_name = {readable_name(county["name"]): county for county in content}
    for name, units, lead, _, share, votes in counties(inputs).table.rows:
        county = by_name[name]
        assert units == f"{county['units']:,}"
        assert lead == words.lead(county["margin"]["q50"], inputs.labels)
        assert share == words.share(county["finalists"][0]["share"]["q50"])
        assert votes == words.rounded_votes(county["turnout"]["q50"])
        assert re.search(rf"  {name} +{units} +{share} .* {votes}\n", text)
    # Votes add up where shares do not: means of the counties are the mean of the race.
    total = sum(county["turnout"]["mean"] for county in content)
    assert total == pytest.approx(document(simulation)["turnout"]["mean"])


def test_flows_agree_and_keep_every_voter(inputs: PageInputs) -> None:
    simulation = inputs.simulation
    content = document(simulation)["flows"]
    table = flows(inputs).table
    for row in table.rows:
        name = re.sub(r" \([\w.]+\)$", "", row[0])
        # JSON keeps the name that it has had; people read "non-voters in round one".
        source = DID_NOT_VOTE if name == ABSENT else name
        own = [flow for flow in content if readable_name(flow["from"]) == source]
        said = [cell.partition(" (")[0] for cell in row[2:]]
        assert said == [words.rounded_votes(flow["mean"]) for flow in own]
        # (finalist, finalist, not voting) of one choice are all of its voters.
        np.testing.assert_allclose(sum(flow["mean_share"] for flow in own), 1)
    assert "where the votes go" in render(simulation)
