"""Forecasts of units, a county and the race cover the runoffs that they could not see."""

import pytest

from tests.proof.calibration import Calibration
from tests.proof.forecasts import calibrate_forecast
from tests.proof.ranks import COVERAGES

LEVEL = 0.001


@pytest.mark.slow
@pytest.mark.timeout(3600)
class TestInFull:
    @pytest.fixture(scope="class")
    def full(self) -> Calibration:
        return calibrate_forecast()

    def test_true_votes_rank_evenly(self, full: Calibration) -> None:
        assert {"share, race", "first's votes, smallest unit"} <= set(full.observed)
        assert full.smallest_p_value() > LEVEL

    @pytest.mark.parametrize("coverage", COVERAGES)
    def test_intervals_cover(self, full: Calibration, coverage: float) -> None:
        assert full.smallest_coverage_p_value(coverage) > LEVEL
