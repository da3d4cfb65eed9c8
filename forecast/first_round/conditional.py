"""A part of the first-round model at given spreads: its mode, its curvature, its integral.

Given the spread between counties and that between units, a part has a level, slopes, and the
effects of counties, which know each other through level and slopes alone. So the curvature is an
arrow: one number a county, and a small block. Effects are in units of their spread, which may
then be anything down to 0.

The effects of the model sum to zero. Those here are independent, and the level's prior is as
much narrower as their mean is wide: the same distribution of level plus effect.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy import linalg

from forecast.first_round.parts import TwoWayPart
from forecast.stats.arrays import FloatArray
from forecast.stats.beta import concentration_of_spread
from forecast.stats.beta_binomial import log_likelihood, slope_and_curvature

MAX_STEPS, MAX_HALVINGS = 50, 30
# Twice the distance to the mode in log density: the proposals need no better.
AT_THE_MODE = 0.01
# Of the level with the mean of the effects taken out of it, over that of its prior.
LEAST_VARIANCE = 1e-3
# Nodes of the quadrature over a county's effect, from so many counted units in it on: the more
# units, the nearer to normal.
NODES = ((1, 5), (8, 3), (200, 1))


@dataclass(frozen=True)
class Spreads:
    """Where a part is looked at.

    Attributes
    ----------
    county
        Standard deviation of the effects of counties in log-odds; 0 where there are none.
    unit
        Spread between units, in points.
    """

    county: float
    unit: float

    @property
    def concentration(self) -> float:
        """Concentration of the beta distribution of units."""
        return float(concentration_of_spread(self.unit))


@dataclass(frozen=True, eq=False)
class ConditionalMode:
    """The mode of a part at given spreads, and the normal around it.

    Attributes
    ----------
    spreads
        The spreads.
    common
        Level and slopes, shape (1 + n_covariates,).
    effects
        Of the counties with counted units, in units of their spread, shape (n_present,).
    score, precision
        Derivative of each county's log likelihood by its log-odds, and minus the second one,
        shape (n_present,).
    cross
        The same by its log-odds and by the common numbers, shape (n_present, 1 + n_covariates).
    factor
        Lower Cholesky factor of the precision of the common numbers, with the effects
        integrated out, shape (1 + n_covariates, 1 + n_covariates).
    log_density
        Of the spreads, all else integrated out by the normal, up to a constant: by the
        county spread itself, and by the log of the unit spread.
    """

    spreads: Spreads
    common: FloatArray
    effects: FloatArray
    score: FloatArray
    precision: FloatArray
    cross: FloatArray
    factor: FloatArray
    log_density: float


@dataclass(frozen=True, eq=False)
class Integral:
    """A part at given spreads, level and slopes, with the effects of counties integrated out.

    Attributes
    ----------
    log_density
        Of spreads and common numbers, up to the constant of `ConditionalMode.log_density`.
    mean, sd
        Of each county's effect, in units of their spread, shape (n_present,).
    """

    log_density: float
    mean: FloatArray
    sd: FloatArray


class ConditionalPart:
    """Arithmetic of a part, its units sorted by county.

    Parameters
    ----------
    part
        The part.
    """

    def __init__(self, part: TwoWayPart) -> None:
        self.part = part
        county = part.county_index if part.has_counties else np.zeros_like(part.county_index)
        self.present, inverse, counts = np.unique(county, return_inverse=True, return_counts=True)
        # Counties with as many nodes stand together, their units too.
        nodes = np.zeros(len(counts), dtype=np.intp)
        for least, _ in NODES:
            nodes += counts >= least
        by_nodes = np.argsort(nodes, kind="stable")
        self.present, counts, nodes = self.present[by_nodes], counts[by_nodes], nodes[by_nodes]
        place = np.argsort(by_nodes)[inverse]
        order = np.argsort(place, kind="stable")
        self._county = place[order]
        self._starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)
        self._successes = part.successes[order].astype(np.float64)
        self._failures = (part.trials - part.successes)[order].astype(np.float64)
        self._typical = 1.0 / float(np.median(part.trials))
        self._design = np.column_stack([np.ones(len(order)), part.covariates[order]])
        ends = np.concatenate([self._starts, [len(order)]])
        self._groups = []
        for number, (_, n_nodes) in enumerate(NODES, start=1):
            among = np.flatnonzero(nodes == number)
            if len(among):
                counties = slice(int(among[0]), int(among[-1]) + 1)
                units = slice(int(ends[counties.start]), int(ends[counties.stop]))
                self._groups.append((n_nodes, counties, units))
        self.most_county_spread = 0.999 * part.level.sd_logit * np.sqrt(part.n_counties)

    @cached_property
    def prior_mean(self) -> FloatArray:
        """Of level and slopes, shape (1 + n_covariates,)."""
        n_slopes = self._design.shape[1] - 1
        return np.array([self.part.level.mean_logit, *([self.part.slope_mean] * n_slopes)])

    def prior_precision(self, spreads: Spreads) -> FloatArray:
        """Of level and slopes, shape (1 + n_covariates,)."""
        n_slopes = self._design.shape[1] - 1
        level = self.part.level.sd_logit**2 - spreads.county**2 / self.part.n_counties
        # A prior by which counties differ more than races do leaves nothing for the level.
        level = max(level, LEAST_VARIANCE * self.part.level.sd_logit**2)
        return np.array([1.0 / level, *([self.part.slope_sd**-2.0] * n_slopes)])

    def mode(self, spreads: Spreads, start: ConditionalMode | None = None) -> ConditionalMode:
        """Newton's search for the mode, from that at other spreads where there is one.

        Parameters
        ----------
        spreads
            The county spread at most `most_county_spread`.
        start
            The mode at spreads near by.
        """
        sigma, weight = spreads.county, self.prior_precision(spreads)
        common = self.prior_mean if start is None else start.common
        effects = np.zeros(len(self.present)) if start is None else start.effects
        value = self._log_joint(spreads, common, effects)
        for _ in range(MAX_STEPS):
            log_odds = self._design @ common + sigma * effects[self._county]
            slope, bend = slope_and_curvature(
                self._successes, self._failures, log_odds, spreads.concentration
            )
            # Where a unit is bent upwards it is taken as straight: the curvature stays positive.
            bend = np.maximum(bend, 0.0)
            score, precision = self._by_county(slope), self._by_county(bend)
            weighted = self._design * bend[:, None]  # (n_units, common) * (n_units, 1)
            cross = np.add.reduceat(weighted, self._starts, axis=0)
            own = 1.0 + sigma**2 * precision
            block = self._design.T @ weighted + np.diag(weight)
            block -= sigma**2 * (cross / own[:, None]).T @ cross
            factor = linalg.cholesky(block, lower=True)
            by_effects = sigma * score - effects
            by_common = self._design.T @ slope - weight * (common - self.prior_mean)
            reduced = by_common - sigma * cross.T @ (by_effects / own)
            step = linalg.cho_solve((factor, True), reduced)
            effect_step = (by_effects - sigma * cross @ step) / own
            gain = float(by_common @ step + by_effects @ effect_step)
            if gain < AT_THE_MODE:
                break
            for halving in range(MAX_HALVINGS):
                part = 0.5**halving
                moved = common + part * step, effects + part * effect_step
                new = self._log_joint(spreads, *moved)
                if new > value:
                    break
            else:
                break
            (common, effects), value = moved, new
        log_density = (
            value
            + 0.5 * np.log(weight).sum()
            - 0.5 * np.log(own).sum()
            - np.log(np.diag(factor)).sum()
            + self._log_prior(spreads)
        )
        return ConditionalMode(
            spreads, common, effects, score, precision, cross, factor, float(log_density)
        )

    def integral(self, spreads: Spreads, common: FloatArray, near: ConditionalMode) -> Integral:
        """Integrate the effects by adaptive Gauss-Hermite quadrature, county by county.

        Parameters
        ----------
        spreads, common
            Where.
        near
            A mode near by, which says where each effect is likely to be.
        """
        sigma = spreads.county
        # What units tell goes by the inverse of their variance, which the unit spread changes.
        told = self._variance(near.spreads) / self._variance(spreads)
        own = 1.0 + sigma**2 * told * near.precision
        pull = near.score + near.precision * near.spreads.county * near.effects
        pull -= near.cross @ (common - near.common)
        centre = sigma * told * pull / own
        sd = 1.0 / np.sqrt(own)
        mean, deviation = np.array(centre), np.array(sd)
        log_odds = self._design @ common
        total = float(np.log(sd).sum())
        for n_nodes, counties, units in self._groups:
            nodes, weights = _nodes(n_nodes)
            effect = centre[counties] + sd[counties] * nodes[:, None]  # (node, county)
            by_unit = log_likelihood(
                self._successes[units],
                self._failures[units],
                log_odds[units] + sigma * effect[:, self._county[units] - counties.start],
                spreads.concentration,
            )
            starts = self._starts[counties] - units.start
            log_terms = np.add.reduceat(by_unit, starts, axis=1) - effect**2 / 2
            log_terms += (np.log(weights) + nodes**2 / 2)[:, None]
            highest = log_terms.max(axis=0)
            terms = np.exp(log_terms - highest)
            sums = terms.sum(axis=0)
            total += float((highest + np.log(sums)).sum())
            if n_nodes > 1:
                mean[counties] = (terms * effect).sum(axis=0) / sums
                square = (terms * (effect - mean[counties]) ** 2).sum(axis=0) / sums
                deviation[counties] = np.sqrt(square)
        weight = self.prior_precision(spreads)
        prior = 0.5 * np.log(weight).sum() - 0.5 * weight @ (common - self.prior_mean) ** 2
        return Integral(total + float(prior) + self._log_prior(spreads), mean, deviation)

    def _variance(self, spreads: Spreads) -> float:
        """Of the share of a unit of typical size, over that of a coin."""
        return 1.0 / (spreads.concentration + 1.0) + self._typical

    def _log_joint(self, spreads: Spreads, common: FloatArray, effects: FloatArray) -> float:
        """Log likelihood, and the prior of effects and common numbers without constants."""
        log_odds = self._design @ common + spreads.county * effects[self._county]
        by_unit = log_likelihood(self._successes, self._failures, log_odds, spreads.concentration)
        weight = self.prior_precision(spreads)
        away = effects @ effects + weight @ (common - self.prior_mean) ** 2
        return float(by_unit.sum() - 0.5 * away)

    def _log_prior(self, spreads: Spreads) -> float:
        """Of the spreads; by the log of the unit spread."""
        unit = spreads.unit / self.part.unit_spread.scale
        found = -0.5 * unit**2 + np.log(spreads.unit)
        if self.part.learns_county_spread:
            found -= 0.5 * (spreads.county / self.part.county_scale) ** 2
        return float(found)

    def _by_county(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.add.reduceat(values, self._starts))


def _nodes(n_nodes: int) -> tuple[FloatArray, FloatArray]:
    """Of a standard normal; the weights add up to 1."""
    nodes, weights = hermegauss(n_nodes)
    return nodes, weights / weights.sum()
