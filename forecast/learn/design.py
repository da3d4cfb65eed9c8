"""The features of many races as the columns that the models over races read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.core.distributions import FloatArray
from forecast.learn.features import RaceFeatures
from forecast.race.contest import IntArray

TRANSFER_NAMES = (
    "same bloc, finalists of two blocs",
    "same bloc, other finalists",
    "affinity",
    "lean",
    "same bloc × era",
    "same bloc × agreement",
)
LEVEL_NAMES = (
    "first-round log-odds",
    "first-round log-odds × eliminated",
    "first-round log-odds × general first round",
)
SPREAD_NAMES = (
    "constant",
    "finalists of two blocs",
    "log eliminated",
    "top-two primary",
    "agreement, finalists of two blocs",
    "era, other finalists",
)
TYPICAL_AGREEMENT, TYPICAL_ELIMINATED, TYPICAL_TWO_BLOCS = 0.3, 0.3, 0.2


@dataclass(frozen=True, eq=False)
class Design:
    """Races as the columns that the model reads. K candidates were eliminated in R races.

    Attributes
    ----------
    finalist_shares
        First-round shares of the finalists, shape (R, 2).
    race_index
        The race of each eliminated candidate, shape (K,).
    eliminated_shares
        First-round shares, shape (K,).
    transfer
        Columns of the transfer log-odds, which change sign, shape (K, n_transfer).
    level
        Columns added to the log-odds, which change sign, shape (R, n_level).
    spread
        Columns of the log of sigma, which do not, shape (R, n_spread).
    """

    finalist_shares: FloatArray
    race_index: IntArray
    eliminated_shares: FloatArray
    transfer: FloatArray
    level: FloatArray
    spread: FloatArray

    @property
    def n_races(self) -> int:
        """How many races there are."""
        return len(self.finalist_shares)

    def take(self, keep: npt.NDArray[np.bool_]) -> "Design":
        """The races of a mask of shape (R,), in their order."""
        inside = keep[self.race_index]
        return Design(
            self.finalist_shares[keep],
            (np.cumsum(keep) - 1)[self.race_index[inside]],
            self.eliminated_shares[inside],
            self.transfer[inside],
            self.level[keep],
            self.spread[keep],
        )


def build_design(races: Sequence[RaceFeatures]) -> Design:
    """Stack the features of races into the columns of the model."""
    counts = [len(race.eliminated_shares) for race in races]
    return Design(
        finalist_shares=np.stack([race.finalist_shares for race in races]),
        race_index=np.repeat(np.arange(len(races)), counts),
        eliminated_shares=np.concatenate([race.eliminated_shares for race in races]),
        transfer=np.concatenate([_transfer_columns(race) for race in races]),
        level=np.stack([_level_columns(race) for race in races]),
        spread=np.stack([_spread_columns(race) for race in races]),
    )


def _agreement(race: RaceFeatures) -> float:
    """Agreement less its typical value where it says something, else 0."""
    known = race.agreement if race.two_blocs else None
    return 0.0 if known is None else known - TYPICAL_AGREEMENT


def _transfer_columns(race: RaceFeatures) -> FloatArray:
    """Columns of `TRANSFER_NAMES`, shape (n_eliminated, n_transfer)."""
    measured = race.same_bloc * race.two_blocs
    other = race.same_bloc - measured
    own_era, own_agreement = measured * race.era, measured * _agreement(race)
    return np.stack([measured, other, race.affinity, race.lean, own_era, own_agreement], axis=1)


def _level_columns(race: RaceFeatures) -> FloatArray:
    """Columns of `LEVEL_NAMES`, shape (n_level,)."""
    more_eliminated = race.eliminated - TYPICAL_ELIMINATED
    return race.log_odds * np.array([1.0, more_eliminated, race.general_first_round])


def _spread_columns(race: RaceFeatures) -> FloatArray:
    """Columns of `SPREAD_NAMES`, shape (n_spread,)."""
    return np.array(
        [
            1.0,
            race.two_blocs - TYPICAL_TWO_BLOCS,
            np.log((race.eliminated + 0.1) / 0.4),
            race.top_two_primary,
            _agreement(race),
            race.era * (not race.two_blocs),
        ]
    )
