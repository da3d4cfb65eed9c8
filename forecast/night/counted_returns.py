"""The count of the night as evidence: it moves the votes of every draw, in closed form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forecast.evidence.weighted_draws import ShareSummary, WeightedDraws
from forecast.night.night_posterior import NightPosterior
from forecast.runoff.simulation import RunoffDraws


@dataclass(frozen=True, eq=False)
class CountedReturns:
    """Returns so far; see `forecast.evidence.protocol.Evidence`.

    Attributes
    ----------
    posterior
        What they say of every unit.
    known_to
        The day of the runoff.
    inputs
        The files, with their SHA-256.
    """

    posterior: NightPosterior
    known_to: date
    inputs: Mapping[str, str]
    kind: str = "returns"
    simulated_per_draw: int = 1
    moves_votes: bool = True
    _moved: dict[int, tuple[RunoffDraws, WeightedDraws]] = field(default_factory=dict)

    @property
    def alone(self) -> ShareSummary | None:
        """Nothing: a count without a forecast of what is out says no more than it counts."""
        return None

    def condition(self, simulated: WeightedDraws) -> WeightedDraws:
        """Move every draw to where the count says; before the first vote they stay as they are."""
        if not self.posterior.count.any_votes:
            return simulated
        draws = simulated.draws
        found = self._moved.get(id(draws))
        if found is None or found[0] is not draws:
            votes = self.posterior.final_votes(draws.votes, draws.seed)
            found = draws, WeightedDraws(draws).moved(votes)
            self._moved[id(draws)] = found
        return WeightedDraws(found[1].draws, simulated.log_weights)
