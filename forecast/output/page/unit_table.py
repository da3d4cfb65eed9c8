"""The forecast of every unit as a table."""

from typing import Any

import numpy as np

from forecast.output import words
from forecast.output.page.column_words import (
    columns_words,
    measures_of,
    round_one_words,
    swing_in_full,
    turnout_of_words,
)
from forecast.output.page.figure_table import Shown, Table
from forecast.output.page.page_inputs import PageInputs
from forecast.output.race_words import county_name, full_name, party_plural, unit_name
from forecast.output.turnout_words import MEAN_VOTES

# A cell of a unit without votes; the CSV has it empty.
NOTHING = Shown("–", "")


def unit_table(inputs: PageInputs) -> Table:
    """The forecast of every unit, a row each."""
    units, labels, race = inputs.unit_forecasts, inputs.labels, inputs.simulation.race
    returns, has_turnout, rows = race.first_round, "turnout" in measures_of(inputs), []
    for index in range(returns.n_units):
        if not units.has_votes[index]:
            rows.append(
                (
                    unit_name(race, returns.unit_names[index]),
                    *[county_name(race, returns.counties[index])] * inputs.has_counties,
                    *(NOTHING, NOTHING, Shown(NOTHING, "", ""), NOTHING, NOTHING),
                    Shown.votes(float(units.votes[index])),
                    *[NOTHING] * has_turnout,
                )
            )
            continue
        margin = float(units.margin[index])
        rows.append(
            (
                unit_name(race, returns.unit_names[index]),
                *[county_name(race, returns.counties[index])] * inputs.has_counties,
                _shown(_percent(units.first_round[index]), units.first_round[index]),
                Shown(words.lead(margin, labels), 100 * margin),
                Shown(
                    f"{100 * units.low[index]:.0f} to {100 * units.high[index]:.0f}",
                    100 * units.low[index],
                    100 * units.high[index],
                ),
                _shown(words.chance(float(units.wins[index])), units.wins[index]),
                _shown(_signed(units.change[index]), units.change[index]),
                Shown.votes(float(units.votes[index])),
                *[_shown(_percent(units.turnout[index]), units.turnout[index])] * has_turnout,
            )
        )
    columns = (
        inputs.unit_noun,
        *[inputs.county_noun] * inputs.has_counties,
        round_one_words(inputs),
        Shown("expected margin", f"expected margin of {labels[0]}, points"),
        f"{labels[0]}, % (90%)",
        f"chance that {labels[0]} leads, %",
        Shown("swing, points", swing_in_full(inputs)),
        MEAN_VOTES,
        *[turnout_of_words(inputs)] * has_turnout,
    )
    made = Table(
        f"Every {inputs.unit_noun}",
        columns,
        tuple(rows),
        returns.unit_ids,
        tuple(_why_of_unit(inputs, index) for index in range(returns.n_units)),
        names=1 + inputs.has_counties,
        remark=f"{columns_words(inputs)}.",
    )
    largest = np.argsort(-units.votes, kind="stable").tolist()
    return made.on_paper(largest, "with the most expected votes")


def _why_of_unit(inputs: PageInputs, index: int) -> str:
    """Where the votes of a unit come from: its choices in round one, and who was absent."""
    race, units = inputs.simulation.race, inputs.simulation.units
    if not inputs.unit_forecasts.has_votes[index]:
        return "Nobody voted here in round one, and no votes are expected in the runoff."
    counts = race.first_round.counts[index]
    first, second = race.finalist_index
    parts = [
        f"{counts[side]:,} voted for {label}"
        for side, label in zip((first, second), inputs.labels, strict=True)
    ]
    eliminated: dict[str, int] = {}
    for candidate, bloc in enumerate(race.candidate_blocs):
        if candidate not in (first, second, *race.not_candidate_index):
            eliminated[bloc] = eliminated.get(bloc, 0) + int(counts[candidate])
    parts += [
        f"{votes:,} for other {party_plural(race, bloc)}"
        for bloc, votes in eliminated.items()
        if votes
    ]
    if race.contest.not_candidates:
        nobody = int(counts[list(race.not_candidate_index)].sum())
        names = " and ".join(full_name(race, name) for name in race.contest.not_candidates)
        parts.append(f"{nobody:,} for nobody: {names}")
    absent = float(units.eligible[index]) - float(counts.sum())
    known = "registered voters" if units.eligible_known else "assumed voters"
    return (
        f"In round one {', '.join(parts)}; {words.rounded_votes(max(absent, 0))} of the {known} "
        "did not vote. The forecast assumes that these groups move as in the whole race, "
        f"adjusted for how the {inputs.unit_noun} leans."
    )


def _shown(text: str, share: Any) -> Shown:
    """A share or chance, whose number is in percent; empty where it is not known."""
    return Shown(text, 100 * float(share) if np.isfinite(share) else "")


def _percent(value: float) -> str:
    return f"{100 * value:.0f}" if np.isfinite(value) else "unknown"


def _signed(value: float) -> str:
    return words.signed(100 * value) if np.isfinite(value) else "unknown"
