"""Ways of voting: how each unit's votes split into them, and which way each leans."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecast.night.count import LATE_MODES
from forecast.night.hierarchy import Level
from forecast.night.learned import OTHER_MODE, NightScales
from forecast.night.level_conditioning import summed
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray, IntArray

# Votes' worth of the county in a unit's split, and of the race in a county's.
_STEADY = 50.0
# A county with so large a part of the votes changes its ways of voting in its own way; smaller ones
# cancel out in the race.
LARGE_COUNTY = 0.05


@dataclass(frozen=True, eq=False)
class ModePriors:
    """What round one says of the ways of voting.

    Attributes
    ----------
    modes
        Those of round one, ("",) where it told none apart.
    votes
        Votes of each finalist's side in round one, shape (n_units, 2, n_modes).
    cast
        Votes of all candidates, shape (n_units, n_modes).
    county
        County of each unit, shape (n_units,).
    """

    modes: tuple[str, ...]
    votes: IntArray
    cast: IntArray
    county: IndexArray

    @property
    def known(self) -> bool:
        """Whether round one tells ways of voting apart."""
        return self.modes != ("",)

    def by_county(self, n_counties: int) -> "ModePriors":
        """Counties as the units."""
        votes = np.zeros((n_counties, *self.votes.shape[1:]), dtype=np.int64)
        cast = np.zeros((n_counties, self.cast.shape[1]), dtype=np.int64)
        np.add.at(votes, self.county, self.votes)
        np.add.at(cast, self.county, self.cast)
        return ModePriors(self.modes, votes, cast, np.arange(n_counties))

    def split(self, modes: tuple[str, ...], scales: NightScales) -> FloatArray:
        """Share of each mode in every unit's votes, shape (n_units, n_modes).

        Each unit's own in round one, drawn to its county's, and that to the race's. A mode that
        round one did not have takes the share that finished races say.
        """
        n_units = len(self.cast)
        usual = np.array([_of_mode(scales.usual_split, mode) for mode in modes])
        usual /= usual.sum()
        if not self.known:
            return np.tile(usual, (n_units, 1))
        known = np.array([mode in self.modes for mode in modes])
        columns = [self.modes.index(mode) if mode in self.modes else -1 for mode in modes]
        cast = np.where(known, self.cast[:, columns], 0).astype(np.float64)
        race = _steadied(cast.sum(axis=0), usual, _STEADY)
        race = np.where(known, race, usual)
        race /= race.sum()
        n_counties = int(self.county.max()) + 1
        county = _steadied(summed(cast, self.county, n_counties), race, _STEADY)
        return _steadied(cast, county[self.county], _STEADY)

    def lean(self, modes: tuple[str, ...], split: FloatArray) -> FloatArray:
        """Log-odds of each mode less those of the unit, shape (n_units, n_modes).

        Those of the county's sides in round one, drawn to the race's; 0 where unknown.
        """
        if not self.known:
            return np.zeros_like(split)
        columns = [self.modes.index(mode) if mode in self.modes else -1 for mode in modes]
        known = np.array(columns) >= 0
        votes = np.where(known, self.votes[:, :, columns], 0).astype(np.float64)
        race = votes.sum(axis=0)
        n_counties = int(self.county.max()) + 1
        sides = (summed(votes[:, side], self.county, n_counties) for side in (0, 1))
        county = np.stack(list(sides), axis=1)
        of_race = _log_odds(race) - _log_odds(race.sum(axis=1, keepdims=True))
        of_county = _log_odds(county) - _log_odds(county.sum(axis=2, keepdims=True))
        n = county.sum(axis=1)
        weight = n / (n + 20 * _STEADY)
        lean = (weight * of_county + (1 - weight) * of_race)[self.county]
        lean = np.where(known, lean, 0)
        return np.asarray(lean - (split * lean).sum(axis=1, keepdims=True))


def _of_mode(values: Mapping[str, float], mode: str) -> float:
    """The value of a way of voting; of an unknown one that of mail."""
    return float(values.get(mode, values[OTHER_MODE]))


def _steadied(votes: FloatArray, towards: FloatArray, by: float) -> FloatArray:
    """Shares of some votes, drawn towards other shares by so many votes."""
    return np.asarray((votes + by * towards) / (votes.sum(axis=-1, keepdims=True) + by))


def _log_odds(votes: FloatArray) -> FloatArray:
    """Of both sides' votes, (..., 2, n_modes)."""
    return np.asarray(np.log((votes[..., 0, :] + 0.5) / (votes[..., 1, :] + 0.5)))


