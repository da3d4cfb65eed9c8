"""Where the two spreads of a part are likely, as a grid, and proposals drawn from it.

The grid follows the density of the spreads, with all else integrated out by the normal around the
mode at each node (Rue, Martino and Chopin 2009), and goes on until hardly any is left. A proposal
takes a node by its density, spreads around it from the tent over the node, and level and slopes
from a Student t around the mode there. So no shape of the density of the spreads is assumed: it
may lean on 0, as where counties do not differ, or be a ridge.
"""

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize
from scipy.special import gammaln

from forecast.first_round.conditional import ConditionalMode, ConditionalPart, Spreads
from forecast.first_round.parts import LEAST_UNIT_SPREAD, MOST_UNIT_SPREAD
from forecast.stats.arrays import FloatArray, IndexArray

# In log density below the highest node, where the grid ends: one node further out is in it.
FLOOR = 5.0
MAX_NODES = 400
# A step of the grid costs so much in log density from the mode: about a standard deviation.
STEP_COSTS, LEAST_COST, MOST_COST = 0.6, 0.3, 1.0
SEARCHES, STEP_SEARCHES = 80, 12
DF = 8.0
_LOWEST, _HIGHEST = float(np.log(LEAST_UNIT_SPREAD)), float(np.log(MOST_UNIT_SPREAD))
Node = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Proposals:
    """Draws from the grid.

    Attributes
    ----------
    spreads
        (county spread, log of the unit spread), shape (n, 2).
    common
        Level and slopes, shape (n, 1 + n_covariates).
    node
        The node that each came from.
    log_density
        Of the proposal, shape (n,).
    """

    spreads: FloatArray
    common: FloatArray
    node: IndexArray
    log_density: FloatArray


@dataclass(frozen=True, eq=False)
class SpreadGrid:
    """The nodes, in order, and what is known at each.

    Attributes
    ----------
    modes
        The conditional mode at each node.
    places
        (county spread, log of the unit spread), shape (n_nodes, 2).
    steps
        Of the grid along both, shape (2,); 0 where the county spread is known.
    weights
        Adding up to 1, shape (n_nodes,).
    at_edge
        Whether a node is at the lowest value of each, shape (n_nodes, 2): its tent is half.
    """

    modes: tuple[ConditionalMode, ...]
    places: FloatArray
    steps: FloatArray
    weights: FloatArray
    at_edge: FloatArray

    @classmethod
    def of(cls, part: ConditionalPart) -> "SpreadGrid":
        """Find the mode, the steps, and all nodes where the density is."""
        search = _Search(part)
        top = search.top()
        steps = search.steps(top)
        found = search.fill(top, steps)
        nodes = sorted(found)
        modes = tuple(found[node] for node in nodes)
        index = np.array(nodes)
        at_edge = index == 0
        at_edge[:, 0] &= steps[0] > 0
        log_weight = np.array([mode.log_density for mode in modes]) - at_edge.sum(axis=1) * np.log(
            2.0
        )
        weights = np.exp(log_weight - log_weight.max())
        places = np.array([_place(mode.spreads) for mode in modes])
        return cls(modes, places, steps, weights / weights.sum(), at_edge)

    def propose(self, n: int, rng: np.random.Generator) -> Proposals:
        """Draw proposals."""
        node = rng.choice(len(self.modes), n, p=self.weights)
        tent = self.steps * (rng.random((n, 2)) + rng.random((n, 2)) - 1.0)
        edge = self.at_edge[node]
        spreads = self.places[node] + np.where(edge, np.abs(tent), tent)
        n_common = len(self.modes[0].common)
        scores = rng.standard_normal((n, n_common))
        scores *= np.sqrt(DF / rng.chisquare(DF, n))[:, None]
        common = np.empty((n, n_common))
        for at in np.unique(node):
            mode, among = self.modes[at], node == at
            away = linalg.solve_triangular(mode.factor.T, scores[among].T, lower=False)
            common[among] = mode.common + away.T
        return Proposals(spreads, common, node, self.log_density(spreads, common))

    def log_density(self, spreads: FloatArray, common: FloatArray) -> FloatArray:
        """Of the proposal, shape (n,), for arguments as in `Proposals`."""
        n_common = common.shape[1]
        constant = (
            gammaln((DF + n_common) / 2) - gammaln(DF / 2) - n_common / 2 * np.log(DF * np.pi)
        )
        density = np.zeros(len(spreads))
        used = self.steps > 0
        step = np.where(used, self.steps, 1.0)
        for mode, place, weight, edge in zip(
            self.modes, self.places, self.weights, self.at_edge, strict=True
        ):
            tent = np.maximum(1.0 - np.abs(spreads - place) / step, 0.0) / step
            tent = np.where(used, tent * (1.0 + edge), 1.0).prod(axis=1)
            inside = np.flatnonzero(tent > 0)
            if len(inside):
                scores = (common[inside] - mode.common) @ mode.factor
                student = constant + np.log(np.diag(mode.factor)).sum()
                student -= (DF + n_common) / 2 * np.log1p((scores**2).sum(axis=1) / DF)
                density[inside] += weight * tent[inside] * np.exp(student)
        with np.errstate(divide="ignore"):
            return np.log(density)


