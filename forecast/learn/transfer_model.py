"""A model over races: where the voters of eliminated candidates go, learned from runoffs.

In race r, finalist f keeps the first-round share n_f; eliminated candidate c has w_c, of which
t_c goes to the first finalist, and ρ of whose voters return for one of a finalist's. With x_c
and z_r the columns of candidates and races,

    u_c      = transfer · x_c             t_c = expit(u_c)
    P_1      = n_1 + ρ Σ_c w_c t_c        P_2 = n_2 + ρ Σ_c w_c (1 − t_c)
    mu_r     = log(P_1 / P_2) + level · z_r
    sigma_r² = Σ_k size_k² q_rk
    log-odds of the first finalist's runoff share ~ Student t(mu_r, sigma_r, df)

The sizes are those of the race's own error and of the noise in u_c: of each candidate alone, of
all candidates of a finalist's bloc, of all others together. With d_c = ∂mu/∂u_c the noise of
candidate c moves the log-odds by d_c, so that q is Σ d_c², and the square of the sum of d_c over
a group whose noise is one.

All x and z change their sign when the finalists are named in the other order, and q does not:
so does mu, and sigma does not. There is no constant in x and z. Priors are normal, and the
posterior is taken as normal around its mode (Laplace).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from forecast.lazy_imports import lazy_imports
from forecast.learn.design import LEVEL_NAMES, SIZE_NAMES, TRANSFER_NAMES, Design
from forecast.race.units import FIRST, NEITHER, SECOND
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import expit, logit

with lazy_imports():  # a program that only reads what was learned needs no density
    from forecast.stats import scoring_rules

LARGEST_SHARE = 0.998
_DIFFERENCE = 1e-4


@dataclass(frozen=True, eq=False)
class Parameters:
    """Parameters of the model, or the means or standard deviations of their priors.

    Attributes
    ----------
    transfer, level
        Coefficients of the columns, shapes (n_transfer,) and (n_level,).
    log_sizes
        Logs of the sizes, on the log-odds scale, shape (n_sizes,).
    log_retention
        Log of ρ: how many of the eliminated candidates' voters return for one of a finalist's.
    log_df
        Log of the degrees of freedom less one.
    """

    transfer: FloatArray
    level: FloatArray
    log_sizes: FloatArray
    log_retention: float
    log_df: float

    def vector(self) -> FloatArray:
        """All parameters one after another, shape (n_parameters,)."""
        return np.concatenate([np.atleast_1d(getattr(self, f.name)) for f in fields(self)])

    def like(self, vector: FloatArray) -> "Parameters":
        """Parameters of the same shapes with the values of a vector."""
        transfer, level, log_sizes, rest = np.split(
            vector, np.cumsum([len(self.transfer), len(self.level), len(self.log_sizes)])
        )
        return Parameters(transfer, level, log_sizes, float(rest[0]), float(rest[1]))

    @property
    def df(self) -> float:
        """Degrees of freedom, above one."""
        return float(np.exp(self.log_df)) + 1.0


@dataclass(frozen=True, eq=False)
class Priors:
    """Independent normal priors."""

    mean: Parameters
    sd: Parameters


@dataclass(frozen=True, eq=False)
class Prediction:
    """Student t of the log-odds of the first finalist's runoff share.

    Attributes
    ----------
    location, scale
        Shape (R,).
    df
        Degrees of freedom.
    """

    location: FloatArray
    scale: FloatArray
    df: float


@dataclass(frozen=True, eq=False)
class Fit:
    """The mode of the posterior, and the covariance of the normal put around it.

    Attributes
    ----------
    mode
        The parameters.
    covariance
        Shape (n_parameters, n_parameters), in the order of `Parameters.vector`.
    """

    mode: Parameters
    covariance: FloatArray

    @property
    def sd(self) -> Parameters:
        """Posterior standard deviations of the parameters."""
        return self.mode.like(np.sqrt(np.diag(self.covariance)))

    def predict(self, design: Design) -> Prediction:
        """What the mode says of races; its own uncertainty is left out."""
        return Prediction(
            predicted_log_odds(self.mode, design), _sigma(self.mode, design), self.mode.df
        )

    def draws(self, design: Design, rng: np.random.Generator, n_draws: int) -> FloatArray:
        """Runoff shares of the first finalist with the parameters' uncertainty, (n_draws, R)."""
        vectors = rng.multivariate_normal(self.mode.vector(), self.covariance, n_draws)
        rows = []
        for vector in vectors:
            parameters = self.mode.like(vector)
            sigma = _sigma(parameters, design)
            error = sigma * rng.standard_t(parameters.df, design.n_races)
            rows.append(expit(predicted_log_odds(parameters, design) + error))
        return np.stack(rows)