def levels_by_mode(
    by_unit: tuple[Level, Level], modes: tuple[str, ...], priors: ModePriors, scales: NightScales
) -> tuple[Level, Level]:
    """The levels with a cell for every unit and mode, units first.

    The lean of a mode and its part of the votes change between the rounds, for the race as a
    whole, for each of its large counties, and by themselves in every unit. More of one mode is less
    of the others.

    Parameters
    ----------
    by_unit
        The levels of the share and of the votes by unit.
    modes
        The ways of voting of the returns.
    priors
        What round one says of them.
    scales
        How they change between the rounds.
    """
    share, votes = by_unit
    n_units, n_modes = len(share.mean), len(modes)
    split = priors.split(modes, scales)
    lean = priors.lean(modes, split)
    unit = np.repeat(np.arange(n_units), n_modes)
    expected = np.exp(votes.mean)
    parts = _parts(expected, share.county)
    # Less the split of the race, or of the county, not the unit's: or how votes go with a way's
    # part of the units would tell of that way, though nothing of it is counted.
    columns = np.concatenate([_less_all(part, split) for part in parts], axis=1)
    wider = 1.0 if priors.known else scales.unknown_modes
    narrower = np.repeat([1.0] + [scales.mode_county_part] * (len(parts) - 1), n_modes)

    def sd_of(values: Mapping[str, float]) -> FloatArray:
        of_modes = np.array([_of_mode(values, name) for name in modes])
        return np.asarray(wider * narrower * np.tile(of_modes, len(parts)))

    # A surprise of the race, or of another way of voting, says nothing of how many late votes come.
    late = np.tile([mode in LATE_MODES for mode in modes], len(parts))
    lean_sd, split_sd = sd_of(scales.mode_lean_sd), sd_of(scales.mode_split_sd)
    part = np.log(split.reshape(-1))
    return (
        _extended(share, unit, lean.reshape(-1), columns, lean_sd, late, scales.mode_lean_unit_sd),
        _extended(votes, unit, part, columns, split_sd, late, scales.mode_split_unit_sd),
    )


def _parts(expected: FloatArray, county: IndexArray) -> list[FloatArray]:
    """Votes of the race, and of each large county where there are several, in every unit."""
    of_county = np.bincount(county, expected)
    large = np.flatnonzero(of_county >= LARGE_COUNTY * of_county.sum())
    if np.count_nonzero(of_county) < 2:
        large = large[:0]
    return [expected, *(np.where(county == one, expected, 0) for one in large)]


def _less_all(part: FloatArray, split: FloatArray) -> FloatArray:
    """A column a way of voting in some units: 1 for its cells, less its part of their votes.

    Parameters
    ----------
    part
        Votes of these units, 0 for others, shape (n_units,).
    split
        Share of each mode in every unit's votes, shape (n_units, n_modes).

    Returns
    -------
    FloatArray
        Shape (n_cells, n_modes), units first.
    """
    n_units, n_modes = split.shape
    own = np.tile(np.eye(n_modes), (n_units, 1)) - np.average(split, axis=0, weights=part)
    return np.asarray(own * np.repeat(part > 0, n_modes)[:, None])


def _extended(
    level: Level,
    unit: IndexArray,
    offset: FloatArray,
    columns: FloatArray,
    sd: FloatArray,
    own_variance: BoolArray,
    cell_sd: float,
) -> Level:
    """A level with more cells a unit, and a coefficient more for each column."""
    n_old, n_new = level.x.shape[1], columns.shape[1]
    covariance = np.zeros((n_old + n_new, n_old + n_new))
    covariance[:n_old, :n_old] = level.covariance
    covariance[n_old:, n_old:] = np.diag(sd**2)
    return replace(
        level,
        mean=level.mean[unit] + offset,
        x=np.concatenate([level.x[unit], columns], axis=1),
        shared=level.shared[unit],
        covariance=covariance,
        own_variance=np.concatenate([np.zeros(n_old, dtype=bool), own_variance]),
        load=level.load[unit],
        unit_load=level.unit_load[unit],
        cell_sd=np.full(len(unit), cell_sd),
        county=level.county[unit],
        unit=unit,
    )
