"""Simulated runoffs given evidence: as many as are wanted, and what each piece of it moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forecast.evidence.protocol import Evidence, EvidenceEffect, UsedEvidence
from forecast.evidence.weighted_draws import WeightedDraws
from forecast.runoff.enough_draws import simulate_until
from forecast.runoff.simulation import RunoffDraws

# Below it the effective sample size of weighted draws is not known well enough to refuse them.
MIN_WEIGHTED_DRAWS = 4_000


@dataclass(frozen=True, eq=False)
class ConditionedDraws:
    """Simulated runoffs given evidence.

    Attributes
    ----------
    draws
        Runoffs of equal weight.
    evidence
        Every piece of evidence with what it moved, in the order given.
    simulated
        The runoffs before any evidence, from the same seed.
    """

    draws: RunoffDraws
    evidence: tuple[UsedEvidence[Evidence], ...]
    simulated: RunoffDraws


def draw_conditioned(
    simulate_some: Callable[..., RunoffDraws],
    evidence: Sequence[Evidence],
    wanted: int | None,
    error: float,
    seed: int,
) -> ConditionedDraws:
    """Simulate runoffs, so many or until the error is small, and condition them on evidence.

    Parameters
    ----------
    simulate_some
        `forecast.runoff.simulation.simulate_runoffs` but for `n_draws` and `first_draw`.
    evidence
        What came in after round one; none gives the draws as they were simulated.
    wanted
        How many draws; None for as many as the error takes.
    error
        Largest Monte Carlo error of the win probability, as a share.
    seed
        Seed of the choice among weighted draws.

    Raises
    ------
    ForecastError
        When the evidence lies where the forecast has few draws, or the error takes too many.
    """
    per_draw = max((one.simulated_per_draw for one in evidence), default=1)
    if wanted is None:
        simulated = simulate_until(
            simulate_some, error, lambda draws: condition(draws, evidence).monte_carlo_error()
        )
        wanted = simulated.n_draws // per_draw
    else:
        at_least = MIN_WEIGHTED_DRAWS if per_draw > 1 else 1
        simulated = simulate_some(n_draws=max(per_draw * wanted, at_least))
    combined = condition(simulated, evidence)
    used = tuple(
        UsedEvidence(one, _effect(simulated, evidence, index, combined))
        for index, one in enumerate(evidence)
    )
    if combined.log_weights is None and per_draw == 1:
        return ConditionedDraws(combined.draws, used, simulated)
    combined.require_reliable(" and ".join(one.kind for one in evidence))
    return ConditionedDraws(combined.resampled(wanted, seed), used, simulated)


def condition(draws: RunoffDraws, evidence: Sequence[Evidence]) -> WeightedDraws:
    """Condition simulated runoffs on every piece of evidence.

    Evidence that moves votes goes first, in the order given: the weights of the rest are then
    those of the votes as they stay.
    """
    conditioned = WeightedDraws(draws)
    for one in sorted(evidence, key=lambda one: not one.moves_votes):
        conditioned = one.condition(conditioned)
    return conditioned


def _effect(
    simulated: RunoffDraws, evidence: Sequence[Evidence], index: int, combined: WeightedDraws
) -> EvidenceEffect:
    """What one of the pieces moved, the others in place."""
    others = [*evidence[:index], *evidence[index + 1 :]]
    without = condition(simulated, others)
    return EvidenceEffect(without.summary(), evidence[index].alone, combined.summary())
