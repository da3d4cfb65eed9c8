"""The first-round model is calibrated, its intervals cover, and a wrong model is found out."""

from functools import partial

import pytest

from tests.proof.calibration import Calibration, Sampling, calibrate
from tests.proof.elections import (
    WITHOUT_FIELD,
    arrays,
    draw_first_round,
    predict_units,
    small_race,
    without_registered,
)
from tests.proof.first_round import calibrate_first_round, first_round_model
from tests.proof.ranks import COVERAGES

# A right model fails one of the checks here as rarely as once in 300 changes of the seeds.
LEVEL = 0.001
QUICK = Sampling(chains=1)
# Few small units of one county: the priors must show in the posterior, or a wrong one can't.
TINY = without_registered(
    small_race(n_units=6, n_counties=1, typical_votes=15, candidates=WITHOUT_FIELD)
)
# Twice the size that the truth is drawn from.
DOUBLED = ("first_round.lean.unit_spread.scale=16", "first_round.lean.slope.sd=40")


def quick(*wrong: str) -> Calibration:
    """150 tiny elections; with `wrong` settings the fitted priors are not those of the truth."""
    units = arrays(TINY)
    right = first_round_model(TINY)
    return calibrate(
        first_round_model(TINY, wrong) if wrong else right,
        150,
        1,
        sampling=QUICK,
        truth_from=right,
        simulate=partial(draw_first_round, units),
        predict=partial(predict_units, units),
    )


@pytest.fixture(scope="module")
def tiny() -> Calibration:
    return quick()


def test_lean_is_calibrated(tiny: Calibration) -> None:
    names = {"lean_level", "lean_slopes[0]", "lean_unit_spread", "lean unit", "log-likelihood"}
    assert names <= set(tiny.observed)
    assert tiny.smallest_p_value() > LEVEL


@pytest.mark.parametrize("coverage", COVERAGES)
def test_intervals_cover(tiny: Calibration, coverage: float) -> None:
    assert tiny.smallest_coverage_p_value(coverage) > LEVEL


def test_doubled_priors_are_found_out() -> None:
    assert quick(*DOUBLED).smallest_p_value() < LEVEL


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestInFull:
    @pytest.fixture(scope="class")
    def full(self) -> Calibration:
        return calibrate_first_round()

    def test_every_scalar_is_calibrated(self, full: Calibration) -> None:
        assert full.smallest_p_value() > LEVEL
        assert full.divergences.mean() < 1

    @pytest.mark.parametrize("coverage", COVERAGES)
    def test_intervals_cover(self, full: Calibration, coverage: float) -> None:
        assert full.smallest_coverage_p_value(coverage) > LEVEL
