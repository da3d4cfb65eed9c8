"""A normal hierarchy of race, county, unit and cell, conditioned on what was counted.

A cell is a unit, or one way of voting in it. On the log-odds of the share, or the log of the
votes:

    y_i = mean_i + x_i · b + z_i · c + g_i county_k(i) + h_i unit_u(i) + own_i

with b ~ N(0, v V), c ~ N(0, (q r n t)² I), county ~ N(0, (m s)²), unit ~ N(0, (n t)²) and own_i
normal with a known variance. z · c is what units of a like make-up share of their departures: the
larger a unit's own departures, the larger these. Of a cell that is counted in part, y_i + part_i d
is observed, with d ~ N(0, v): its part differs from its whole, as all parts do. v has the weights
of a scale mixture, so that b is Student's t: a race far from its forecast pulls itself loose. m, n
and q are unknown too, log-normal around 1. `forecast.night.level_conditioning` has the posterior.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.stats.arrays import BoolArray, FloatArray, IndexArray


@dataclass(frozen=True, eq=False)
class Level:
    """The prior of one quantity, the share or the votes, in every cell.

    Attributes
    ----------
    mean
        Of each cell, on its log scale, shape (n_cells,).
    x
        What the coefficients are multiplied with, shape (n_cells, n_coefficients).
    covariance
        Of the coefficients, (n_coefficients, n_coefficients).
    shared
        What the departures that units share are multiplied with, shape (n_cells, n_shared).
    shared_ratio
        Standard deviation of these, in multiples of the unit effects'.
    load, unit_load
        What county effects, and what unit effects, are multiplied with, shape (n_cells,).
    county_sd, unit_sd
        Standard deviations of these effects.
    cell_sd
        Of a cell's own departure beside the chance in its votes, shape (n_cells,).
    county, unit
        Positions of the county and of the unit, shape (n_cells,).
    variances, variance_weights
        Multiples of `covariance` in the scale mixture and their weights, shape (n_nodes,).
    county_log_sd, unit_log_sd, shared_log_sd
        Prior standard deviations of the logs of the three scales.
    own_variance
        Coefficients whose variance `variances` do not multiply, None where they do of all, shape
        (n_coefficients,): a race far from its forecast says nothing of them.
    part_column
        Which coefficient is d, by which observed parts differ from their cells, None where nothing
        is observed in part. No cell has it; only what is observed does.
    """

    mean: FloatArray
    x: FloatArray
    covariance: FloatArray
    shared: FloatArray
    shared_ratio: float
    load: FloatArray
    unit_load: FloatArray
    county_sd: float
    unit_sd: float
    cell_sd: FloatArray
    county: IndexArray
    unit: IndexArray
    variances: FloatArray
    variance_weights: FloatArray
    county_log_sd: float
    unit_log_sd: float
    shared_log_sd: float
    own_variance: BoolArray | None = None
    part_column: int | None = None

    @cached_property
    def columns(self) -> FloatArray:
        """What b and c are multiplied with, shape (n_cells, n_coefficients + n_shared)."""
        return np.concatenate([self.x, self.shared], axis=1)

    @cached_property
    def n_counties(self) -> int:
        """How many counties there are."""
        return int(self.county.max(initial=-1)) + 1

    @cached_property
    def county_of_unit(self) -> IndexArray:
        """County of each unit, shape (n_units,)."""
        found = np.zeros(int(self.unit.max(initial=-1)) + 1, dtype=np.intp)
        found[self.unit] = self.county
        return found

    @cached_property
    def factor(self) -> FloatArray:
        """A root of the covariance: factor @ factor.T, so that no variance must be above 0."""
        values, vectors = np.linalg.eigh(self.covariance)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0)))

    def root(self, variance: float) -> FloatArray:
        """A root of the coefficients' covariance at a point of the scale mixture."""
        scale = np.full(len(self.factor), np.sqrt(variance))
        if self.own_variance is not None:
            scale[self.own_variance] = 1.0
        return scale[:, None] * self.factor

    def of_cells(self, cells: IndexArray) -> "Level":
        """The prior of some cells alone, in their order."""
        return replace(
            self,
            mean=self.mean[cells],
            x=self.x[cells],
            shared=self.shared[cells],
            load=self.load[cells],
            unit_load=self.unit_load[cells],
            cell_sd=self.cell_sd[cells],
            county=np.unique(self.county[cells], return_inverse=True)[1],
            unit=np.unique(self.unit[cells], return_inverse=True)[1],
        )

    def open_to(self, observed: "Observed") -> "Level":
        """The prior with a coefficient d where something is observed in part."""
        if observed.part is None or not observed.part.any():
            return self
        k = self.x.shape[1]
        covariance = np.eye(k + 1)
        covariance[:k, :k] = self.covariance
        x = np.concatenate([self.x, np.zeros((len(self.x), 1))], axis=1)
        own = None if self.own_variance is None else np.append(self.own_variance, False)
        return replace(self, x=x, covariance=covariance, own_variance=own, part_column=k)

    def observed_columns(self, observed: "Observed") -> FloatArray:
        """What b and c are multiplied with in what was observed, a row each, as `columns`."""
        columns = self.columns[observed.cell]
        if self.part_column is not None and observed.part is not None:
            columns[:, self.part_column] = observed.part
        return columns

    def seen(self, observed: "Observed") -> "Level":
        """The cells given what was observed of them as a whole, beside what it says of all others.

        Their own departures are drawn to it by as much as it is surer than they are: a cell's value
        is then the part `gain` of what was observed, and the rest of the hierarchy's.

        Parameters
        ----------
        observed
            What the level was conditioned on.
        """
        own, gain = self.cell_sd**2, np.zeros(len(self.mean))
        value, at = np.zeros(len(self.mean)), observed.cell
        gain[at] = own[at] / np.maximum(own[at] + observed.variance, 1e-300)
        value[at] = observed.value
        rest = 1 - gain
        x = rest[:, None] * self.x
        if self.part_column is not None and observed.part is not None:
            x[at, self.part_column] = -gain[at] * observed.part
        return replace(
            self,
            mean=rest * self.mean + gain * value,
            x=x,
            shared=rest[:, None] * self.shared,
            load=rest * self.load,
            unit_load=rest * self.unit_load,
            cell_sd=np.sqrt(rest) * self.cell_sd,
        )


