"""The runoff model in PyMC, sampled forward, and the NumPy core are the same model."""

import numpy as np
import pymc as pm
import pytest

from forecast.core.covariates import UnitData
from forecast.core.simulate import Keep, simulate_runoffs
from forecast.core.streams import FirstRoundPosterior
from forecast.model.priors import load_priors
from forecast.model.runoff import KnownLean, build_runoff_model

N_DRAWS = 4000


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
    one = np.float32
    posterior = FirstRoundPosterior(
        lean_level=np.full((1, n_counties), 0.1, dtype=one),
        lean_slopes=np.full((1, 1), 0.5, dtype=one),
        lean_concentration=np.full(1, 80, dtype=one),
        turnout_level=np.full((1, n_counties), -0.3, dtype=one),
        turnout_slopes=np.zeros((1, 0), dtype=one),
        turnout_concentration=np.full(1, 60, dtype=one),
    )
    return units, posterior


def two_sample_tolerance(a: np.ndarray, b: np.ndarray) -> float:
    """Five Monte Carlo errors of the difference of two means."""
    return 5 * float(np.sqrt(a.var() / len(a) + b.var() / len(b)))


@pytest.mark.parametrize(("seed", "n_units", "n_counties"), [(1, 12, 3), (2, 5, 1), (3, 30, 4)])
def test_core_and_pymc_agree(seed: int, n_units: int, n_counties: int) -> None:
    units, posterior = random_race(seed, n_units, n_counties)
    priors = load_priors(
        settings=[
            "runoff.error.race_correlation.value=0.5",
            "runoff.error.unit_correlation.value=-0.4",
        ]
    ).runoff
    core = simulate_runoffs(
        units,
        posterior,
        priors,
        n_draws=N_DRAWS,
        seed=seed,
        keep=Keep(unit_draws=N_DRAWS),
        noise="exact",
    ).unit_votes.astype(float)
    with build_runoff_model(units, KnownLean.of(units, posterior), priors) as model:
        voters, first = pm.draw([model["voters"], model["first"]], N_DRAWS, random_seed=seed)
    twin = np.stack([first, voters - first], axis=2).astype(float)

    for name, measure in MEASURES.items():
        a, b = measure(core), measure(twin)
        assert abs(a.mean() - b.mean()) < two_sample_tolerance(a, b), name


def share(votes: np.ndarray) -> np.ndarray:
    total = votes.sum(axis=1)
    return total[:, 0] / total.sum(axis=1)


def centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=0)


def unit_log_odds(votes: np.ndarray) -> np.ndarray:
    return centred(np.log(votes[:, :, 0] + 0.5) - np.log(votes[:, :, 1] + 0.5))


def between_units(votes: np.ndarray) -> np.ndarray:
    """Product of two units' deviations: its mean is their covariance."""
    deviation = unit_log_odds(votes)
    return deviation[:, 0] * deviation[:, -1]


def turnout_and_lean(votes: np.ndarray) -> np.ndarray:
    turnout = centred(np.log(votes[:, 0].sum(axis=1) + 0.5))
    return turnout * unit_log_odds(votes)[:, 0]


# Each gives a number a draw whose mean is compared: means, spreads, tails, correlations.
MEASURES = {
    "mean share": share,
    "mean votes": lambda votes: votes.sum(axis=(1, 2)),
    "spread of the share": lambda votes: centred(share(votes)) ** 2,
    "spread of the votes": lambda votes: centred(votes.sum(axis=(1, 2))) ** 2,
    "lower tail": lambda votes: (share(votes) < 0.45).astype(float),
    "upper tail": lambda votes: (share(votes) > 0.6).astype(float),
    "wins": lambda votes: (share(votes) > 0.5).astype(float),
    "covariance between units": between_units,
    "spread of a unit": lambda votes: unit_log_odds(votes)[:, 1] ** 2,
    "turnout and lean of a unit": turnout_and_lean,
}
