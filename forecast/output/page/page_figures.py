"""Every figure by its kind: what `forecast plot` draws, and the page shows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from forecast.errors import InputError
from forecast.output.page.column_words import MEASURES
from forecast.output.page.figure_kinds import FigureKind
from forecast.output.page.flow_figure import flows
from forecast.output.page.history_figure import history
from forecast.output.page.hundred_figure import hundred
from forecast.output.page.outcome_figures import margin, turnout
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.place_figures import counties, unit_map
from forecast.output.page.poll_figure import polls
from forecast.output.page.record_figure import record
from forecast.output.page.what_if_figures import scenarios, tornado

Builder = Callable[[PageInputs], Figure]

# In the order of the page.
FIGURES: Mapping[FigureKind, Builder] = {
    FigureKind.HUNDRED: hundred,
    FigureKind.MARGIN: margin,
    FigureKind.HISTORY: history,
    FigureKind.MAP: unit_map,
    FigureKind.COUNTIES: counties,
    FigureKind.FLOWS: flows,
    FigureKind.TURNOUT: turnout,
    FigureKind.POLLS: polls,
    FigureKind.SCENARIOS: scenarios,
    FigureKind.TORNADO: tornado,
    FigureKind.RECORD: record,
}
# The map by another measure, for an article: "map-wins".
MAPS: Mapping[FigureKind, Builder] = {
    FigureKind(f"map-{measure}"): partial(unit_map, measure=measure) for measure in MEASURES
}
KINDS = (*FIGURES, *MAPS)


def figure(kind: str, inputs: PageInputs) -> Figure:
    """Make one figure.

    Parameters
    ----------
    kind
        One of `KINDS`.
    inputs
        The forecast that it shows.

    Raises
    ------
    InputError
        When there is no such kind; the message lists them.
    """
    if kind not in KINDS:
        raise InputError(f"no figure named {kind!r}; the figures are: {', '.join(KINDS)}")
    made = {**FIGURES, **MAPS}[FigureKind(kind)](inputs)
    return replace(made, credit=inputs.credit)
