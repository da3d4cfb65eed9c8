"""A forecast made again from its fit: under scenarios, prior by prior, and unit by unit."""

from collections.abc import Callable, Sequence

from forecast.defaults import DEFAULT_DRAWS, Notify, SimulationOptions, silent
from forecast.errors import ForecastError
from forecast.evidence.conditioning import condition
from forecast.evidence.protocol import Evidence
from forecast.fitted_race import FittedRace
from forecast.priors.prior_set import PriorSet
from forecast.runoff.keep import Keep
from forecast.runoff.scenarios import Scenario, ScenarioDraws, ScenarioForecast, run_scenarios
from forecast.runoff.sensitivity import Sensitivity, WeightedVotes, draws_for, sensitivity
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.runoff.unit_forecasts import UnitForecasts
from forecast.workflow import Simulation, conditioned_draws


def forecast_scenarios(
    fitted: FittedRace,
    scenarios: tuple[Scenario, ...],
    options: SimulationOptions,
    evidence: Sequence[Evidence],
    notify: Notify = silent,
) -> tuple[ScenarioForecast, ...]:
    """The forecast as it is, then under every scenario, from one fit, one seed and all evidence.

    Parameters
    ----------
    fitted
        The race, its priors and its fit.
    scenarios
        What to lay over the priors, each alone.
    options
        How to simulate; `draws` is a number.
    evidence
        What came in after round one.
    notify
        Called with a line a scenario.
    """
    wanted = DEFAULT_DRAWS if options.draws == "auto" else options.draws

    def simulate_with(priors: PriorSet) -> ScenarioDraws:
        try:
            found = conditioned_draws(fitted, priors, evidence, options, wanted)
        except ForecastError as error:
            if not evidence:
                raise
            notify(f"note: {error}")
            plain = conditioned_draws(fitted, priors, (), options, wanted)
            return ScenarioDraws(plain.draws, None)
        return ScenarioDraws(found.simulated, found.draws if evidence else None)

    return run_scenarios(fitted.prepared, fitted.priors, scenarios, simulate_with, notify=notify)


def draws_of(evidence: Sequence[Evidence], wanted: int = DEFAULT_DRAWS) -> int:
    """How many runoffs a forecast of so many draws simulates."""
    return wanted * max((one.simulated_per_draw for one in evidence), default=1)


def prior_sensitivity(
    fitted: FittedRace,
    evidence: Sequence[Evidence],
    seed: int,
    n_draws: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Sensitivity:
    """What each runoff prior moves, given the same evidence as the forecast.

    Parameters
    ----------
    fitted
        The race, its priors and its fit.
    evidence
        What came in after round one.
    seed
        That of the forecast.
    n_draws
        Runoffs a forecast, where a race is not too large for so many: those of the forecast.
    progress
        Called with how many forecasts are made, and of how many.
    """

    def given(draws: RunoffDraws) -> WeightedVotes:
        conditioned = condition(draws, evidence)
        return WeightedVotes(conditioned.votes, conditioned.weights)

    units = fitted.prepared.units
    most = draws_for(units.n_units)
    return sensitivity(
        units,
        fitted.fit.posterior,
        fitted.priors.entries,
        fitted.priors.runoff,
        seed=seed,
        n_draws=min(n_draws or most, most),
        given=given,
        progress=progress,
    )


def unit_forecasts(simulation: Simulation) -> UnitForecasts:
    """The forecast of every unit, from the draws of a forecast simulated once more.

    Parameters
    ----------
    simulation
        The forecast; where polls chose among its draws, the units count those chosen.

    Raises
    ------
    ForecastError
        When evidence has moved the votes themselves: those of units are not known then.
    """
    movers = [one.evidence.kind for one in simulation.evidence if one.evidence.moves_votes]
    if movers:
        raise ForecastError(
            f"{movers[0]} moved the votes of the simulated runoffs, and forecasts of units know "
            "the votes as simulated: read the counties, or leave that evidence out"
        )
    draws = simulation.draws
    again = simulate_runoffs(
        simulation.units,
        simulation.fit.posterior,
        simulation.priors.runoff,
        n_draws=draws.n_simulated,
        seed=draws.seed,
        keep=Keep(units=True, copies=draws.copies),
    )
    assert again.units is not None
    return UnitForecasts.of(simulation.units, again.units, simulation.forecast.counties)
