"""The forecast of a race, to be conditioned on counts: worked out once a night."""

from dataclasses import dataclass
from functools import cached_property

from forecast.night.hierarchy import Level
from forecast.night.learned import NightScales
from forecast.night.prior_levels import UnitDraws, prior_levels
from forecast.night.vote_modes import ModePriors, levels_by_mode
from forecast.stats.arrays import FloatArray, IndexArray


@dataclass(frozen=True, eq=False)
class NightRace:
    """What a night is conditioned on, worked out once.

    Attributes
    ----------
    share, votes
        The levels, a cell a unit (or a county).
    eligible
        Voters who can vote, shape (n_units,).
    county
        County of the race of each unit, shape (n_units,).
    n_counties
        Counties of the race.
    scales
        What finished races say of nights.
    modes
        What round one says of the ways of voting.
    """

    share: Level
    votes: Level
    eligible: FloatArray
    county: IndexArray
    n_counties: int
    scales: NightScales
    modes: ModePriors

    @classmethod
    def of(
        cls,
        draws: UnitDraws,
        county: IndexArray,
        n_counties: int,
        scales: NightScales,
        modes: ModePriors,
    ) -> "NightRace":
        """Read the draws of a race.

        Parameters
        ----------
        draws
            Draws of its units, enough for their moments.
        county, n_counties, scales, modes
            See the attributes.
        """
        share, votes = prior_levels(draws, scales)
        return cls(share, votes, draws.eligible, county, n_counties, scales, modes)

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.eligible)

    @cached_property
    def _by_mode(self) -> dict[tuple[str, ...], tuple[Level, Level]]:
        return {("",): (self.share, self.votes)}

    def levels(self, modes: tuple[str, ...]) -> tuple[Level, Level]:
        """The levels with a cell for every unit and mode, units first."""
        if modes not in self._by_mode:
            by_unit = self.share, self.votes
            self._by_mode[modes] = levels_by_mode(by_unit, modes, self.modes, self.scales)
        return self._by_mode[modes]
