"""What a night says after a snapshot."""

from dataclasses import dataclass
from functools import cached_property

from forecast.night.count import PARTIAL, Count
from forecast.night.guards import Guard
from forecast.night.night_posterior import NightPosterior
from forecast.night.state import Moment
from forecast.night.to_come import VotesToCome
from forecast.workflow import Simulation


@dataclass(frozen=True, eq=False)
class NightForecast:
    """The forecast after a snapshot, and the state of the count.

    Attributes
    ----------
    simulation
        The forecast; the one before the first vote where nothing is counted or the model is
        stopped.
    posterior
        What the count says of every unit, None where the model is stopped.
    count
        The last good state.
    before
        Probability that the first finalist wins, before the count.
    guards
        What was kept out of the last snapshot, and what still is out of earlier ones.
    moments
        Every snapshot so far.
    """

    simulation: Simulation
    posterior: NightPosterior | None
    count: Count
    before: float
    guards: tuple[Guard, ...]
    moments: tuple[Moment, ...]

    @property
    def stopped(self) -> bool:
        """Whether the operator has stopped the model."""
        return self.posterior is None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was taken for granted of the count that is shown, a line each."""
        told = next((moment.notes for moment in reversed(self.moments) if moment.accepted), ())
        return (*told, *_in_part_words(self.count))

    @cached_property
    def to_come(self) -> VotesToCome | None:
        """Votes to come as expected values that add up, None where the model is stopped."""
        if self.posterior is None:
            return None
        return VotesToCome.of(self.posterior, self.simulation.draws.county_votes)

    @property
    def counted(self) -> float:
        """Counted votes as a share of all that are expected, in [0, 1]."""
        if self.count.certified:
            return 1.0
        expected = self.simulation.forecast.turnout.mean
        return min(float(self.count.totals.sum() / max(expected, 1.0)), 1.0)


def _in_part_words(count: Count) -> tuple[str, ...]:
    """That the votes of units in part may be unlike those out, where most are of such units."""
    if count.modes != ("",):
        return ()
    votes = count.unit_votes.sum(axis=1)
    if 2 * votes[(count.status == PARTIAL)[:, 0]].sum() <= votes.sum():
        return ()
    return (
        "most of the votes are of units counted in part, and no ways of voting are told apart: "
        "what is out may lean otherwise in all of them, as late mail can; the intervals allow for "
        "it as far as finished races have shown",
    )
