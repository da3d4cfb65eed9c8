"""The Student t without SciPy, against SciPy; and as a mixture."""

import numpy as np
import pytest
from scipy import stats

from forecast.stats.scale_mixture import (
    LOG_VARIANCES,
    StudentTable,
    closest_student,
    log_weights,
)


@pytest.mark.parametrize("df", [1.4, 4.8, 30.0])
def test_the_table_has_the_distribution_and_its_quantiles(df):
    table = StudentTable(df)
    x = np.linspace(-8, 8, 101)
    np.testing.assert_allclose(table.cdf(x), stats.t.cdf(x, df), atol=1e-5)
    levels = np.array([0.001, 0.025, 0.3, 0.5, 0.9, 0.999])
    np.testing.assert_allclose(
        table.quantile(levels), stats.t.ppf(levels, df), rtol=5e-3, atol=1e-4
    )


@pytest.mark.parametrize("df", [3.0, 8.0])
def test_the_closest_student_of_a_student_is_itself(df):
    scale, found = closest_student(0.04 * np.exp(LOG_VARIANCES), np.exp(log_weights(df)))
    assert scale == pytest.approx(0.2, rel=0.03)
    assert found == pytest.approx(df, rel=0.12)
