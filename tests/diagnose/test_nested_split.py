"""The nested split: known special cases, sums to one, free spreads, and NumPy beside PyMC."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from forecast.diagnose.nested_split import draw_split, nested_split, sticks
from forecast.diagnose.posterior_predictive import Expected, log_likelihood

SHARES = np.array([[0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.9, 0.06, 0.04]])
TRIALS = np.array([10, 300, 7])
COUNTS = np.array([[6, 3, 1], [40, 200, 60], [7, 0, 0]])


def model(concentrations: tuple[float, ...]) -> pm.Model:
    with pm.Model() as built:
        nested_split("votes", TRIALS, SHARES, np.array(concentrations), COUNTS)
    return built


def log_probabilities(concentrations: tuple[float, ...], counts: np.ndarray) -> np.ndarray:
    return np.asarray(pm.logp(model(concentrations)["votes"], counts).eval())


def test_one_concentration_for_all_is_the_dirichlet_multinomial() -> None:
    for found, share, count, trials in zip(
        log_probabilities((20.0, 20.0), COUNTS), SHARES, COUNTS, TRIALS, strict=True
    ):
        known = stats.dirichlet_multinomial.logpmf(count, 20 * share, trials)
        np.testing.assert_allclose(found, known)


def test_probabilities_of_all_splits_add_up_to_one() -> None:
    splits = [(a, b, 7 - a - b) for a in range(8) for b in range(8 - a)]
    shares, concentrations = np.array([[[0.5, 0.3, 0.2]]]), np.array([[4.0, 30.0]])
    expected = Expected(np.repeat(shares, len(splits), axis=1), concentrations)
    total = np.exp(log_likelihood(np.array(splits), expected)).sum()
    np.testing.assert_allclose(total, 1)


def test_numpy_and_pymc_agree() -> None:
    expected = Expected(SHARES[None], np.array([[15.0, 90.0]]))
    np.testing.assert_allclose(
        log_likelihood(COUNTS, expected)[0], log_probabilities((15.0, 90.0), COUNTS)
    )


@pytest.mark.filterwarnings("ignore:Numba will use object mode")
@pytest.mark.parametrize("source", ["numpy", "pymc"])
def test_draws_have_the_means_and_the_spreads_asked_for(source: str) -> None:
    """The last category is a beta-binomial of its own; the middle one takes from the rest."""
    n, concentrations = 20_000, np.array([15.0, 200.0])
    if source == "numpy":
        own, before = sticks(np.broadcast_to(SHARES, (n, 3, 3)), concentrations)
        drawn = draw_split(TRIALS, own, before, np.random.default_rng(1))
    else:
        drawn = pm.draw(model((15.0, 200.0))["votes"], n, random_seed=1)
    assert (drawn.sum(axis=2) == TRIALS).all()
    error = drawn.std(axis=0) / np.sqrt(n)
    assert (np.abs(drawn.mean(axis=0) - TRIALS[:, None] * SHARES) < 5 * error).all()
    known = stats.betabinom(300, 0.1 * 200, 0.9 * 200).std()
    assert abs(drawn[:, 1, 2].std() - known) < 5 * known / np.sqrt(n)
    # Var of a product of independent parts: the second takes from what the third has left.
    part, left = stats.beta(7 / 9 * 0.9 * 15, 2 / 9 * 0.9 * 15), stats.beta(0.9 * 200, 0.1 * 200)
    share = part.var() * left.var() + part.var() * left.mean() ** 2 + left.var() * 0.49 / 0.81
    known = np.sqrt(300 * 0.7 * 0.3 + 300 * 299 * share)
    assert abs(drawn[:, 1, 1].std() - known) < 5 * known / np.sqrt(n)


def test_a_seed_gives_one_result_and_another_seed_another() -> None:
    own, before = sticks(SHARES, np.array([15.0, 200.0]))
    first, again, other = (
        draw_split(TRIALS, own, before, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_shares_that_vanish_take_nothing() -> None:
    own, before = sticks(np.array([[1.0, 0.0, 0.0]]), np.array([5.0, 5.0]))
    drawn = draw_split(np.array([50]), own, before, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn, [[50, 0, 0]])
