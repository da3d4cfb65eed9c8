"""What the priors alone imply of a runoff, before anything is fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from forecast.defaults import DEFAULT_DRAWS, DEFAULT_ERROR, DEFAULT_SEED
from forecast.evidence.conditioning import draw_conditioned
from forecast.evidence.protocol import Evidence
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.prior_set import PriorSet
from forecast.race.prepared import PreparedRace
from forecast.runoff.simulation import simulate_runoffs
from forecast.runoff.summary import Forecast, summarize
from forecast.stats.distributions import logit

# Beyond these a prior is more likely a slip than a belief.
CERTAIN = 0.999
MAX_MARGIN_WIDTH = 0.8
MAX_TURNOUT = 0.9
MIN_TURNOUT_RATIO = 0.05


@dataclass(frozen=True, eq=False)
class PriorPredictive:
    """The forecast that follows from the priors, and what looks absurd about it.

    Attributes
    ----------
    forecast
        Without evidence from after round one.
    given
        The same given evidence, None where there is none.
    warnings
        What no runoff has looked like, with the priors to look at.
    """

    forecast: Forecast
    given: Forecast | None
    warnings: tuple[str, ...]


def prior_predictive(
    prepared: PreparedRace,
    priors: PriorSet,
    evidence: Sequence[Evidence] = (),
    *,
    n_draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
) -> PriorPredictive:
    """Simulate the runoff from the priors and the first-round counts, without a fit.

    In place of the fitted lean and turnout of a unit stand its own counts, which moves the
    arrivals a little and nothing else.

    Parameters
    ----------
    prepared
        The race, prepared.
    priors
        Resolved priors.
    evidence
        What came in after round one.
    n_draws, seed
        Number of draws and seed of the simulation: those of `forecast simulate`.
    """
    units = prepared.units
    sides = units.side_votes.sum(axis=0) + 0.5
    lean = np.full((1, len(units.county_names)), logit(sides[0] / sides.sum()))
    one = np.ones(1, dtype=np.float32)
    unfitted = FirstRoundPosterior(
        lean_level=lean.astype(np.float32),
        lean_slopes=np.zeros((1, units.lean_covariates.shape[1]), dtype=np.float32),
        lean_concentration=one,
        turnout_level=np.zeros((1, len(units.county_names)), dtype=np.float32),
        turnout_slopes=np.zeros((1, units.turnout_covariates.shape[1]), dtype=np.float32),
        turnout_concentration=one,
    )
    simulate_some = partial(simulate_runoffs, units, unfitted, priors.runoff, seed=seed)
    found = draw_conditioned(simulate_some, evidence, n_draws, DEFAULT_ERROR / 100, seed)
    forecast = summarize(found.simulated, prepared.race, units)
    turnout = forecast.turnout
    warnings = _warnings(
        forecast,
        highest_turnout=turnout.q975 / float(units.eligible.sum()),
        ratio=turnout.q50 / max(float(units.valid_votes.sum()), 1.0),
    )
    given = summarize(found.draws, prepared.race, units) if evidence else None
    return PriorPredictive(forecast, given, warnings)


def _warnings(forecast: Forecast, highest_turnout: float, ratio: float) -> tuple[str, ...]:
    """What no runoff has looked like, with the priors to look at."""
    found = []
    chance = max(finalist.win_probability for finalist in forecast.finalists)
    if chance > CERTAIN:
        found.append(
            "one finalist wins in almost every draw before anything is known of the runoff: "
            "look at runoff.error.race_lean and runoff.transfer"
        )
    width = forecast.margin.q975 - forecast.margin.q025
    if width > MAX_MARGIN_WIDTH:
        found.append(
            f"the 95% interval of the margin is {100 * width:.0f} points wide: look at "
            "runoff.error and runoff.transfer"
        )
    if highest_turnout > MAX_TURNOUT:
        found.append(
            f"turnout reaches {100 * highest_turnout:.0f}% of those who can vote: look at "
            "runoff.arrivals.rate"
        )
    if ratio < MIN_TURNOUT_RATIO:
        found.append(f"the votes fall to {100 * ratio:.0f}% of round one: look at runoff.retention")
    return tuple(found)