def default_priors() -> Priors:
    """Priors of the learned model: no effect is the most likely one."""
    mean = Parameters(
        np.zeros(len(TRANSFER_NAMES)),
        np.zeros(len(LEVEL_NAMES)),
        np.log([0.2, 0.2, 0.5, 0.4, 0.4]),
        float(np.log(0.85)),
        float(np.log(5.0)),
    )
    sd = Parameters(
        np.ones(len(TRANSFER_NAMES)),
        np.full(len(LEVEL_NAMES), 0.3),
        np.full(len(SIZE_NAMES), 0.5),
        0.15,
        0.5,
    )
    return Priors(mean, sd)


def predicted_log_odds(parameters: Parameters, design: Design) -> FloatArray:
    """Mu of every race, shape (R,)."""
    return _location(parameters, design)[0]


def with_transfer_noise(design: Design, parameters: Parameters) -> Design:
    """Fill in the columns of the variance that the noise of the transfers makes.

    Parameters
    ----------
    design
        Races.
    parameters
        Where the derivatives are taken.
    """
    derivative = _Streams.of(parameters, design).by_log_odds
    first, second, other = (
        design.per_race(derivative * (design.side == side)) ** 2
        for side in (FIRST, SECOND, NEITHER)
    )
    variance = design.variance.copy()
    variance[:, SIZE_NAMES.index("candidate")] = design.per_race(derivative**2)
    variance[:, SIZE_NAMES.index("bloc")] = first + second
    variance[:, SIZE_NAMES.index("other candidates")] = other
    return replace(design, variance=variance)


def runoff_log_odds(share: FloatArray) -> FloatArray:
    """Log-odds of runoff shares, those without an opponent worth the name cut off."""
    return logit(np.clip(share, 1.0 - LARGEST_SHARE, LARGEST_SHARE))


