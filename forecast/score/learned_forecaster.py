"""The program as it forecasts: priors learned from finished runoffs, resolved for each race."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from forecast.learn.learned import Learned, learn
from forecast.learn.resolve import learned_priors
from forecast.learn.training_race import FinishedRace, finished_race
from forecast.learn.training_table import shipped_finished
from forecast.priors.layers import read_layers
from forecast.race.contest import Race
from forecast.race.prepared import prepare
from forecast.race.units import UnitData
from forecast.record.finished_races import RecordRace
from forecast.record.race_digest import race_digest
from forecast.runoff.simulation import RunoffDraws
from forecast.score.forecaster import Draws, simulate_with


@cache
def _shipped() -> dict[str, FinishedRace]:
    """Measures of the record that ships, by the content of the race."""
    return {race.digest: race for race in shipped_finished()}


@dataclass(frozen=True)
class LearnedPriors:
    """Learns from the finished races it is given, and forecasts with that over the defaults."""

    def measure(self, finished: RecordRace) -> FinishedRace:
        """What a finished race teaches; of one that ships, and is as it ships, it is known."""
        return _shipped().get(race_digest(finished)) or finished_race(finished)

    def learn(self, measures: Sequence[FinishedRace]) -> Learned:
        """What they teach together; which ones may teach was decided before."""
        return learn(measures)

    def forecast(self, race: Race, learned: Learned, draws: Draws) -> tuple[UnitData, RunoffDraws]:
        """Simulate with the priors that were learned, for this race."""
        layers = read_layers()
        prepared = prepare(race, layers.turnout_if_unknown)
        priors = layers.resolve(learned_priors(prepared, learned, layers.defaults))
        return simulate_with(prepared, priors, draws)
