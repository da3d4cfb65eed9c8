"""The forecast that is published, as `forecast simulate` makes it, beside the official result."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from forecast.errors import InputError
from forecast.learn.training_table import shipped_table
from forecast.record.finished_races import finished_of
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.score.backtest import benchmark_scores, benchmarks_left_out
from forecast.score.benchmarks import FittedBenchmarks
from forecast.score.flow_bounds import flow_scores
from forecast.score.forecaster import MAX_UNIT_DRAWS, MAX_UNIT_NUMBERS
from forecast.score.holdout import LeftOut, training_races
from forecast.score.one_race import RaceScore, county_scores
from forecast.score.row import RowSource, make_row, oriented
from forecast.score.training_fit import TrainingFit, training_table
from forecast.workflow import Simulation

PUBLISHED = "published"


def score_published(simulation: Simulation) -> RaceScore:
    """Score a forecast as it was made: its draws, its evidence, its finalists in their order.

    The simple forecasts beside it learn from the runoffs that ship, up to the day of the forecast.

    Parameters
    ----------
    simulation
        The forecast, with flows.

    Raises
    ------
    InputError
        When the runoff is not known.
    """
    finished = finished_of(simulation.race, simulation.folder)
    if finished is None:
        raise InputError(
            f"the result of {simulation.race.contest.id} is not known: its folder has no runoff "
            "table; import it with `forecast data import FILE --as runoff`"
        )
    draws = _with_units(simulation)
    fitted = _simple_forecasts(simulation)
    scores = benchmark_scores(fitted, oriented(finished))
    source = RowSource(PUBLISHED, fitted.n_races, 0.0, scores)
    runoff, present = finished.unit_votes()
    names = finished.race.first_round.candidates
    return RaceScore(
        make_row(finished, simulation.units, draws, source),
        county_scores(finished, simulation.units, draws),
        flow_scores(simulation.units, draws, runoff, present, names),
        benchmarks_left_out(fitted, oriented(finished)),
    )


def _simple_forecasts(simulation: Simulation) -> TrainingFit:
    """The benchmarks, learned by the day of the forecast."""
    table = training_table(shipped_table())
    training = training_races(table, LeftOut(before=simulation.as_of + timedelta(days=1)))
    return TrainingFit(None, FittedBenchmarks.of(training), len(training))


def _with_units(simulation: Simulation) -> RunoffDraws:
    """The draws of the forecast, with votes of units in the first of them."""
    draws, units = simulation.draws, simulation.units
    kept = min(MAX_UNIT_DRAWS, MAX_UNIT_NUMBERS // units.n_units, draws.n_simulated)
    votes = simulate_runoffs(
        units,
        simulation.fit.posterior,
        simulation.priors.runoff,
        n_draws=kept,
        seed=draws.seed,
        keep=Keep(unit_draws=kept),
    ).unit_votes
    copies = draws.copies
    return replace(
        draws, unit_votes=votes if copies is None else np.repeat(votes, copies[:kept], axis=0)
    )