def fit(design: Design, log_odds: FloatArray, priors: Priors) -> Fit:
    """Find the mode of the posterior and the curvature there.

    Parameters
    ----------
    design
        Finished races.
    log_odds
        Log-odds of their runoffs, first finalist against second, shape (R,).
    priors
        Priors, of as many coefficients as the design has columns.

    Raises
    ------
    RuntimeError
        When the search for the mode does not end.
    """
    # Not at the start of a program that only reads what was learned.
    from scipy import optimize  # noqa: PLC0415

    function = minus_log_posterior(design, log_odds, priors)
    # In units of the priors, so that a coefficient known beforehand is no narrow valley.
    centre, unit = priors.mean.vector(), priors.sd.vector()

    def scaled(z: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = function(centre + unit * z)
        return value, unit * gradient

    found = optimize.minimize(
        scaled, np.zeros(len(centre)), jac=True, method="L-BFGS-B", options={"maxiter": 1000}
    )
    if not found.success:
        raise RuntimeError(f"the mode was not found: {found.message}")
    curvature = np.empty((len(centre), len(centre)))
    for row, step in enumerate(_DIFFERENCE * np.eye(len(centre))):
        ahead, behind = scaled(found.x + step)[1], scaled(found.x - step)[1]
        curvature[row] = (ahead - behind) / (2.0 * _DIFFERENCE)
    covariance = np.linalg.inv((curvature + curvature.T) / 2.0) * np.outer(unit, unit)
    return Fit(priors.mean.like(centre + unit * found.x), covariance)


def fit_transfers(design: Design, log_odds: FloatArray, priors: Priors) -> Fit:
    """`fit`, with the noise of the transfers in the variance.

    Its columns depend on where the transfers are: they are taken at the mode of a first pass.

    Parameters
    ----------
    design, log_odds, priors
        As for `fit`; the design as `build_design` makes it.
    """
    first_pass = fit(with_transfer_noise(design, priors.mean), log_odds, priors)
    return fit(with_transfer_noise(design, first_pass.mode), log_odds, priors)


def minus_log_posterior(
    design: Design, log_odds: FloatArray, priors: Priors
) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """The function that the mode minimises (up to a constant), with its gradient.

    Returns
    -------
    callable
        From a vector of parameters, shape (n_parameters,), to the value and the gradient.
    """
    from scipy import special  # noqa: PLC0415  as above

    centre, width = priors.mean.vector(), priors.sd.vector()

    def function(vector: FloatArray) -> tuple[float, FloatArray]:
        parameters = priors.mean.like(vector)
        df = parameters.df
        mu, derivative = _location(parameters, design)
        parts = design.variance * np.exp(2.0 * parameters.log_sizes)
        variance = parts.sum(axis=1)
        sigma = np.sqrt(variance)
        z = (log_odds - mu) / sigma
        likelihood = (scoring_rules.student_log_density(z, df) - np.log(sigma)).sum()

        tail = (df + 1.0) / (df + z**2)
        by_df = 0.5 * (special.digamma((df + 1.0) / 2.0) - special.digamma(df / 2.0) - 1.0 / df)
        by_df = by_df - 0.5 * np.log1p(z**2 / df) + 0.5 * tail * z**2 / df
        by_mu = derivative.T @ (tail * z / sigma)
        gradient = np.concatenate(
            [
                by_mu[:-1],
                (parts / variance[:, None]).T @ (tail * z**2 - 1.0),
                by_mu[-1:],
                [by_df.sum() * (df - 1.0)],
            ]
        )
        away = (vector - centre) / width
        return float(0.5 * away @ away - likelihood), away / width - gradient

    return function


def _sigma(parameters: Parameters, design: Design) -> FloatArray:
    return np.asarray(np.sqrt(design.variance @ np.exp(2.0 * parameters.log_sizes)))


@dataclass(frozen=True, eq=False)
class _Streams:
    """Expected votes per first-round vote, and how they follow from the transfers.

    Attributes
    ----------
    votes
        Of both finalists, shape (R, 2).
    gained
        Of those from eliminated candidates before `retention`, shape (R, 2).
    by_log_odds
        Derivative of the log-odds of the race by those of each transfer, shape (K,).
    """

    votes: FloatArray
    gained: FloatArray
    by_log_odds: FloatArray

    @classmethod
    def of(cls, parameters: Parameters, design: Design) -> "_Streams":
        """Add up the streams of every race."""
        race, weight = design.race_index, design.eliminated_shares
        retention = np.exp(parameters.log_retention)
        log_odds = design.transfer @ parameters.transfer
        to_first, to_second = expit(log_odds), expit(-log_odds)
        gained = np.column_stack(
            [design.per_race(weight * to_first), design.per_race(weight * to_second)]
        )
        votes = design.loyal_shares + retention * gained
        slope = retention * weight * to_first * to_second * (1.0 / votes).sum(axis=1)[race]
        return cls(votes, gained, slope)


def _location(parameters: Parameters, design: Design) -> tuple[FloatArray, FloatArray]:
    """Mu, shape (R,), and its derivatives by transfer, level and log retention."""
    streams = _Streams.of(parameters, design)
    votes, gained = streams.votes, streams.gained
    mu = np.log(votes[:, 0]) - np.log(votes[:, 1]) + design.level @ parameters.level
    columns = [design.per_race(streams.by_log_odds * column) for column in design.transfer.T]
    retention = np.exp(parameters.log_retention)
    by_retention = retention * (gained[:, 0] / votes[:, 0] - gained[:, 1] / votes[:, 1])
    return mu, np.column_stack([*columns, design.level, by_retention])