class _Search:
    """Looks for the density of the spreads, each time from the last mode."""

    def __init__(self, part: ConditionalPart) -> None:
        self._part = part
        self._learned = part.part.learns_county_spread
        self._known = part.part.county_scale if part.part.has_counties else 0.0
        self._last: ConditionalMode | None = None

    def at(self, county: float, log_unit: float) -> ConditionalMode:
        """The conditional mode at spreads that are possible."""
        self._last = self._part.mode(Spreads(county, float(np.exp(log_unit))), self._last)
        return self._last

    def top(self) -> FloatArray:
        """(county spread, log of the unit spread) of the highest density, shape (2,)."""
        scale = self._part.part.county_scale

        def negative(point: FloatArray) -> float:
            inside = np.clip(point[0], _LOWEST, _HIGHEST)
            county = self._known
            if self._learned:
                county = min(scale * np.exp(min(point[1], 5.0)), self._part.most_county_spread)
            return float(abs(point[0] - inside) - self.at(county, inside).log_density)

        start = [np.log(self._part.part.unit_spread.scale), -1.0][: 1 + self._learned]
        found = optimize.minimize(
            negative,
            np.clip(start, [_LOWEST, -9.0][: len(start)], [_HIGHEST, 5.0][: len(start)]),
            method="Nelder-Mead",
            options={"xatol": np.inf, "fatol": 0.05, "maxfev": SEARCHES},
        ).x
        county = scale * np.exp(min(found[1], 5.0)) if self._learned else self._known
        county = min(county, self._part.most_county_spread) if self._learned else county
        return np.array([county, np.clip(found[0], _LOWEST, _HIGHEST)])

    def steps(self, top: FloatArray) -> FloatArray:
        """How far to go along each spread for a known loss of density, shape (2,)."""
        highest = self.at(*top).log_density
        most = np.array([self._part.most_county_spread, _HIGHEST])
        first = np.array([0.3 * self._part.part.county_scale, 0.1])
        steps = np.zeros(2)
        for axis in (0, 1) if self._learned else (1,):
            step, room = first[axis], most[axis] - top[axis]
            way = 1.0 if room > 0.1 * first[axis] else -1.0
            for _ in range(STEP_SEARCHES):
                step = min(step, 0.99 * room) if way > 0 else step
                point = top.copy()
                point[axis] += way * step
                lost = highest - self.at(*point).log_density
                if LEAST_COST < lost < MOST_COST:
                    break
                step *= float(np.clip(np.sqrt(STEP_COSTS / max(lost, 1e-3)), 0.1, 4.0))
            steps[axis] = step
        return steps

    def fill(self, top: FloatArray, steps: FloatArray) -> dict[Node, ConditionalMode]:
        """All nodes from the top on whose density is not negligible, the highest first."""

        def mode(node: Node) -> ConditionalMode:
            county = node[0] * steps[0] if self._learned else self._known
            return self.at(county, _LOWEST + node[1] * steps[1])

        ends = [self._part.most_county_spread / steps[0] if self._learned else 0.0]
        ends.append((_HIGHEST - _LOWEST) / steps[1])
        first = (
            round(top[0] / steps[0]) if self._learned else 0,
            round((top[1] - _LOWEST) / steps[1]),
        )
        first = min(first[0], int(ends[0])), min(first[1], int(ends[1]))
        found = {first: mode(first)}
        waiting = [(-found[first].log_density, first)]
        highest = found[first].log_density
        while waiting and len(found) < MAX_NODES:
            negative, node = heapq.heappop(waiting)
            if -negative < highest - FLOOR:
                break
            for axis in (0, 1) if self._learned else (1,):
                for way in (-1, 1):
                    near = (node[0] + way * (axis == 0), node[1] + way * (axis == 1))
                    inside = 0 <= near[axis] <= ends[axis]
                    if inside and near not in found:
                        self._last = found[node]
                        found[near] = mode(near)
                        highest = max(highest, found[near].log_density)
                        heapq.heappush(waiting, (-found[near].log_density, near))
        return found


def _place(spreads: Spreads) -> tuple[float, float]:
    return spreads.county, float(np.log(spreads.unit))
