"""Scenarios side by side, for a terminal and as JSON."""

import textwrap
from collections.abc import Sequence
from typing import Any

from forecast.output import words
from forecast.output.terminal import WIDTH, table
from forecast.race.contest import Contest
from forecast.runoff.scenarios import ScenarioForecast

TITLE_WIDTH = 26


def scenario_lines(found: Sequence[ScenarioForecast], contest: Contest) -> list[str]:
    """A row a scenario: odds of the first finalist, median and 90% of the margin, turnout."""
    first, second = words.short_names(contest.finalists)
    labels, initials = (first, second), words.initials((first, second))
    rows = [["scenario", f"{first} wins", "margin", "90%", "turnout"]]
    for entry in found:
        forecast = entry.forecast
        odds = words.odds(forecast.finalists[0].win_probability)[0]
        numbers = [
            odds,
            words.lead(forecast.margin.q50, initials),
            words.lead_interval(forecast.margin, 90, initials),
            words.rounded_votes(forecast.turnout.q50),
        ]
        title = textwrap.wrap(entry.scenario.title, TITLE_WIDTH)
        rows.append([title[0], *numbers])
        rows += [[f"  {more}", "", "", "", ""] for more in title[1:]]
    error = 100 * max(entry.forecast.finalists[0].monte_carlo_error for entry in found)
    note = (
        f"odds ±{error:.1f} in 100 or less from {found[0].forecast.n_draws:,} draws; all share one "
        f"fit and one seed, and no polls. {labels[0]} leads where the margin says {initials[0]}. "
        "A scenario says what would follow, not how likely it is."
    )
    return [
        *table(rows, "lllll", gap=2),
        "",
        *textwrap.wrap(note, WIDTH - 2, initial_indent="  ", subsequent_indent="  "),
    ]


def scenario_document(found: Sequence[ScenarioForecast]) -> dict[str, Any]:
    """The same for a program: shares and margins as fractions, votes as counts."""
    return {
        "schema_version": 1,
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
                "margin": vars(entry.forecast.margin),
                "turnout": vars(entry.forecast.turnout),
            }
            for entry in found
        ],
    }
