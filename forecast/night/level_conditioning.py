"""The posterior of a level given what was observed of some of its cells, in closed form.

Over a grid of the scales of units, counties, what units share and the scale mixture everything is
normal. Units and counties are integrated out (Sherman and Morrison), then what units share, which
leaves a matrix of the size of b: its determinant is the marginal likelihood of the point. The
posterior is the mixture over the grid, but for points that weigh next to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from forecast.night.hierarchy import Level, Node, Observed, Posterior, UnitEffects
from forecast.stats.arrays import FloatArray, IndexArray

# Multiples of the standard deviations of counties, of units, and of what units share, evenly spaced
# in their logs.
COUNTY_SCALES: FloatArray = np.exp(np.linspace(np.log(0.25), np.log(4.0), 7))
UNIT_SCALES: FloatArray = np.exp(np.linspace(np.log(0.2), np.log(3.5), 11))
SHARED_SCALES: FloatArray = np.exp(np.linspace(np.log(0.3), np.log(3.5), 5))
# A node that weighs less than this moves no quantile that is printed.
MIN_WEIGHT = 0.002
MAX_NODES = 64


def condition_level(level: Level, observed: Observed) -> Posterior:
    """Condition a level on what was observed of some of its cells.

    Parameters
    ----------
    level
        The prior.
    observed
        The cells; none gives the prior back as a mixture.
    """
    level = level.open_to(observed)
    points = _points(level, observed)
    densities = _log_densities(level, points)
    weights = np.exp(densities - densities.max())
    weights /= weights.sum()
    order = np.argsort(-weights, axis=None, kind="stable").tolist()
    kept = [i for i in order[:MAX_NODES] if weights.flat[i] >= MIN_WEIGHT]
    total = float(weights.flat[kept].sum())
    nodes = []
    for flat in kept:
        one, other = np.unravel_index(flat, weights.shape)
        variance = float(level.variances[other])
        nodes.append(points[one].node(float(weights[one, other]) / total, level.root(variance)))
    return Posterior(level, tuple(nodes))


def log_evidence(level: Level, observed: Observed) -> float:
    """Log of how likely what was observed is, less what is the same for every value.

    Parameters
    ----------
    level
        The prior.
    observed
        The cells.
    """
    level = level.open_to(observed)
    return _log_sum(_log_densities(level, _points(level, observed)))


def shared_evidence(level: Level, observed: Observed, ratios: Sequence[float]) -> FloatArray:
    """Log of how likely what was observed is, by how much units share of their departures.

    Parameters
    ----------
    level
        The prior; its own ratio, and how sure it is, are not used.
    observed
        The cells.
    ratios
        Values of `Level.shared_ratio`.

    Returns
    -------
    FloatArray
        Less what is the same for every ratio, shape (n_ratios,).
    """
    level = replace(level.open_to(observed), shared_ratio=1.0, shared_log_sd=0.0)
    points, found = _points(level, observed), []
    for ratio in ratios:
        densities = _log_densities(level, [p.with_shared(level, ratio) for p in points])
        found.append(_log_sum(densities))
    return np.array(found)


def _log_sum(logs: FloatArray) -> float:
    peak = float(logs.max())
    return peak + float(np.log(np.exp(logs - peak).sum()))


def _points(level: Level, observed: Observed) -> list["_Point"]:
    at = observed.cell
    y = observed.value - level.mean[at]
    weight = 1 / (observed.variance + level.cell_sd[at] ** 2)
    has_counties = level.n_counties > 1 and level.county_sd > 0
    has_shared = level.shared.shape[1] > 0 and level.shared_log_sd > 0
    shared_scales = SHARED_SCALES.tolist() if has_shared else [1.0]
    points: list[_Point] = []
    for unit_scale in UNIT_SCALES.tolist() if level.unit_sd > 0 else [1.0]:
        unit_sd = unit_scale * level.unit_sd
        sums, units = _sums(level, observed, y, weight, unit_sd**2)
        for county_scale in COUNTY_SCALES.tolist() if has_counties else [1.0]:
            sd = county_scale * level.county_sd if has_counties else 0.0
            point = _Point.of(level, sums, units, (unit_scale, county_scale), sd**2)
            points += [point.with_shared(level, scale) for scale in shared_scales]
    return points


def _log_densities(level: Level, points: list["_Point"]) -> FloatArray:
    """Log marginal likelihood and prior, shape (n_points, n_variances)."""
    k = level.x.shape[1]
    roots = np.stack([level.root(variance) for variance in level.variances.tolist()])
    reduced = [point.without_shared(k) for point in points]
    precision = np.stack([one.precision for one in reduced])[:, None]
    right = np.stack([one.right for one in reduced])[:, None, None]
    turned = (right @ roots)[..., 0, :]
    inner = np.eye(k) + np.swapaxes(roots, -1, -2) @ precision @ roots
    solved = np.linalg.solve(inner, turned[..., None])[..., 0]
    density = np.array([one.log_density for one in reduced])[:, None]
    density = density + 0.5 * (turned * solved).sum(axis=-1) - 0.5 * np.linalg.slogdet(inner)[1]
    return np.asarray(density + np.log(level.variance_weights))


class _Reduced(NamedTuple):
    """What a point says of b alone."""

    precision: FloatArray
    right: FloatArray
    log_density: float


@dataclass(frozen=True, eq=False)
class _Point:
    """A point of the grid but for the scale mixture: what is left over of b and c."""

    scales: tuple[float, float]
    gain: FloatArray
    sums: "_WeightedSums"
    units: UnitEffects
    shared_sd: float
    precision: FloatArray
    right: FloatArray
    log_density: float

    @classmethod
    def of(
        cls,
        level: Level,
        sums: "_WeightedSums",
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
        precision = sums.xx - (sums.xg * gain[:, None]).T @ sums.xg
        right = sums.xy - sums.xg.T @ (gain * sums.gy)
        square = sums.yy - float((gain * sums.gy**2).sum())
        log_density -= 0.5 * (square + log_determinant)
        return cls(scales, gain, sums, units, 0.0, precision, right, log_density)

    def with_shared(self, level: Level, scale: float) -> "_Point":
        """The point at one scale of what units share."""
        return replace(
            self,
            shared_sd=scale * level.shared_ratio * self.scales[0] * level.unit_sd,
            log_density=self.log_density + _log_prior(scale, level.shared_log_sd),
        )

    def without_shared(self, k: int) -> _Reduced:
        """Integrate what units share out; the first k of the coefficients are left."""
        own, cross = self.precision[:k, :k], self.shared_sd * self.precision[:k, k:]
        inner = self.shared_sd**2 * self.precision[k:, k:]
        inner[np.diag_indices_from(inner)] += 1
        right = self.shared_sd * self.right[k:]
        solved = np.linalg.solve(inner, np.column_stack([cross.T, right]))
        explained = 0.5 * float(right @ solved[:, -1]) - 0.5 * float(np.linalg.slogdet(inner)[1])
        return _Reduced(
            own - cross @ solved[:, :-1],
            self.right[:k] - cross @ solved[:, -1],
            self.log_density + explained,
        )

    def node(self, weight: float, root: FloatArray) -> Node:
        """The point at one variance of the scale mixture, and how much it weighs."""
        sums, gain, k = self.sums, self.gain, len(root)
        prior_root = self.shared_sd * np.eye(len(self.right))
        prior_root[:k, :k] = root
        inner = prior_root.T @ self.precision @ prior_root
        values, vectors = np.linalg.eigh(inner)
        # The inverse root of I + R'PR, symmetric: without data it is the identity, and the
        # coefficients are where their scores put them.
        inverse_root = (vectors / np.sqrt(1 + np.maximum(values, 0))) @ vectors.T
        root = prior_root @ inverse_root
        return Node(
            weight,
            mean=root @ (root.T @ self.right),
            root=root,
            county_y=gain * sums.gy,
            county_x=gain[:, None] * sums.xg,
            county_sd=np.sqrt(gain),
            units=self.units,
            scales=self.scales,
        )


def _log_prior(scale: float, log_sd: float) -> float:
    if log_sd == 0:  # the scale is known
        return 0.0
    return -0.5 * (float(np.log(scale)) / log_sd) ** 2


class _WeightedSums(NamedTuple):
    """Weighted sums with the units integrated out: of b and c, and with g by county."""

    xx: FloatArray
    xy: FloatArray
    yy: float
    xg: FloatArray
    gg: FloatArray
    gy: FloatArray
    log_determinant: float


def _sums(
    level: Level,
    observed: Observed,
    y: FloatArray,
    weight: FloatArray,
    unit_variance: float,
) -> tuple[_WeightedSums, UnitEffects]:
    """Sums over the observed cells; every unit's own effect is integrated out."""
    unit_variance = max(unit_variance, 1e-12)
    at = observed.cell
    unit, county, of_unit = level.unit[at], level.county[at], level.county_of_unit
    load, unit_load = level.load[at], level.unit_load[at]
    columns = np.column_stack([level.observed_columns(observed), load, y])
    loaded = unit_load * weight
    # Gain of a unit's effect: of what its cells say together.
    gain = 1 / (1 / unit_variance + np.bincount(unit, loaded * unit_load, len(of_unit)))
    said = summed(loaded[:, None] * columns, unit, len(of_unit))
    gained = gain[:, None] * said
    products = columns.T @ (weight[:, None] * columns) - said.T @ gained
    by_county = summed((weight * load)[:, None] * columns, county, level.n_counties)
    by_county -= summed(gained[:, -2, None] * said, of_unit, level.n_counties)
    log_determinant = float(-np.log(weight).sum() - np.log(gain / unit_variance).sum())
    sums = _WeightedSums(
        xx=products[:-2, :-2],
        xy=products[:-2, -1],
        yy=float(products[-1, -1]),
        xg=by_county[:, :-2],
        gg=by_county[:, -2],
        gy=by_county[:, -1],
        log_determinant=log_determinant,
    )
    return sums, UnitEffects(gained[:, -1], gained[:, :-2], gained[:, -2], gain)


def summed(values: FloatArray, group: IndexArray, n_groups: int) -> FloatArray:
    """Sums of some rows, (n, n_columns), by group, shape (n_groups, n_columns)."""
    columns = [np.bincount(group, column, n_groups) for column in values.T]
    return np.stack(columns, axis=1).astype(np.float64)  # sums of nothing are whole numbers
