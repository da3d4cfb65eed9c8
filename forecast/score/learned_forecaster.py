"""The program as it forecasts: priors learned from finished runoffs, resolved for each race."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from forecast.evidence.protocol import Evidence
from forecast.learn.learned_priors import learned_priors
from forecast.learn.posterior_file import LearnedPosterior
from forecast.learn.training_table import Table
from forecast.priors.layers import read_layers
from forecast.race.contest import Race
from forecast.race.prepared import prepare
from forecast.race.units import UnitData
from forecast.runoff.simulation import RunoffDraws
from forecast.score.forecaster import Draws, simulate_with
from forecast.score.holdout import LeftOut

if TYPE_CHECKING:
    from forecast.learn.workshop import Workshop


@lru_cache(maxsize=1)
def _workshop(table: Table) -> "Workshop":
    """The model of a table, compiled once a process; PyMC is loaded only where it is used."""
    from forecast.learn.workshop import Workshop  # noqa: PLC0415

    return Workshop.of(table)


@dataclass(frozen=True)
class LearnedPriors:
    """Learns from finished races by the hierarchical model, and forecasts with what it learned.

    A fit is a normal around the mode (`forecast.learn.mode`), not NUTS as in what ships: a
    backtest needs dozens of them.
    """

    def learn(self, table: Table, left_out: LeftOut) -> LearnedPosterior:
        """Fit the model to the races that are not left out, from the same start every time.

        Starting at a fit that had seen those left out would leave a trace of them.
        """
        return _workshop(table).learn(
            before=left_out.before,
            leave_out_days=sorted(left_out.days),
            leave_out_places=sorted(left_out.places),
            method="laplace",
        )

    def forecast(
        self,
        race: Race,
        learned: LearnedPosterior,
        draws: Draws,
        evidence: Sequence[Evidence] = (),
    ) -> tuple[UnitData, RunoffDraws]:
        """Simulate with the priors that were learned, for this race."""
        layers = read_layers()
        prepared = prepare(race, layers.turnout_if_unknown(race))
        priors = layers.resolve(learned_priors(prepared, learned, layers.defaults))
        return simulate_with(prepared, priors, draws, evidence)
