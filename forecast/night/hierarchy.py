"""A normal hierarchy of race, county, unit and cell, conditioned on what was counted.

A cell is a unit, or one way of voting in it. On the log-odds of the share, or the log of the
votes:

    y_i = mean_i + x_i · b + g_i county_k(i) + h_i unit_u(i) + own_i

with b ~ N(0, v V), county ~ N(0, (m s)²), unit ~ N(0, (n t)²) and own_i normal with a known
variance. v has the weights of a scale mixture, so that b is Student's t: a race far from its
forecast pulls itself loose. m and n are unknown too, log-normal around 1. Over a grid of the three
everything is normal in closed form: units and counties are integrated out (Sherman and Morrison),
which leaves a matrix of the size of b. The posterior is the mixture over the grid.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from forecast.stats.arrays import BoolArray, FloatArray, IndexArray

# Multiples of the county's and of the unit's standard deviation, evenly spaced in their logs.
COUNTY_SCALES: FloatArray = np.exp(np.linspace(np.log(0.25), np.log(4.0), 7))
UNIT_SCALES: FloatArray = np.exp(np.linspace(np.log(0.2), np.log(3.5), 11))
# A node that weighs less than this moves no quantile that is printed.
MIN_WEIGHT = 0.002
MAX_NODES = 64


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
    county_log_sd, unit_log_sd
        Prior standard deviations of the logs of the two scales.
    """

    mean: FloatArray
    x: FloatArray
    covariance: FloatArray
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


class Sums(NamedTuple):
    """Weighted sums by county with the units integrated out; the last axes are coefficients."""

    xx: FloatArray
    xg: FloatArray
    gg: FloatArray
    xy: FloatArray
    gy: FloatArray
    yy: float
    log_determinant: float


