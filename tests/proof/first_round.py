"""Calibration of the first-round model against counts drawn without its code."""

from collections.abc import Callable
from functools import partial

import pymc as pm

from forecast.diagnose.field_model import build_field_model
from forecast.first_round.model import build_first_round_model
from forecast.priors.layers import load_priors
from forecast.race.contest import Race
from tests.proof.calibration import Calibration, calibrate
from tests.proof.elections import arrays, draw_first_round, predict_units, small_race

N_SIMULATIONS, SEED = 500, 20170418


def first_round_model(race: Race, settings: tuple[str, ...] = ()) -> pm.Model:
    """Both models of a race as one, under the default priors with changes."""
    priors, units = load_priors(settings=list(settings)).first_round, arrays(race)
    with pm.Model() as whole:  # what is built inside becomes part of it
        build_first_round_model(units, priors)
        build_field_model(units, priors, race.first_round.candidates)
    return whole


def calibrate_first_round(notify: Callable[[str], None] = lambda _: None) -> Calibration:
    """The full calibration: turnout, lean and two fields in 36 units of three counties."""
    race = small_race()
    units = arrays(race)
    return calibrate(
        first_round_model(race),
        N_SIMULATIONS,
        SEED,
        simulate=partial(draw_first_round, units),
        predict=partial(predict_units, units),
        notify=notify,
    )
