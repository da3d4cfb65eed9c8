"""What the fitted first round says the returns should look like, unit by unit, in NumPy.

Every likelihood of the first-round model is a chain of beta-binomials
(`forecast.diagnose.nested_split`); turnout and lean are chains of one. The same few formulas thus
give replicated returns, the log-likelihood of every unit, and the spread of units around what
was expected of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaln, gammaln

from forecast.diagnose.field_model import fields_of
from forecast.diagnose.nested_split import draw_split, sticks
from forecast.race.units import UnitData
from forecast.stats.arrays import FloatArray, IndexArray, IntArray
from forecast.stats.beta import concentration_of_spread
from forecast.stats.distributions import expit


@dataclass(frozen=True, eq=False)
class ObservedPart:
    """One observed split of votes: turnout, lean, or the field of a bloc.

    Attributes
    ----------
    name
        Name in the model: "turnout", "lean", "field_first" and so on.
    members
        Positions of the candidates in each category; empty for turnout and lean.
    counts
        Votes of every category, shape (n_counted, n_categories).
    unit_index
        The units with any votes to split, shape (n_counted,).
    """

    name: str
    members: tuple[tuple[int, ...], ...]
    counts: IntArray
    unit_index: IndexArray

    @property
    def trials(self) -> IntArray:
        """What was split in each unit, shape (n_counted,)."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def shares(self) -> FloatArray:
        """Observed shares, shape (n_counted, n_categories)."""
        return np.asarray(self.counts / self.trials[:, None])

    def only(self, units: IndexArray) -> "ObservedPart":
        """The same counts in some of the units."""
        rows = np.flatnonzero(np.isin(self.unit_index, units))
        return ObservedPart(self.name, self.members, self.counts[rows], self.unit_index[rows])


@dataclass(frozen=True, eq=False)
class Expected:
    """What draws of a posterior expect of the units in one part.

    Attributes
    ----------
    shares
        Shape (n_samples, n_counted, n_categories).
    concentrations
        Concentrations of all categories but the first, shape (n_samples, n_categories - 1).
    """

    shares: FloatArray
    concentrations: FloatArray

    @property
    def sticks(self) -> tuple[FloatArray, FloatArray]:
        """Beta parameters, shape (n_samples, n_counted, n_categories - 1) each."""
        return sticks(self.shares, self.concentrations[:, None, :])


@dataclass(frozen=True, eq=False)
class ResidualSpread:
    """How far units lie from what was expected of them, in points.

    Attributes
    ----------
    observed
        Spread of the returns, averaged over the draws.
    predicted
        Spread of replicated returns, shape (n_draws,).
    probability
        Share of the draws whose replicate spreads more than the returns do. Near 0 the model
        is too sure of its units (under-dispersed), near 1 not sure enough.
    """

    observed: float
    predicted: FloatArray
    probability: float


def observed_parts(
    units: UnitData, field_index: IndexArray | None = None
) -> tuple[ObservedPart, ...]:
    """The observed counts of the first-round model, in its order.

    Parameters
    ----------
    units
        The race as arrays.
    field_index
        The units whose fields were modelled; None for all.
    """
    parts = []
    if units.eligible_known:
        absent = np.rint(units.eligible).astype(np.int64) - units.votes_cast
        parts.append(_counted("turnout", (), np.stack([units.votes_cast, absent], axis=1)))
    parts.append(_counted("lean", (), units.side_votes))
    for field in fields_of(units):
        part = _counted(field.name, field.members, field.votes)
        parts.append(part if field_index is None else part.only(field_index))
    return tuple(parts)


def expected_split(
    part: ObservedPart, draws: Any, units: UnitData, samples: IndexArray
) -> Expected:
    """Expected shares of every unit, and how closely units keep to them.

    Parameters
    ----------
    part
        Which counts.
    draws
        The posterior of the first-round model, a Dataset with chain and draw.
    units
        The race as arrays.
    samples
        Which draws, chains after one another.

    Raises
    ------
    KeyError
        When the posterior does not have this part.
    """
    name = part.name

    def values(variable: str) -> FloatArray | None:
        if variable not in draws:
            return None
        array = draws[variable].values
        return np.asarray(array.reshape((-1, *array.shape[2:]))[samples])

    level, spread = values(f"{name}_level"), values(f"{name}_unit_spread")
    if level is None or spread is None:
        raise KeyError(f"the posterior has no {name}_level or {name}_unit_spread")
    is_field = level.ndim == 2
    log_odds = (level if is_field else level[:, None])[:, None, :]  # (draw, 1, category)
    slopes = values(f"{name}_slopes")
    if slopes is not None:
        design = units.turnout_covariates if name == "turnout" else units.lean_covariates
        slopes = slopes if is_field else slopes[:, :, None]
        log_odds = log_odds + np.einsum("uc,sck->suk", design[part.unit_index], slopes)
    county = values(f"{name}_county")
    if county is not None:
        county = county if is_field else county[:, :, None]
        names = [units.county_names[index] for index in units.county_index[part.unit_index]]
        # A field has the counties where its units are, in an order of its own.
        array = draws[f"{name}_county"]
        log_odds = log_odds + county[:, array.get_index(array.dims[2]).get_indexer(names)]
    shape = (len(samples), len(part.unit_index), log_odds.shape[2])
    shares = _shares(np.broadcast_to(log_odds, shape))
    return Expected(shares, concentration_of_spread(spread if is_field else spread[:, None]))