@dataclass(frozen=True, eq=False)
class UnitEffects:
    """What the observed cells of each unit say of its own effect, given a unit's variance.

    The posterior mean is `y - x @ b - g * county`, its variance `variance`; shapes (n_units,) and
    (n_units, n_coefficients).
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
        Of the coefficients: mean, and a root of the covariance, (n_coefficients,) and square.
    county_y, county_x, county_sd
        A county's effect given b is normal: mean `county_y - county_x @ b`, and the standard
        deviation, shapes (n_counties,), (n_counties, n_coefficients), (n_counties,).
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
    """

    cell: IndexArray
    value: FloatArray
    variance: FloatArray


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
        """Mean and covariance of the coefficients over the mixture."""
        means = np.stack([node.mean for node in self.nodes])
        mean = self.weights @ means
        covariance = sum(
            node.weight * (node.root @ node.root.T + np.outer(node.mean - mean, node.mean - mean))
            for node in self.nodes
        )
        return mean, np.asarray(covariance)

    def cell_moments(self) -> tuple[FloatArray, FloatArray]:
        """Mean and variance of every cell's value without the chance in its votes, (n_cells,).

        Of a cell that was observed the own departure is as unknown as it was: what is left of
        it to be counted may differ.
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


def condition_level(level: Level, observed: Observed) -> Posterior:
    """Condition a level on what was observed of some of its cells.

    Parameters
    ----------
    level
        The prior.
    observed
        The cells; none gives the prior back as a mixture.
    """
    at = observed.cell
    y = observed.value - level.mean[at]
    weight = 1 / (observed.variance + level.cell_sd[at] ** 2)
    has_counties = level.n_counties > 1 and level.county_sd > 0
    points: list[_Point] = []
    for unit_scale in UNIT_SCALES.tolist() if level.unit_sd > 0 else [1.0]:
        sums, units = _sums(level, at, y, weight, (unit_scale * level.unit_sd) ** 2)
        for county_scale in COUNTY_SCALES.tolist() if has_counties else [1.0]:
            sd = county_scale * level.county_sd if has_counties else 0.0
            points.append(_Point.of(level, sums, units, (unit_scale, county_scale), sd**2))
    roots = np.sqrt(level.variances)[:, None, None] * level.factor
    logs = np.stack([point.log_density for point in points])
    # (n_points, 1, k, k) and (n_variances, k, k)
    right = (np.stack([point.right for point in points])[:, None, None] @ roots)[..., 0, :]
    precision = np.stack([point.precision for point in points])[:, None]
    inner = np.eye(len(level.factor)) + np.swapaxes(roots, -1, -2) @ precision @ roots
    values, vectors = np.linalg.eigh(inner)
    turned = (right[..., None, :] @ vectors)[..., 0, :]
    density = logs[:, None] + 0.5 * (turned**2 / values).sum(axis=-1)
    density += np.log(level.variance_weights) - 0.5 * np.log(values).sum(axis=-1)
    weights = np.exp(density - density.max())
    weights /= weights.sum()
    order = np.argsort(-weights, axis=None, kind="stable").tolist()
    kept = [i for i in order[:MAX_NODES] if weights.flat[i] >= MIN_WEIGHT]
    total = float(weights.flat[kept].sum())
    nodes = []
    for flat in kept:
        one, other = np.unravel_index(flat, weights.shape)
        # The inverse root of I + R'PR, symmetric: without data it is the identity, and the
        # coefficients are where their scores put them.
        v = vectors[one, other]
        inverse_root = (v / np.sqrt(values[one, other])) @ v.T
        root = roots[other] @ inverse_root
        mean = root @ inverse_root.T @ right[one, other]
        nodes.append(points[one].node(float(weights[one, other]) / total, mean, root))
    return Posterior(level, tuple(nodes))


@dataclass(frozen=True, eq=False)
class _Point:
    """A point of the grid but for the scale mixture: what is left over of the coefficients."""

    scales: tuple[float, float]
    gain: FloatArray
    sums: Sums
    units: UnitEffects
    precision: FloatArray
    right: FloatArray
    log_density: float

    @classmethod
    def of(
        cls,
        level: Level,
        sums: Sums,
        units: UnitEffects,
        scales: tuple[float, float],
        county_variance: float,
    ) -> "_Point":
        """Integrate the counties out."""
        gain = np.zeros_like(sums.gg)
        log_density = _log_prior(scales[0], level.unit_log_sd)
        log_density += _log_prior(scales[1], level.county_log_sd)
        log_determinant = sums.log_determinant
        if county_variance > 0:
            gain = 1 / (1 / county_variance + sums.gg)
            log_determinant += float(np.log1p(county_variance * sums.gg).sum())
        precision = sums.xx.sum(axis=0) - (sums.xg * gain[:, None]).T @ sums.xg
        right = sums.xy.sum(axis=0) - sums.xg.T @ (gain * sums.gy)
        square = sums.yy - float((gain * sums.gy**2).sum())
        log_density -= 0.5 * (square + log_determinant)
        return cls(scales, gain, sums, units, precision, right, log_density)

    def node(self, weight: float, mean: FloatArray, root: FloatArray) -> Node:
        """The point with its coefficients and how much it weighs."""
        sums, gain = self.sums, self.gain
        return Node(
            weight,
            mean,
            root,
            county_y=gain * sums.gy,
            county_x=gain[:, None] * sums.xg,
            county_sd=np.sqrt(gain),
            units=self.units,
            scales=self.scales,
        )


def _log_prior(scale: float, log_sd: float) -> float:
    return -0.5 * (float(np.log(scale)) / log_sd) ** 2


def _sums(
    level: Level,
    at: IndexArray,
    y: FloatArray,
    weight: FloatArray,
    unit_variance: float,
) -> tuple[Sums, UnitEffects]:
    """Sums by county; every unit's own effect is integrated out."""
    x, load, unit_load = level.x[at], level.load[at], level.unit_load[at]
    n_units, n_k = len(level.county_of_unit), x.shape[1]
    unit = level.unit[at]
    county = level.county[at]
    columns = np.column_stack([x, load, y]).astype(np.float64)  # b, county, and what is observed
    loaded = unit_load * weight

    def by_unit(values: FloatArray) -> FloatArray:
        return np.bincount(unit, values, minlength=n_units).astype(np.float64)

    # Gain of a unit's effect: of what its cells say together.
    gain = 1 / (1 / max(unit_variance, 1e-12) + by_unit(loaded * unit_load))
    said = np.stack([by_unit(loaded * column) for column in columns.T], axis=1)
    n_columns = n_k + 2
    products = np.empty((n_columns, n_columns, level.n_counties))
    of_unit = level.county_of_unit
    for one in range(n_columns):
        weighted = weight * columns[:, one]
        reduced = gain * said[:, one]
        for other in range(one + 1):
            inside = np.bincount(county, weighted * columns[:, other], level.n_counties)
            less = np.bincount(of_unit, reduced * said[:, other], level.n_counties)
            products[one, other] = products[other, one] = inside - less
    log_determinant = float(-np.log(weight).sum() - np.log(gain / max(unit_variance, 1e-12)).sum())
    g, v = n_k, n_k + 1
    sums = Sums(
        xx=np.moveaxis(products[:n_k, :n_k], -1, 0),
        xg=products[:n_k, g].T,
        gg=products[g, g],
        xy=products[:n_k, v].T,
        gy=products[g, v],
        yy=float(products[v, v].sum()),
        log_determinant=log_determinant,
    )
    gained = gain[:, None] * said
    return sums, UnitEffects(gained[:, v], gained[:, :n_k], gained[:, g], gain)


def effective_rows(
    level: Level, node: Node, cells: BoolArray | IndexArray | slice = slice(None)
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """What a cell is given b and its county, the unit's effect integrated out.

    Returns
    -------
    tuple
        Offset, row of b and load of the county, and the variance that is left: of the unit's
        effect and of the cell's own departure.
    """
    unit, load = level.unit[cells], level.unit_load[cells]
    units = node.units
    offset = level.mean[cells] + load * units.y[unit]
    x = level.x[cells] - load[:, None] * units.x[unit]
    g = level.load[cells] - load * units.g[unit]
    own = load**2 * units.variance[unit] + level.cell_sd[cells] ** 2
    return offset, x, g, own
