"""Simulation-based calibration: draw the truth from the priors, simulate, fit, rank.

Where the truth comes from the priors and the returns from the model, the truth is one more
draw of the posterior, so that its rank among the posterior's draws is uniform (Cook, Gelman
and Rubin 2006; Talts and others 2018). A model is compiled once and its observed counts are
swapped, so that a simulation costs no more than its sampling.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor

from forecast.stats.arrays import FloatArray, IntArray
from tests.proof.ranks import (
    coverage_p_value,
    covered,
    exact_coverage,
    ranks,
    uniformity_p_value,
)

# Draws that a truth is ranked among: few enough to be nearly independent after thinning, and
# 200 ranks hold 50, 80 and 95% exactly.
RANKED_DRAWS = 199

Values = dict[str, Any]
# From the true parameters to the observed counts, and to what stays hidden from the fit.
Simulator = Callable[[Values, np.random.Generator], tuple[Values, Values]]
# From draws of the parameters (first axis) and the counts to draws of what is hidden.
Predictor = Callable[[Values, Values, np.random.Generator], Values]


@dataclass(frozen=True)
class Sampling:
    """How each simulated race is fitted; kept draws are thinned to `RANKED_DRAWS`."""

    chains: int = 2
    tune: int = 300
    draws: int = 600
    target_accept: float = 0.9


@dataclass(frozen=True, eq=False)
class Calibration:
    """What came out of the simulations.

    Attributes
    ----------
    observed
        Ranks of each scalar quantity, shape (n_simulations,).
    truth, centre
        True value and posterior median of each, shape (n_simulations,).
    divergences
        Of each simulation, shape (n_simulations,).
    lag_one
        Mean autocorrelation of neighbours among the ranked draws, by quantity.
    """

    observed: dict[str, IntArray]
    truth: dict[str, FloatArray]
    centre: dict[str, FloatArray]
    divergences: IntArray
    lag_one: dict[str, float]

    @property
    def n_simulations(self) -> int:
        """How many elections were simulated."""
        return len(self.divergences)

    def p_values(self) -> dict[str, float]:
        """Of uniform ranks, by quantity."""
        return {name: uniformity_p_value(r, RANKED_DRAWS) for name, r in self.observed.items()}

    def smallest_p_value(self) -> float:
        """The smallest, times their number (Bonferroni): below a level, something is wrong."""
        p_values = self.p_values()
        return min(1.0, min(p_values.values()) * len(p_values))

    def coverage(self, coverage: float) -> dict[str, tuple[float, float]]:
        """Share of the truths inside the central interval, with its binomial p-value."""
        exact, n = exact_coverage(RANKED_DRAWS, coverage), self.n_simulations
        hits = {k: int(covered(r, RANKED_DRAWS, coverage).sum()) for k, r in self.observed.items()}
        return {name: (hit / n, coverage_p_value(hit, n, exact)) for name, hit in hits.items()}

    def smallest_coverage_p_value(self, coverage: float) -> float:
        """The smallest binomial p-value of the coverage, times the number of quantities."""
        p_values = [p_value for _, p_value in self.coverage(coverage).values()]
        return min(1.0, min(p_values) * len(p_values))


def calibrate(
    model: pm.Model,
    n_simulations: int,
    seed: int,
    *,
    sampling: Sampling = Sampling(),
    truth_from: pm.Model | None = None,
    simulate: Simulator | None = None,
    predict: Predictor | None = None,
    notify: Callable[[str], None] = lambda _: None,
) -> Calibration:
    """Fit a model to elections whose truth is known, and rank the truth.

    Parameters
    ----------
    model
        With observed counts; their values do not matter, only their shape.
    n_simulations, seed
        How many elections, and the seed of everything.
    sampling
        How each is fitted.
    truth_from
        Another model of the same variables to draw truth and counts from: a way to prove
        that a wrong model is found out.
    simulate
        Draws the counts in place of the model's own likelihood: an independent
        implementation tests that as well.
    predict
        Draws what `simulate` kept hidden.
    notify
        Called with a line of progress.
    """
    rng = np.random.default_rng(seed)
    observed = [variable.name for variable in model.observed_RVs]
    stored = {
        name: pytensor.shared(np.asarray(model.rvs_to_values[model[name]].eval()), _stored(name))
        for name in observed
    }
    swappable = pm.observe(model, stored)
    free = [variable.name for variable in model.free_RVs]
    named = [*(variable.name for variable in model.deterministics), *free]
    truths = _forward(truth_from or model, [*named, *observed], n_simulations, seed)
    likelihood = _likelihood(swappable, free)
    compiled = nutpie.compile_pymc_model(swappable)
    every: list[dict[str, tuple[Any, ...]]] = []
    divergences = []
    for number in range(n_simulations):
        truth = {name: truths[name][number] for name in named}
        data, hidden = {name: truths[name][number] for name in observed}, {}
        if simulate is not None:
            data, hidden = simulate(truth, rng)
        for name, values in data.items():
            stored[name].set_value(np.asarray(values, stored[name].dtype))
        trace = _sample(compiled, data, sampling, int(rng.integers(2**31)))
        divergences.append(int(trace.sample_stats["diverging"].sum()))
        draws = _thinned(trace, named)
        truth["log-likelihood"] = likelihood(truth)
        draws["log-likelihood"] = np.array([likelihood(_at(draws, i)) for i in range(RANKED_DRAWS)])
        if predict is not None:
            draws |= predict(draws, data, rng)
            truth |= hidden
        every.append(_judge({name: truth[name] for name in draws}, draws, rng))
        if (number + 1) % 25 == 0:
            notify(f"{number + 1} of {n_simulations} elections, {sum(divergences)} divergences")
    kept = _distinct({name: np.array([one[name][0] for one in every]) for name in every[0]})
    rank, true, centre, lag = (
        {name: np.array([one[name][part] for one in every]) for name in kept} for part in range(4)
    )
    lags = {name: float(np.nanmean(values)) for name, values in lag.items()}
    return Calibration(rank, true, centre, np.array(divergences), lags)


def _stored(name: str) -> str:
    return f"{name}_stored"


def _forward(model: pm.Model, names: list[str], n_draws: int, seed: int) -> Values:
    """Draws of variables from the priors and the likelihood, each of shape (n_draws, ...)."""
    # Compiled in haste: it is drawn from once.
    wanted = [model[name] for name in names]
    drawn = pm.draw(wanted, n_draws, random_seed=seed, mode="FAST_COMPILE")
    return dict(zip(names, drawn, strict=True))


def _likelihood(model: pm.Model, free: list[str]) -> Callable[[Values], float]:
    """Log-likelihood of the stored counts: a quantity that the data reach by every way."""
    plain = pm.model.transform.conditioning.remove_value_transforms(model)
    inputs = [plain.rvs_to_values[plain[name]] for name in free]
    function = pytensor.function(inputs, plain.observedlogp, on_unused_input="ignore")
    return lambda values: float(function(*(values[name] for name in free)))


def _sample(compiled: Any, data: Mapping[str, Any], sampling: Sampling, seed: int) -> Any:
    return nutpie.sample(
        compiled.with_data(**{_stored(name): values for name, values in data.items()}),
        chains=sampling.chains,
        cores=1,
        tune=sampling.tune,
        draws=sampling.draws,
        target_accept=sampling.target_accept,
        seed=seed,
        save_warmup=False,
        progress_bar=False,
    )


def _thinned(trace: Any, names: list[str]) -> Values:
    """Draws of all chains after one another, evenly thinned to `RANKED_DRAWS`."""
    thinned = {}
    for name in names:
        values = trace.posterior[name].values
        values = values.reshape((-1, *values.shape[2:]))
        thinned[name] = values[np.linspace(0, len(values) - 1, RANKED_DRAWS).astype(int)]
    return thinned


def _at(draws: Values, index: int) -> Values:
    return {name: values[index] for name, values in draws.items()}


def _judge(truth: Values, draws: Values, rng: np.random.Generator) -> dict[str, tuple[Any, ...]]:
    """Rank, truth, median and autocorrelation of every scalar, by its name."""
    judged = {}
    for name, drawn in draws.items():
        true = np.asarray(truth[name], float)
        rank, centre = ranks(true, drawn, rng), np.median(drawn, axis=0)
        lag = _lag_one(drawn)
        for index in np.ndindex(true.shape):
            label = f"{name}{list(index)}" if index else name
            # A constant has no rank: a fixed value, or one that the model pins.
            if np.ptp(drawn[:, *index]) > 0:
                judged[label] = (rank[index], true[index], centre[index], lag[index])
    return judged


def _distinct(observed: dict[str, IntArray]) -> list[str]:
    """Names without those ranked as an earlier one or as its mirror image.

    So are a share and its log-odds, and the two halves of what sums to zero.
    """
    seen: set[bytes] = set()
    kept = []
    for name, ranked in observed.items():
        if ranked.tobytes() not in seen:
            kept.append(name)
            seen |= {ranked.tobytes(), (RANKED_DRAWS - ranked).tobytes()}
    return kept


def _lag_one(drawn: FloatArray) -> FloatArray:
    centred = drawn - drawn.mean(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray((centred[1:] * centred[:-1]).sum(axis=0) / (centred**2).sum(axis=0))
