"""The features of many races as the columns that the models over races read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.learn.features import RaceFeatures
from forecast.race.units import FIRST, NEITHER, SECOND
from forecast.stats.arrays import BoolArray, FloatArray, IntArray

TRANSFER_NAMES = (
    "same bloc, finalists of two blocs",
    "same bloc, other finalists",
    "affinity",
    "lean",
    "same bloc × era",
    "same bloc × agreement",
    "same bloc × era × agreement",
)
LEVEL_NAMES = (
    "first-round log-odds",
    "first-round log-odds × eliminated",
    "first-round log-odds × general first round",
)
# Columns of the variance; their order is that of the sizes that the model learns.
SIZE_NAMES = ("race", "race, top-two primary", "candidate", "bloc", "other candidates")
# Share of a finalist's voters who stay. One race can't tell it from who returns, and its part in
# the log-odds is learned as the coefficient of those of the first round.
LOYALTY = 0.98
TYPICAL_AGREEMENT, TYPICAL_ELIMINATED = 0.3, 0.3


@dataclass(frozen=True, eq=False)
class Design:
    """Races as the columns that the model reads. K candidates were eliminated in R races.

    Attributes
    ----------
    loyal_shares
        First-round shares of the voters who stay with or change to each finalist from the
        two finalists' own, shape (R, 2).
    race_index
        The race of each eliminated candidate, shape (K,).
    eliminated_shares
        First-round shares, shape (K,).
    side
        The finalist of each candidate's bloc (0, 1) or -1, shape (K,).
    transfer
        Columns of the transfer log-odds, which change sign, shape (K, n_transfer).
    level
        Columns added to the log-odds, which change sign, shape (R, n_level).
    variance
        Columns that the squared sizes are multiplied by, which do not, shape (R, n_sizes).
    """

    loyal_shares: FloatArray
    race_index: IntArray
    eliminated_shares: FloatArray
    side: IntArray
    transfer: FloatArray
    level: FloatArray
    variance: FloatArray

    @property
    def n_races(self) -> int:
        """How many races there are."""
        return len(self.loyal_shares)

    def per_race(self, values: FloatArray) -> FloatArray:
        """Sums over the candidates of each race of values of shape (K,), shape (R,)."""
        return np.bincount(self.race_index, values, minlength=self.n_races)

    def take(self, keep: BoolArray) -> "Design":
        """The races of a mask of shape (R,), in their order."""
        inside = keep[self.race_index]
        return Design(
            self.loyal_shares[keep],
            (np.cumsum(keep) - 1)[self.race_index[inside]],
            self.eliminated_shares[inside],
            self.side[inside],
            self.transfer[inside],
            self.level[keep],
            self.variance[keep],
        )


def build_design(races: Sequence[RaceFeatures]) -> Design:
    """Stack the features of races into the columns of the model.

    The variance has its columns for the race alone; `transfer_model.with_transfer_noise`
    adds those of the transfers, which depend on where the transfers are.
    """
    shares = np.stack([race.finalist_shares for race in races])
    counts = [len(race.eliminated_shares) for race in races]
    variance = np.zeros((len(races), len(SIZE_NAMES)))
    top_two = np.array([race.top_two_primary for race in races], dtype=np.intp)
    variance[np.arange(len(races)), top_two] = 1.0
    return Design(
        loyal_shares=LOYALTY * shares + (1.0 - LOYALTY) * shares[:, ::-1],
        race_index=np.repeat(np.arange(len(races)), counts),
        eliminated_shares=np.concatenate([race.eliminated_shares for race in races]),
        side=np.concatenate([_side(race) for race in races]),
        transfer=np.concatenate([_transfer_columns(race) for race in races]),
        level=np.stack([level_columns(race) for race in races]),
        variance=variance,
    )


def _agreement(race: RaceFeatures) -> float:
    """Agreement less its typical value where it says something, else 0."""
    known = race.agreement if race.two_blocs else None
    return 0.0 if known is None else known - TYPICAL_AGREEMENT


def bloc_columns(race: RaceFeatures) -> FloatArray:
    """Columns of `TRANSFER_NAMES` of a candidate of the first finalist's bloc, (n_transfer,).

    Without affinity and lean, which are the candidate's own.
    """
    agreement = _agreement(race)
    if race.two_blocs:
        covariates = {
            "same bloc, finalists of two blocs": 1.0,
            "same bloc × era": race.era,
            "same bloc × agreement": agreement,
            "same bloc × era × agreement": race.era * agreement,
        }
    else:
        covariates = {"same bloc, other finalists": 1.0}
    assert covariates.keys() <= set(TRANSFER_NAMES)
    return np.array([covariates.get(name, 0.0) for name in TRANSFER_NAMES])


def _transfer_columns(race: RaceFeatures) -> FloatArray:
    """Columns of `TRANSFER_NAMES`, shape (n_eliminated, n_transfer)."""
    columns = race.same_bloc[:, None] * bloc_columns(race)
    columns[:, TRANSFER_NAMES.index("affinity")] = race.affinity
    columns[:, TRANSFER_NAMES.index("lean")] = race.lean
    return columns


def _side(race: RaceFeatures) -> IntArray:
    """The finalist of each candidate's bloc (0, 1) or -1, shape (n_eliminated,)."""
    return np.select([race.same_bloc > 0, race.same_bloc < 0], [FIRST, SECOND], NEITHER)


def level_columns(race: RaceFeatures) -> FloatArray:
    """Columns of `LEVEL_NAMES`, shape (n_level,)."""
    more_eliminated = race.eliminated - TYPICAL_ELIMINATED
    return race.log_odds * np.array([1.0, more_eliminated, race.general_first_round])
