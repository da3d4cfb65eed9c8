"""What the errors of a race's units and counties do to the race itself, so that it counts once.

The learned error of a race is all of it. In the simulation units have errors too: of lean, which
leave the race a mean that is not 0, and of turnout, which give some units more weight than others.
"""

from dataclasses import dataclass

import numpy as np

from forecast.race.units import UnitData
from forecast.stats.arrays import FloatArray, IndexArray

# Of the race's own variance at most so much may come by way of its units.
MOST_BY_UNITS = 0.75


@dataclass(frozen=True)
class ErrorSizes:
    """Sizes of the errors of units and counties around their race, in log-odds.

    Their means over what a race may have: a mean square would be that of a few very large ones.
    """

    unit_lean: float
    unit_turnout: float
    county_turnout: float


@dataclass(frozen=True)
class UnitErrors:
    """The part of each learned size that a race has room for, and what that does to the race.

    Attributes
    ----------
    of_units, of_counties
        Factors of the sizes of units' errors, and of counties' errors of turnout, in [0, 1].
    of_race
        The part of the variance of the race's error that comes by way of its units, in
        [0, `MOST_BY_UNITS`].
    """

    of_units: float
    of_counties: float
    of_race: float


def unit_errors(
    units: UnitData, share: FloatArray, voting: float, sizes: ErrorSizes, race_variance: float
) -> UnitErrors:
    """Weigh the errors of units against that of their race.

    Units that differ by an error of size s around a race whose own error is known have a weighted
    mean square of s^2 (1 - sum of squared weights) around it: a race of one unit has none. Where
    what is left would still move the race by more than three quarters of its own variance, all
    sizes are made smaller alike: large units, whole counties for one, differ less than small ones,
    of which more was learned.

    Parameters
    ----------
    units
        The race.
    share
        Expected share of the first finalist by unit, shape (n_units,).
    voting
        Part of the eligible voters expected at the runoff.
    sizes
        As learned.
    race_variance
        Variance of the race's error, of log-odds that all units share.
    """
    valid = units.valid_votes.sum(axis=1)
    cast = valid / max(int(valid.sum()), 1)
    apart = np.sqrt(max(1.0 - float((cast**2).sum()), 0.0))
    race = float(cast @ share)
    slope = cast * share * (1.0 - share)
    even = max(float(slope.sum()), 1e-9)
    # A unit with one more in its log-odds of voting, in log-odds that all units would share.
    moves = cast * (1.0 - voting) * (share - race) / even
    of_counties = np.bincount(units.county_index, moves, len(units.county_names))
    variance = (
        float(((apart * sizes.unit_lean * slope / even) ** 2).sum())
        + float(((apart * sizes.unit_turnout * moves) ** 2).sum())
        + float(((sizes.county_turnout * of_counties) ** 2).sum())
    )
    room = MOST_BY_UNITS * race_variance
    factor = 1.0 if variance <= room else float(np.sqrt(room / variance))
    part = factor**2 * variance / race_variance if race_variance > 0.0 else 0.0
    return UnitErrors(factor * apart, factor, part)


def typical_shares(
    units: UnitData, transfer: FloatArray, candidates: IndexArray, loyalty: float
) -> FloatArray:
    """Share of the first finalist by unit that the streams add up to, shape (n_units,).

    Parameters
    ----------
    units
        The race.
    transfer
        Share of each eliminated candidate's voters that chooses the first finalist, in the order
        of `candidates`.
    candidates
        Their positions among all.
    loyalty
        Share of the finalists' own voters who stay.
    """
    own = np.full(units.candidate_votes.shape[1], 0.5)
    own[candidates] = transfer
    own[list(units.finalists)] = (loyalty, 1.0 - loyalty)
    valid = units.valid_votes
    return np.asarray(valid @ own / np.maximum(valid.sum(axis=1), 1))
