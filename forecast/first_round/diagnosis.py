"""Whether a fit can be trusted: the numbers, the limits, and what to do about a breach."""

from dataclasses import dataclass
from typing import Any

import numpy as np

# As Vehtari et al. (2021) advise, whose limit of the ESS is 400.
MAX_R_HAT = 1.01
MIN_ESS = 1000
# Limit of the importance weights' tail shape in an integrated fit (Vehtari et al. 2024).
MAX_K_HAT = 0.7

# Scores and spreads of county effects, and contrasts of candidates, are scaffolding: the effects
# themselves are used.
SCAFFOLDING = ("_county_score", "_county_spread", "_contrast")


@dataclass(frozen=True)
class Diagnosis:
    """Health of a fit, over all parameters but the scaffolding of effects.

    Attributes
    ----------
    divergences
        Draws where the sampler lost the trajectory.
    max_r_hat, min_ess_bulk, min_ess_tail
        The worst of all these scalars; `worst` names them in this order.
    method
        How it was fitted, in words.
    seconds
        Wall time of the fit, compiling included.
    k_hat
        Tail shape of the importance weights of an integrated fit; None where it was
        sampled. With it there are no chains: `divergences` is 0, `max_r_hat` is NaN, and both
        ESS are that of the weights.
    """

    divergences: int
    max_r_hat: float
    min_ess_bulk: float
    min_ess_tail: float
    worst: tuple[str, str, str]
    method: str
    seconds: float
    k_hat: float | None = None

    @property
    def faults(self) -> tuple[str, ...]:
        """What breaches a limit and what to do about it, a sentence each."""
        if self.k_hat is not None:
            return self._faults_of_approximation(self.k_hat)
        found = []
        if self.divergences:
            found.append(
                f"{self.divergences} divergences: raise settings.sampler.target_accept "
                "towards 0.99, or tighten a prior that the data can't inform"
            )
        if not self.max_r_hat < MAX_R_HAT:
            found.append(
                f"R-hat {self.max_r_hat:.3f} of {self.worst[0]} is not below {MAX_R_HAT}: the "
                "chains disagree; raise settings.sampler.tune and settings.sampler.draws"
            )
        for kind, value, name in (
            ("bulk", self.min_ess_bulk, self.worst[1]),
            ("tail", self.min_ess_tail, self.worst[2]),
        ):
            if not value > MIN_ESS:
                found.append(
                    f"{kind} ESS {value:,.0f} of {name} is not above {MIN_ESS:,}: raise "
                    "settings.sampler.draws"
                )
        return tuple(found)

    def _faults_of_approximation(self, k_hat: float) -> tuple[str, ...]:
        remedy = (
            "raise settings.sampler.approximate_above beyond the number of units to sample "
            "with NUTS, which takes longer"
        )
        if not k_hat < MAX_K_HAT:
            return (
                f"k-hat {k_hat:.2f} is not below {MAX_K_HAT}: the integration does not fit this "
                f"posterior; {remedy}",
            )
        if not self.min_ess_bulk > MIN_ESS:
            return (
                f"the effective sample size of the integration is {self.min_ess_bulk:,.0f}, not "
                f"above {MIN_ESS:,}: raise settings.sampler.draws",
            )
        return ()

    @property
    def healthy(self) -> bool:
        """Whether no limit is breached."""
        return not self.faults


def diagnose(trace: Any, method: str, seconds: float) -> Diagnosis:
    """Judge a posterior with ArviZ's rank-normalised R-hat and ESS (Vehtari et al. 2021).

    Parameters
    ----------
    trace
        DataTree with the groups posterior and sample_stats.
    method, seconds
        How it was fitted, and how long that took.
    """
    # Not where a diagnosis is read from the cache.
    import arviz as az  # noqa: PLC0415

    names = [name for name in trace.posterior.data_vars if not name.endswith(SCAFFOLDING)]
    used = trace.posterior.dataset[names]
    r_hat_name, r_hat = _worst(az.rhat(used), largest=True)
    bulk_name, bulk = _worst(az.ess(used, method="bulk"), largest=False)
    tail_name, tail = _worst(az.ess(used, method="tail"), largest=False)
    return Diagnosis(
        divergences=int(trace.sample_stats["diverging"].sum()),
        max_r_hat=r_hat,
        min_ess_bulk=bulk,
        min_ess_tail=tail,
        worst=(r_hat_name, bulk_name, tail_name),
        method=method,
        seconds=seconds,
    )


def _worst(dataset: Any, *, largest: bool) -> tuple[str, float]:
    """Name and value of the worst scalar; a NaN is worse than any number."""
    sign = 1 if largest else -1
    worst_name, worst_value = "", -np.inf
    for name, values in dataset.data_vars.items():
        score = np.where(np.isnan(values.values), np.inf, sign * values.values)
        if score.size and score.max() > worst_value:
            worst_name, worst_value = str(name), float(score.max())
    return worst_name, sign * worst_value if np.isfinite(worst_value) else float("nan")
