"""What the scores ask of a forecaster, and the one that the program is."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.priors.layers import load_priors
from forecast.priors.prior_set import PriorSet
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace, prepare
from forecast.race.units import UnitData
from forecast.record.finished_races import RecordRace
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs

# Unit draws take memory: 35,000 units get fewer of them.
MOST_UNIT_DRAWS, MOST_UNIT_NUMBERS = 1000, 20_000_000


@dataclass(frozen=True)
class Draws:
    """How many runoffs to simulate, and from which seed."""

    n_draws: int = 4000
    seed: int = 20170620
    flows: bool = False

    def seed_of(self, race_id: str) -> int:
        """A seed for each race, so that Monte Carlo errors of races are independent."""
        return zlib.crc32(f"{self.seed} {race_id}".encode())


class Forecaster(Protocol):
    """A way to forecast a race from finished ones. It is sent to other processes.

    `measure` reads from a finished race what `learn` needs, which goes over many of them;
    `forecast` takes what was learned and a race of which nothing is counted.
    """

    def measure(self, finished: RecordRace) -> Any:
        """What a finished race teaches, small."""

    def learn(self, measures: Sequence[Any]) -> Any:
        """What finished races teach together."""

    def forecast(self, race: Race, learned: Any, draws: Draws) -> tuple[UnitData, RunoffDraws]:
        """Simulated runoffs of a race, with draws of its units."""


@dataclass(frozen=True)
class DefaultPriors:
    """The program with the priors that ship, the same for every race: nothing is learned."""

    def measure(self, finished: RecordRace) -> None:
        """Read nothing."""

    def learn(self, measures: Sequence[None]) -> PriorSet:  # noqa: ARG002
        """Load the priors that ship."""
        return load_priors()

    def forecast(self, race: Race, learned: PriorSet, draws: Draws) -> tuple[UnitData, RunoffDraws]:
        """Simulate with these priors."""
        return simulate_with(prepare(race, learned.turnout_if_unknown), learned, draws)


def simulate_with(
    prepared: PreparedRace, priors: PriorSet, draws: Draws
) -> tuple[UnitData, RunoffDraws]:
    """Fit the first round of a race by an approximation, and simulate its runoff."""
    units, seed = prepared.units, draws.seed_of(prepared.race.contest.id)
    posterior = quick_posterior(units, seed)
    kept = min(MOST_UNIT_DRAWS, MOST_UNIT_NUMBERS // units.n_units, draws.n_draws)
    runoffs = simulate_runoffs(
        units,
        posterior,
        priors.runoff,
        n_draws=draws.n_draws,
        seed=seed,
        keep=Keep(flows=draws.flows, unit_draws=kept),
        workers=1,
    )
    return units, runoffs
