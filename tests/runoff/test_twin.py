"""The runoff model in PyMC, sampled forward, and the NumPy core are the same model."""

from collections.abc import Iterator

import numpy as np
import pymc as pm
import pytest

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.layers import load_priors
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.folder import load_race
from forecast.race.units import UnitData, unit_data
from forecast.record.find import find_race
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import simulate_runoffs
from tests.runoff.pymc_runoff import KnownLean, build_runoff_model

N_DRAWS = 4000
TAILS = (0.01, 0.05, 0.95, 0.99)


def random_race(seed: int, n_units: int, n_counties: int) -> tuple[UnitData, FirstRoundPosterior]:
    """A random small race with baselines, and a posterior of one sample."""
    rng = np.random.default_rng(seed)
    votes = rng.poisson(rng.gamma(2, 60, (n_units, 6)))
    eligible = votes.sum(axis=1) * rng.uniform(1.3, 3, n_units) + 20
    lean = rng.normal(size=(n_units, 1))
    units = UnitData(
        candidate_votes=votes,
        sides=np.array([0, 1, 0, 0, 1, -1]),
        finalists=(0, 1),
        eligible=np.rint(eligible),
        eligible_known=True,
        lean_covariates=lean,
        lean_names=("baseline",),
        baseline_share=1 / (1 + np.exp(-0.5 * lean[:, 0])),
        baseline_turnout=rng.uniform(0.6, 0.9, n_units),
        turnout_covariates=np.zeros((n_units, 0)),
        turnout_names=(),
        county_index=np.arange(n_units) % n_counties,
        county_names=tuple(f"county {number}" for number in range(n_counties)),
        affinity=np.array([0, 0, 0.3, -0.2, 0.5, 0.1]),
        lean=np.array([0, 0, 0.5, -1, 0, 0.2]),
    )
    return units, one_sample(n_counties, 1, 0)


def one_sample(n_counties: int, n_lean: int, n_turnout: int) -> FirstRoundPosterior:
    """A posterior of one sample, which the twin can take as known."""
    one = np.float32
    return FirstRoundPosterior(
        lean_level=np.full((1, n_counties), 0.1, dtype=one),
        lean_slopes=np.full((1, n_lean), 0.5, dtype=one),
        lean_concentration=np.full(1, 80, dtype=one),
        turnout_level=np.full((1, n_counties), -0.3, dtype=one),
        turnout_slopes=np.full((1, n_turnout), 0.2, dtype=one),
        turnout_concentration=np.full(1, 60, dtype=one),
    )


@pytest.mark.parametrize(("seed", "n_units", "n_counties"), [(1, 12, 3), (2, 5, 1), (3, 30, 4)])
def test_core_and_pymc_agree(seed: int, n_units: int, n_counties: int) -> None:
    units, posterior = random_race(seed, n_units, n_counties)
    priors = load_priors(
        settings=[
            "runoff.error.race_correlation.value=0.5",
            "runoff.error.unit_correlation.value=-0.4",
        ]
    ).runoff
    assert_agree(*runoffs_of_both(units, posterior, priors, N_DRAWS, seed))


@pytest.mark.parametrize(
    "n_draws", [2000, pytest.param(40_000, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])]
)
def test_core_and_pymc_agree_on_georgia_6(n_draws: int) -> None:
    folder = find_race("ga06-2017")
    priors = load_priors(folder)
    race = load_race(folder)
    units = unit_data(race, priors.turnout_if_unknown(race))
    posterior = one_sample(len(units.county_names), len(units.lean_names), len(units.turnout_names))
    assert_agree(*runoffs_of_both(units, posterior, priors.runoff, n_draws, seed=6))


def test_another_prior_is_found_out() -> None:
    units, posterior = random_race(3, 30, 4)
    shifted = load_priors(settings=["runoff.arrivals.shift.mean=6"]).runoff
    right = runoffs_of_core(units, posterior, load_priors().runoff, N_DRAWS, 1)
    wrong = runoffs_of_core(units, posterior, shifted, N_DRAWS, 2)
    assert_agree(right, runoffs_of_core(units, posterior, load_priors().runoff, N_DRAWS, 2))
    with pytest.raises(AssertionError, match="errors apart"):
        assert_agree(right, wrong)


def runoffs_of_both(
    units: UnitData, posterior: FirstRoundPosterior, priors: RunoffPriors, n_draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Votes by unit from the core and from PyMC, shape (n_draws, n_units, 2) each."""
    core = runoffs_of_core(units, posterior, priors, n_draws, seed)
    with build_runoff_model(units, KnownLean.of(units, posterior), priors) as model:
        voters, first = pm.draw([model["voters"], model["first"]], n_draws, random_seed=seed)
    return core, np.stack([first, voters - first], axis=2).astype(float)


def runoffs_of_core(
    units: UnitData, posterior: FirstRoundPosterior, priors: RunoffPriors, n_draws: int, seed: int
) -> np.ndarray:
    """Votes by unit, shape (n_draws, n_units, 2)."""
    keep = Keep(unit_draws=n_draws)
    runoffs = simulate_runoffs(
        units, posterior, priors, n_draws=n_draws, seed=seed, keep=keep, noise="exact"
    )
    return runoffs.unit_votes.astype(float)


def assert_agree(core: np.ndarray, twin: np.ndarray) -> None:
    """Means, spreads, correlations and tails agree within five Monte Carlo errors."""
    for name, a, b in measured(core, twin):
        error = np.sqrt(a.var(axis=0) / len(a) + b.var(axis=0) / len(b))
        apart = np.abs(a.mean(axis=0) - b.mean(axis=0))
        assert (apart <= 5 * error).all(), f"{name}: {np.nanmax(apart / error):.1f} errors apart"


def measured(core: np.ndarray, twin: np.ndarray) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Numbers a draw whose means are compared, of shape (n_draws, ...), with their name.

    A mean, a spread and a covariance are means of such numbers, and so is the share of the
    draws beyond a quantile of both samples together.
    """
    for name, quantity in QUANTITIES.items():
        a, b = quantity(core), quantity(twin)
        yield f"mean {name}", a, b
        deviation_a, deviation_b = a - a.mean(axis=0), b - b.mean(axis=0)
        yield f"spread of the {name}", deviation_a**2, deviation_b**2
        if a.ndim > 1:
            yield (
                f"covariance of the {name} between neighbours",
                deviation_a * np.roll(deviation_a, 1, axis=1),
                deviation_b * np.roll(deviation_b, 1, axis=1),
            )
        both = np.concatenate([a, b])
        for tail in TAILS:
            limit = np.quantile(both, tail, axis=0)
            yield f"{tail:.0%} quantile of the {name}", (a < limit) * 1.0, (b < limit) * 1.0
    yield (
        "covariance of turnout and lean",
        *(centred(unit_turnout(v)) * centred(unit_lean(v)) for v in (core, twin)),
    )


def centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=0)


def share(votes: np.ndarray) -> np.ndarray:
    total = votes.sum(axis=1)
    return total[:, 0] / total.sum(axis=1)


def unit_lean(votes: np.ndarray) -> np.ndarray:
    return np.log(votes[:, :, 0] + 0.5) - np.log(votes[:, :, 1] + 0.5)


def unit_turnout(votes: np.ndarray) -> np.ndarray:
    return np.log(votes.sum(axis=2) + 0.5)


QUANTITIES = {
    "share": share,
    "votes": lambda votes: votes.sum(axis=(1, 2)),
    "log-odds of a unit": unit_lean,
    "log votes of a unit": unit_turnout,
}
