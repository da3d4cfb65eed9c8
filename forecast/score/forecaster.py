"""What the scores ask of a forecaster, and the one that the program is."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np

from forecast.defaults import DEFAULT_ERROR
from forecast.evidence.conditioning import draw_conditioned
from forecast.evidence.protocol import Evidence
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.learn.training_table import Table
from forecast.priors.layers import load_priors
from forecast.priors.prior_set import PriorSet
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace, prepare
from forecast.race.units import UnitData
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.score.holdout import LeftOut

# Unit draws take memory: 35,000 units get fewer of them.
MAX_UNIT_DRAWS, MAX_UNIT_NUMBERS = 1000, 20_000_000
# The log score's own error falls with the draws: where they cost nothing there are more.
CHEAP_UNITS, MORE_DRAWS = 60, 2.5


@dataclass(frozen=True)
class Draws:
    """How many runoffs to simulate, and from which seed.

    Attributes
    ----------
    n_draws
        At least so many; 2.5 times as many where a race has few units.
    seed
        Of all races together.
    flows
        Whether to keep the flows.
    """

    n_draws: int = 4000
    seed: int = 20170620
    flows: bool = False

    def seed_of(self, race_id: str) -> int:
        """A seed for each race, so that Monte Carlo errors of races are independent."""
        return zlib.crc32(f"{self.seed} {race_id}".encode())

    def number_for(self, n_units: int) -> int:
        """How many runoffs a race gets."""
        return int(self.n_draws * MORE_DRAWS) if n_units <= CHEAP_UNITS else self.n_draws


class Forecaster(Protocol):
    """A way to forecast a race from finished ones. It is sent to other processes.

    `learn` reads the training races of a table; `forecast` takes what was learned and a race of
    which nothing is counted.
    """

    def learn(self, table: Table, left_out: LeftOut) -> Any:
        """What the races of a table that are not left out teach together."""

    def forecast(
        self, race: Race, learned: Any, draws: Draws, evidence: Sequence[Evidence] = ()
    ) -> tuple[UnitData, RunoffDraws]:
        """Simulated runoffs of a race given evidence, with draws of its units."""


@dataclass(frozen=True)
class DefaultPriors:
    """The program with the priors that ship, the same for every race: nothing is learned."""

    def learn(self, table: Table, left_out: LeftOut) -> PriorSet:  # noqa: ARG002
        """Load the priors that ship."""
        return load_priors()

    def forecast(
        self, race: Race, learned: PriorSet, draws: Draws, evidence: Sequence[Evidence] = ()
    ) -> tuple[UnitData, RunoffDraws]:
        """Simulate with these priors."""
        return simulate_with(
            prepare(race, learned.turnout_if_unknown(race)), learned, draws, evidence
        )


def simulate_with(
    prepared: PreparedRace,
    priors: PriorSet,
    draws: Draws,
    evidence: Sequence[Evidence] = (),
) -> tuple[UnitData, RunoffDraws]:
    """Fit the first round of a race by an approximation, and simulate its runoff.

    Parameters
    ----------
    prepared, priors
        The race with its priors.
    draws
        How many.
    evidence
        Of the race, its polls for one, as `forecast simulate` takes it.
    """
    units, seed = prepared.units, draws.seed_of(prepared.race.contest.id)
    posterior = quick_posterior(units, seed)
    n_draws = draws.number_for(units.n_units)
    kept = min(MAX_UNIT_DRAWS, MAX_UNIT_NUMBERS // units.n_units, n_draws)
    simulate_some = partial(
        simulate_runoffs,
        units,
        posterior,
        priors.runoff,
        seed=seed,
        keep=Keep(flows=draws.flows, unit_draws=kept),
        workers=1,
    )
    runoffs = draw_conditioned(simulate_some, evidence, n_draws, DEFAULT_ERROR / 100, seed).draws
    if runoffs.copies is None:
        return units, runoffs
    # Of the draws of units those stay whose runoffs were chosen, as often as they were.
    whole = simulate_some(n_draws=kept).unit_votes
    unit_votes = np.repeat(whole, runoffs.copies[:kept], axis=0)
    return units, replace(runoffs, unit_votes=unit_votes)
