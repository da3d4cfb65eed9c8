"""What a notebook shows of a forecast at the end of a cell: its headline, as HTML."""

from html import escape

from forecast import workflow
from forecast.output import words
from forecast.output.forecast_text import health
from forecast.output.known_result import is_retrospective, result_of
from forecast.output.race_words import (
    finalist_labels,
    made_line,
    party_in_full,
    readable_in,
    result_label,
    result_words,
    runoff_line,
)
from forecast.output.without_words import without_parts
from forecast.workflow import Simulation, simulate

__all__ = ["forecast_html", "simulate"]

INTERVALS = (50, 80, 95)


def forecast_html(simulation: Simulation) -> str:
    """Odds, margin and turnout of a forecast with its day, result and checks, as HTML."""
    forecast, race = simulation.forecast, simulation.race
    labels = finalist_labels(simulation.race.contest)
    initials = words.initials(labels)
    result = result_of(simulation)
    made = made_line(simulation.as_of, is_retrospective(simulation, result))
    said = "" if result is None else result_words(result, labels)
    known = f" {result_label(race)}: {said}." if said else ""
    percents = words.chances(forecast.finalists[0].win_probability)
    tags = [party_in_full(race, index) for index in race.finalist_index]
    odds = [
        [
            f"{readable_in(race, finalist.name)} {tag}".strip(),
            percent,
            words.chance_in_words(finalist.win_probability),
        ]
        for finalist, percent, tag in zip(forecast.finalists, percents, tags, strict=True)
    ]
    middle = [
        "median",
        words.lead(forecast.margin.q50, labels),
        words.rounded_votes(forecast.turnout.q50),
    ]
    intervals = [
        [
            f"{percent}%",
            words.lead_interval(forecast.margin, percent, initials),
            words.vote_interval(forecast.turnout, percent),
        ]
        for percent in INTERVALS
    ]
    error = words.simulation_error(forecast.finalists[0].monte_carlo_error)
    parts = without_parts(simulation)
    without = f" {labels[0]}: {'; '.join(parts)}." if parts else ""
    said = health(simulation.fit.diagnosis)
    return "".join(
        [
            f"<div><p><strong>{escape(runoff_line(race))}</strong><br>{escape(made)}."
            f"{escape(known)}</p>",
            _table(("finalist", "chance", "in words"), odds),
            _table(("", "margin, points", "turnout"), [middle, *intervals]),
            f"<p>{forecast.n_draws:,} draws, simulation error {error} points (model error not "
            f"included).{escape(without)} {escape(said[:1].upper() + said[1:])}.</p></div>",
        ]
    )


def _table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


workflow.show_in_notebooks(forecast_html)