def replicate(expected: Expected, trials: IntArray, rng: np.random.Generator) -> IntArray:
    """Draw returns that the model thinks possible.

    Parameters
    ----------
    expected
        What the draws expect.
    trials
        What is split in each unit, shape (n_units,).
    rng
        Source of randomness.

    Returns
    -------
    IntArray
        Counts, shape (n_samples, n_units, n_categories).
    """
    return draw_split(trials, *expected.sticks, rng)


def log_likelihood(counts: IntArray, expected: Expected) -> FloatArray:
    """Log-probability of each unit's counts under each draw.

    Parameters
    ----------
    counts
        Shape (n_units, n_categories).
    expected
        What the draws expect.

    Returns
    -------
    FloatArray
        Shape (n_samples, n_units).
    """
    own, before = expected.sticks
    taken, left = counts[:, 1:], counts.cumsum(axis=1)[:, :-1]
    ways = gammaln(taken + left + 1) - gammaln(taken + 1) - gammaln(left + 1)
    each = ways + betaln(own + taken, before + left) - betaln(own, before)
    return np.asarray(each.sum(axis=2))


def residual_spread(
    part: ObservedPart, expected: Expected, replicated: IntArray
) -> tuple[ResidualSpread, ...]:
    """Compare the spread of the units' residuals with the spread of replicated ones.

    A residual is a share minus its expectation under the draw; units count by their votes,
    so that the noise of tiny units does not hide what large ones do.

    Returns
    -------
    tuple of ResidualSpread
        One a category; one in all where there are two, which mirror each other.
    """
    shares = expected.shares
    observed = _spread(part.shares - shares, part.trials)  # (draw, category)
    predicted = _spread(replicated / part.trials[:, None] - shares, part.trials)
    n_shown = 1 if shares.shape[2] == 2 else shares.shape[2]
    return tuple(
        ResidualSpread(
            observed=float(observed[:, k].mean()),
            predicted=predicted[:, k],
            probability=float((predicted[:, k] > observed[:, k]).mean()),
        )
        for k in range(n_shown)
    )


def county_shares(
    counts: IntArray, part: ObservedPart, county_index: IndexArray, n_counties: int
) -> FloatArray:
    """Shares of the categories by county, and in the whole race as a last row.

    Parameters
    ----------
    counts
        Shape (..., n_counted, n_categories).
    part
        Whose units they are.
    county_index, n_counties
        County of every unit of the race.

    Returns
    -------
    FloatArray
        Shape (..., n_counties + 1, n_categories); NaN where a county has nothing to split.
    """
    member = np.zeros((n_counties + 1, len(part.unit_index)))
    member[county_index[part.unit_index], np.arange(len(part.unit_index))] = 1
    member[-1] = 1
    sums = np.einsum("cu,...uk->...ck", member, counts.astype(np.float64))
    totals = sums.sum(axis=-1, keepdims=True)
    blank = np.full_like(sums, np.nan)
    return np.asarray(np.divide(sums, totals, out=blank, where=totals > 0))


def _counted(name: str, members: tuple[tuple[int, ...], ...], counts: IntArray) -> ObservedPart:
    """Leave out the units with nothing to split, which say nothing."""
    counted = np.flatnonzero(counts.sum(axis=1) > 0)
    return ObservedPart(name, members, counts[counted], counted)


def _shares(log_odds: FloatArray) -> FloatArray:
    """Shares of all categories from one log-odds, or from those of each category."""
    if log_odds.shape[2] == 1:
        share = expit(log_odds)
        return np.concatenate([share, 1 - share], axis=2)
    odds = np.exp(log_odds - log_odds.max(axis=2, keepdims=True))
    return np.asarray(odds / odds.sum(axis=2, keepdims=True))


def _spread(residuals: FloatArray, trials: IntArray) -> FloatArray:
    """Root mean square over the units, weighted by their votes, in points, (draw, category)."""
    weight = trials / trials.sum()
    return np.asarray(100 * np.sqrt(np.einsum("u,suk->sk", weight, residuals**2)))
