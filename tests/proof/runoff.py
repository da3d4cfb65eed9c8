"""Calibration of the runoff model with both rounds known."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pymc as pm

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.layers import load_priors
from forecast.race.units import UnitData
from tests.proof.calibration import Calibration, Sampling, calibrate
from tests.proof.elections import arrays, small_race
from tests.runoff.pymc_runoff import KnownLean, build_runoff_model

N_SIMULATIONS, SEED = 500, 20170620
SAMPLING = Sampling(tune=500, draws=600, target_accept=0.95)


def known_first_round(units: UnitData) -> FirstRoundPosterior:
    """One sample of a posterior: the runoff model takes the first round as known."""
    n_counties = len(units.county_names)
    values = {
        "lean_level": np.full((1, n_counties), 0.1),
        "lean_slopes": np.full((1, len(units.lean_names)), 0.4),
        "lean_concentration": np.full(1, 80.0),
        "turnout_level": np.full((1, n_counties), -0.3),
        "turnout_slopes": np.full((1, len(units.turnout_names)), 0.1),
        "turnout_concentration": np.full(1, 60.0),
    }
    assert set(values) == {field.name for field in fields(FirstRoundPosterior)}
    return FirstRoundPosterior(**{name: v.astype(np.float32) for name, v in values.items()})


def runoff_model(units: UnitData, settings: tuple[str, ...] = ()) -> pm.Model:
    """The model of these units with some runoff observed, under the default priors."""
    priors = load_priors(settings=list(settings)).runoff
    known = KnownLean.of(units, known_first_round(units))
    placeholder = units.candidate_votes[:, list(units.finalists)]
    return build_runoff_model(units, known, priors, observed=placeholder)


def calibrate_runoff(notify: Callable[[str], None] = lambda _: None) -> Calibration:
    """The full calibration: every free parameter of the model, whatever it is called."""
    units = arrays(small_race(n_units=24, typical_votes=120))
    return calibrate(runoff_model(units), N_SIMULATIONS, SEED, sampling=SAMPLING, notify=notify)
