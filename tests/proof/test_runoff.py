"""The runoff model with both rounds known is calibrated, and a wrong one is found out."""

import pytest

from tests.proof.calibration import Calibration, Sampling, calibrate
from tests.proof.elections import arrays, small_race
from tests.proof.ranks import COVERAGES
from tests.proof.runoff import calibrate_runoff, runoff_model

# A right model fails one of the checks here as rarely as once in 300 changes of the seeds.
LEVEL = 0.001
QUICK = Sampling(chains=1)
TINY = arrays(small_race(n_units=4, n_counties=2, typical_votes=60))
DOUBLED = ("runoff.arrivals.shift.sd=12", "runoff.retention.finalist.low=0.3")


def quick(*wrong: str) -> Calibration:
    """200 tiny runoffs; with `wrong` settings the fitted priors are not those of the truth."""
    right = runoff_model(TINY)
    fitted = runoff_model(TINY, wrong) if wrong else right
    return calibrate(fitted, 200, 1, sampling=QUICK, truth_from=right)


@pytest.fixture(scope="module")
def tiny() -> Calibration:
    return quick()


def test_every_scalar_is_calibrated(tiny: Calibration) -> None:
    assert {"loyalty", "arrivals_rate", "log-likelihood"} <= set(tiny.observed)
    assert tiny.smallest_p_value() > LEVEL


@pytest.mark.parametrize("coverage", COVERAGES)
def test_intervals_cover(tiny: Calibration, coverage: float) -> None:
    assert tiny.smallest_coverage_p_value(coverage) > LEVEL


@pytest.mark.slow
def test_wide_priors_are_found_out() -> None:
    assert quick(*DOUBLED).smallest_p_value() < LEVEL


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestInFull:
    @pytest.fixture(scope="class")
    def full(self) -> Calibration:
        return calibrate_runoff()

    def test_every_scalar_is_calibrated(self, full: Calibration) -> None:
        assert full.smallest_p_value() > LEVEL

    @pytest.mark.parametrize("coverage", COVERAGES)
    def test_intervals_cover(self, full: Calibration, coverage: float) -> None:
        assert full.smallest_coverage_p_value(coverage) > LEVEL
