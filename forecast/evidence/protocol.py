"""Evidence: what comes in after round one and moves simulated runoffs, whatever its kind.

Polls are the first kind. A kind of its own reweighs the draws (importance weights), moves their
votes (conditions each in closed form), or both; `forecast.evidence.conditioning` applies any of
them, and compares the forecast with and without each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from forecast.evidence.weighted_draws import ShareSummary, WeightedDraws


class Evidence(Protocol):
    """One piece of evidence about a runoff.

    A frozen value: everything that it read, it has read when it is made, and it gives the same
    draws back for the same draws.
    """

    @property
    def kind(self) -> str:
        """What it is, in a word: "polls"."""

    @property
    def known_to(self) -> date:
        """The last day of which it knows something."""

    @property
    def inputs(self) -> Mapping[str, str]:
        """Name of every file that it was read from, and the SHA-256 of its content."""

    @property
    def alone(self) -> ShareSummary | None:
        """The share of the first finalist by this evidence alone; None where it says none."""

    @property
    def simulated_per_draw(self) -> int:
        """How many runoffs to simulate for each one that is kept.

        1 for evidence that moves votes and gives no weights; more for evidence that weighs
        draws, of which only some then stay.
        """

    @property
    def moves_votes(self) -> bool:
        """Whether conditioned draws have other votes, not only other weights."""

    def condition(self, simulated: WeightedDraws) -> WeightedDraws:
        """Simulated runoffs given the evidence.

        Parameters
        ----------
        simulated
            Runoffs, weighted where other evidence has weighed them.

        Returns
        -------
        WeightedDraws
            As many, in the same order: block for block as they were simulated, so that the
            Monte Carlo error is that of these draws.
        """


@dataclass(frozen=True)
class EvidenceEffect:
    """What a piece of evidence moved: the share of the first finalist, three times.

    Attributes
    ----------
    without
        By the forecast and all other evidence.
    alone
        By this evidence alone; None where it says none.
    combined
        By the forecast and all evidence.
    """

    without: ShareSummary
    alone: ShareSummary | None
    combined: ShareSummary


@dataclass(frozen=True)
class UsedEvidence[Kind: Evidence]:
    """A piece of evidence, and what it moved in a forecast."""

    evidence: Kind
    effect: EvidenceEffect
