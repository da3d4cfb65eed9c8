"""The PyMC model against the NumPy reading of one race."""

import numpy as np
import pymc as pm
import pytest

from forecast.learn.calibration import calibrate, informed, synthetic_table
from forecast.learn.coefficient_draws import PosteriorDraws, natural_draws
from forecast.learn.design import design_of
from forecast.learn.effects import layout_of
from forecast.learn.hierarchical_model import Predicted, build_model
from forecast.learn.hierarchical_priors import load_hierarchy_priors
from forecast.learn.race_draws import race_draws, variance
from forecast.learn.workshop import LAPLACE, NUTS, Workshop
from tests.learn.hierarchy_helpers import NOWHERE

# Days of fewer races than have an effect of their own: the days are in the variance then.
TABLE = synthetic_table(np.random.default_rng(5), 12)


def test_the_model_and_the_reading_of_one_race_say_the_same() -> None:
    rows = [finished.row for finished in TABLE]
    layout, priors = layout_of(rows), load_hierarchy_priors()
    odds = np.array([finished.log_odds for finished in TABLE])
    model, said = build_model(design_of(rows, layout), odds, odds, layout, priors)
    outputs = model.replace_rvs_by_values([*vars(said).values()])
    function = pm.pytensorf.compile(model.value_vars, outputs, mode="FAST_COMPILE")
    sizes = [int(np.prod(v.type.shape)) for v in model.value_vars]
    names = [v.name for v, n in zip(model.value_vars, sizes, strict=True) for _ in range(n)]
    vector = np.random.default_rng(6).standard_normal(len(names))
    # Sizes of what is drawn anew for every race all but 0, so that both say one number.
    for at, name in enumerate(names):
        if name.startswith(("size.day_", "size.triple", "size.turnout_day")):
            vector[at] = -60.0
    expected = Predicted(*function(*np.split(vector, np.cumsum(sizes)[:-1])))
    values, labels = natural_draws(vector[None], names, layout, priors, rows)
    posterior = PosteriorDraws(values, labels, NOWHERE)
    for at, row in enumerate(rows):
        one = race_draws(posterior, row, np.random.default_rng(7))
        np.testing.assert_allclose(one.location, expected.location[at], atol=1e-8)
        np.testing.assert_allclose(variance(one, row), expected.variance[at], rtol=1e-8)
        np.testing.assert_allclose(one.turnout, expected.turnout[at], atol=1e-8)
        np.testing.assert_allclose(one.turnout_scale**2, expected.turnout_variance[at], rtol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "n_records"), [(LAPLACE, 100), (NUTS, 20)])
def test_fits_to_simulated_records_are_calibrated(method: str, n_records: int) -> None:
    """Ranks of the truth: intervals hold it as often as they say, the sizes among them.

    Variables of one record are alike, so errors are those of the records' means. The normal
    approximation may leave the sizes three points too narrow.
    """
    rng = np.random.default_rng(8)
    workshop = Workshop.of(synthetic_table(rng, 60))
    ranks = calibrate(workshop, rng, n_records, method=method)
    sizes = informed(ranks, [name for name in set(ranks.names) if name.startswith("size.")])
    others = informed(ranks, [name for name in set(ranks.names) if not name.startswith("size.")])
    for level in (0.5, 0.8, 0.95):
        for part, approximate in ((sizes, 0.03), (others, 0.01)):
            held = (np.abs(part.ranks - 0.5) <= level / 2).mean(axis=1)
            error = held.std() / np.sqrt(n_records)
            slack = approximate if method == LAPLACE else 0.0
            assert abs(part.coverage(level) - level) < 4 * error + slack