@dataclass(frozen=True, eq=False)
class UnitEffects:
    """What the observed cells of each unit say of its own effect, given a unit's variance.

    The posterior mean is `y - x @ (b, c) - g * county`, its variance `variance`; shapes (n_units,)
    and (n_units, n_coefficients + n_shared).
    """

    y: FloatArray
    x: FloatArray
    g: FloatArray
    variance: FloatArray


@dataclass(frozen=True, eq=False)
class Node:
    """One point of the grid: the normal posterior there, and how much it weighs.

    Attributes
    ----------
    weight
        Posterior probability of the point.
    mean, root
        Of b and c: mean, and a root of the covariance, (n_coefficients + n_shared,) and square.
    county_y, county_x, county_sd
        A county's effect given these is normal: mean `county_y - county_x @ (b, c)`, and the
        standard deviation, shapes (n_counties,), (n_counties, n_coefficients + n_shared) and
        (n_counties,).
    units
        The same of the units.
    scales
        Multiples of the unit's and of the county's standard deviation at this point.
    """

    weight: float
    mean: FloatArray
    root: FloatArray
    county_y: FloatArray
    county_x: FloatArray
    county_sd: FloatArray
    units: UnitEffects
    scales: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Observed:
    """Cells that say something: which, what, and how precisely.

    Attributes
    ----------
    cell
        Positions, shape (n_observed,).
    value
        On the scale of the level, shape (n_observed,).
    variance
        Of the chance in it, shape (n_observed,).
    part
        Standard deviation of what it shares with all others that are observed in part, shape
        (n_observed,); 0 where a cell is observed as a whole, None where all are.
    """

    cell: IndexArray
    value: FloatArray
    variance: FloatArray
    part: FloatArray | None = None

    def alone(self, used: IndexArray) -> "Observed":
        """Some of them, in a level of their cells alone and in this order."""
        part = None if self.part is None else self.part[used]
        return Observed(np.arange(len(used)), self.value[used], self.variance[used], part)


@dataclass(frozen=True, eq=False)
class Posterior:
    """The mixture over the grid, heaviest points first; their weights add up to 1."""

    level: Level
    nodes: tuple[Node, ...]

    @cached_property
    def weights(self) -> FloatArray:
        """Weights of the nodes, shape (n_nodes,)."""
        return np.array([node.weight for node in self.nodes])

    def coefficients(self) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance of b over the mixture."""
        k = self.level.x.shape[1]
        mean = self.weights @ np.stack([node.mean[:k] for node in self.nodes])
        covariance = np.zeros((k, k))
        for node in self.nodes:
            away = node.mean[:k] - mean
            covariance += node.weight * (node.root[:k] @ node.root[:k].T + np.outer(away, away))
        return mean, covariance

    def cell_moments(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance of every cell's value without the chance in its votes, (n_cells,).

        Of a cell that was observed the own departure is as unknown as it was, for what is left of
        it to be counted may differ; see `Level.seen` where it may not.
        """
        level = self.level
        first, second = np.zeros(len(level.mean)), np.zeros(len(level.mean))
        for node in self.nodes:
            offset, x, g, own = effective_rows(level, node)
            full = x - g[:, None] * node.county_x[level.county]
            mean = offset + full @ node.mean + g * node.county_y[level.county]
            variance = ((full @ node.root) ** 2).sum(axis=1)
            variance += (g * node.county_sd[level.county]) ** 2 + own
            first += node.weight * mean
            second += node.weight * (variance + mean**2)
        return first, np.maximum(second - first**2, 0)


def effective_rows(
    level: Level, node: Node, cells: BoolArray | IndexArray | slice = slice(None)
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """What a cell is given b, c and its county, the unit's effect integrated out.

    Returns
    -------
    tuple
        Offset, row of b and c, load of the county, and the variance that is left: of the unit's
        effect and of the cell's own departure.
    """
    unit, load = level.unit[cells], level.unit_load[cells]
    units = node.units
    offset = level.mean[cells] + load * units.y[unit]
    x = level.columns[cells] - load[:, None] * units.x[unit]
    g = level.load[cells] - load * units.g[unit]
    own = load**2 * units.variance[unit] + level.cell_sd[cells] ** 2
    return offset, x, g, own
