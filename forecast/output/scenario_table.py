"""Scenarios side by side, for a terminal and as JSON."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from forecast.fitted_race import FittedRace
from forecast.output import words
from forecast.output.race_words import (
    finalist_labels,
    learned_words,
    made_line,
    polls_words,
    runoff_line,
)
from forecast.output.terminal import paragraph, table, wrapped
from forecast.race.contest import Race
from forecast.runoff.scenarios import Scenario, ScenarioForecast
from forecast.runoff.summary import Forecast
from forecast.workflow import Simulation

WITHOUT_POLLS, WITH_POLLS = "without polls", "with polls"

# Parts of a forecast that are judgment, what it is called without them, and why.
_PARTS = {
    "judgement": (
        "Without the race-specific priors",
        "priors of the race's own folder left out",
    ),
    "positions": (
        "Without the positions",
        "positions of the race's own folder, from left to right, left out",
    ),
    "blocs": (
        "Without the blocs",
        "every party on its own: blocs of the race's own folder, and positions, left out",
    ),
}


def without_parts(simulation: Simulation) -> list[ScenarioForecast]:
    """The forecast without each of its parts that are judgment, where it has them."""
    made = (
        simulation.without_judgement,
        simulation.without_positions,
        simulation.without_blocs,
    )
    return [
        ScenarioForecast(
            Scenario(f"without_{part}", title, why, {}),
            forecast,
            simulation.without_both.get(part, forecast),
            simulation.without_evidence is not None,
        )
        for (part, (title, why)), forecast in zip(_PARTS.items(), made, strict=True)
        if forecast is not None
    ]


def _why_not(scenario: Scenario, race: Race) -> str:
    lacks = scenario.lacks(race)
    if lacks:
        return f"the race has no {' and no '.join(lacks)}"
    return "the turnout that is forecast is as low already"


def scenario_lines(
    found: Sequence[ScenarioForecast],
    fitted: FittedRace,
    polls_to: date | None = None,
    wanted: Sequence[Scenario] = (),
) -> list[str]:
    """Each scenario: chance of the first finalist, median and 90% of the margin, turnout.

    Where there are polls a row with them and one without, for they pull every scenario back.

    Parameters
    ----------
    found
        The scenarios, the forecast as it is first.
    fitted
        The race.
    polls_to
        Last day of the polls that the forecast is given, None without polls.
    wanted
        The scenarios that were asked for; those that the race lacks something for are named.
    """
    contest = fitted.race.contest
    labels = finalist_labels(contest)
    initials = words.initials(labels)
    given = found[0].has_evidence
    rows = [["scenario", labels[0], "margin", "90%", "turnout"]]
    for entry in found:
        if not given:
            rows.append([entry.scenario.title, *_numbers(entry.forecast, initials)])
            continue
        # Polls that contradict a scenario leave few of its draws: nothing is known then.
        polled = _numbers(entry.forecast, initials) if entry.has_evidence else ["-"] * 4
        rows += [
            [entry.scenario.title, *[""] * 4],
            [f"  {WITH_POLLS}", *polled],
            [f"  {WITHOUT_POLLS}", *_numbers(entry.without_evidence, initials)],
        ]
    error = max(entry.forecast.finalists[0].monte_carlo_error for entry in found)
    draws = found[0].forecast.n_draws
    fewest = min(entry.forecast.n_draws for entry in found)
    fewer = f" ({fewest:,} where a part is left out)" if fewest < draws else ""
    note = (
        f"chance to win with a simulation error of {words.error_at_most(error)}, "
        f"{draws:,} draws{fewer}, one fit and one seed. {labels[0]} leads where the "
        f"margin says {initials[0]}. A scenario says what would follow, not how likely it is."
    )
    if given:
        note += (
            f' "{WITHOUT_POLLS}" is the scenario alone, what its title promises; '
            f'"{WITH_POLLS}" weighs its draws by the polls, which pull it back to what they say. '
            '"-": the polls contradict it.'
        )
    shown = {entry.scenario.name for entry in found}
    note += "".join(
        f" Left out: {scenario.title}; {_why_not(scenario, fitted.race)}."
        for scenario in wanted
        if scenario.name not in shown
    )
    return [
        *wrapped(runoff_line(fitted.race)),
        *wrapped(
            f"{made_line(fitted.as_of, contest.runoff < date.today())}; "
            f"{learned_words(fitted.priors.learned_to, fitted.as_of)}; {polls_words(polls_to)}"
        ),
        "",
        *table(rows, "lrlll", gap=2),
        "",
        *paragraph("", note, column=2),
    ]


def _numbers(forecast: Forecast, initials: tuple[str, str]) -> list[str]:
    return [
        words.chance(forecast.finalists[0].win_probability),
        words.lead(forecast.margin.q50, initials),
        words.lead_interval(forecast.margin, 90, initials),
        words.rounded_votes(forecast.turnout.q50),
    ]


def scenario_document(found: Sequence[ScenarioForecast], fitted: FittedRace) -> dict[str, Any]:
    """The same for a program: shares and margins as fractions, votes as counts."""
    learned_to = fitted.priors.learned_to
    return {
        "schema_version": 1,
        "race": fitted.race.contest.id,
        "as_of": fitted.as_of.isoformat(),
        "learned_to": None if learned_to is None else learned_to.isoformat(),
        "draws": found[0].forecast.n_draws,
        "seed": found[0].forecast.seed,
        "scenarios": [
            {
                "name": entry.scenario.name,
                "title": entry.scenario.title,
                "why": entry.scenario.why,
                "priors": dict(entry.scenario.priors),
                "finalists": [
                    {
                        "name": finalist.name,
                        "win_probability": finalist.win_probability,
                        "monte_carlo_error": finalist.monte_carlo_error,
                    }
                    for finalist in entry.forecast.finalists
                ],
                "given_evidence": entry.has_evidence,
                "without_evidence": [
                    finalist.win_probability for finalist in entry.without_evidence.finalists
                ],
                "margin": vars(entry.forecast.margin),
                "turnout": vars(entry.forecast.turnout),
                "without_polls": _basis(entry.without_evidence),
                "with_polls": _basis(entry.forecast) if entry.has_evidence else None,
            }
            for entry in found
        ],
    }


def _basis(forecast: Forecast) -> dict[str, Any]:
    """One basis of a scenario: chances of both finalists, margin and turnout."""
    return {
        "win_probability": [finalist.win_probability for finalist in forecast.finalists],
        "margin": vars(forecast.margin),
        "turnout": vars(forecast.turnout),
    }
