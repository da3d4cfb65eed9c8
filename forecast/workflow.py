"""A whole forecast in one call: what the command line does, and what a notebook can do.

>>> import forecast
>>> simulation = forecast.simulate("ga06-2017")  # doctest: +SKIP
>>> simulation.forecast.finalists[0].win_probability  # doctest: +SKIP
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

from forecast import __version__
from forecast.defaults import (
    DEFAULT_DRAWS,
    DEFAULT_ERROR,
    DEFAULT_RACE,
    DEFAULT_SEED,
    FitOptions,
    Notify,
    PriorChoice,
    SimulationOptions,
    silent,
)
from forecast.errors import ForecastError, UnhealthyFitError
from forecast.evidence.conditioning import ConditionedDraws, condition, draw_conditioned
from forecast.evidence.protocol import Evidence, UsedEvidence
from forecast.evidence.race_evidence import race_evidence
from forecast.first_round.fitting import FirstRoundFit, get_fit
from forecast.lazy_imports import lazy_imports
from forecast.learn.race_priors import resolve_race
from forecast.priors.prior_set import PriorSet
from forecast.race import folder as race_folder
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace
from forecast.race.units import UnitData
from forecast.record.find import find_race
from forecast.runoff.keep import TOTALS_ONLY, Keep
from forecast.runoff.scenarios import Scenario, ScenarioDraws, ScenarioForecast, run_scenarios
from forecast.runoff.sensitivity import Sensitivity, WeightedVotes, draws_for, sensitivity
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.runoff.summary import Forecast, summarize
from forecast.runoff.unit_forecasts import UnitForecasts

with lazy_imports():  # a race without polls need not wait for what weighs them
    from forecast.evidence import polls as poll_evidence

# The odds without a race's own judgement stand beside the forecast: to a point or so.
DRAWS_WITHOUT_JUDGEMENT = 4_000

Priors = PriorSet | Path | str | None


@dataclass(frozen=True, eq=False)
class FittedRace:
    """A race, its priors and the fit of its first round.

    Attributes
    ----------
    prepared, folder
        The race, prepared, and the folder that it was read from.
    priors
        The resolved priors.
    fit
        The fit, from the cache or fresh.
    as_of
        Day of the forecast: what was known at its end may be used, and nothing later.
    """

    prepared: PreparedRace
    folder: Path
    priors: PriorSet
    fit: FirstRoundFit
    as_of: date

    @property
    def race(self) -> Race:
        """The race."""
        return self.prepared.race


@dataclass(frozen=True, eq=False)
class Simulation:
    """A forecast with all that it was made from.

    Attributes
    ----------
    prepared
        The race, prepared.
    priors, fit
        What it rests on.
    draws
        The simulated runoffs.
    forecast
        Their summary.
    without_judgement
        The forecast without the priors that the race folder sets by judgement, None where it
        sets none.
    evidence
        Every piece of evidence from after round one, with what it moved.
    inputs
        Name of every file that moved the forecast to the SHA-256 of its content, see
        `forecast.race.folder.file_hashes`.
    versions
        Package name to the version that computed the fit and the draws.
    as_of
        Day of the forecast: nothing later was used.
    folder
        The folder that the race was read from.
    without_evidence
        The forecast without any evidence from after round one, None where none was used.
    fit_seed
        Seed of the sampler; `forecast.seed` is that of the runoffs.
    """

    prepared: PreparedRace
    priors: PriorSet
    fit: FirstRoundFit
    draws: RunoffDraws
    forecast: Forecast
    without_judgement: Forecast | None
    evidence: tuple[UsedEvidence[Evidence], ...]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    as_of: date
    folder: Path
    without_evidence: Forecast | None = None
    fit_seed: int = DEFAULT_SEED

    @property
    def race(self) -> Race:
        """The race."""
        return self.prepared.race

    @property
    def units(self) -> UnitData:
        """The race as arrays."""
        return self.prepared.units

    @property
    def fitted(self) -> FittedRace:
        """The race with its priors and its fit, as it was before the runoff was simulated."""
        return FittedRace(self.prepared, self.folder, self.priors, self.fit, self.as_of)

    @property
    def learned_to(self) -> date | None:
        """Day of the last finished runoff that the priors were learned from."""
        return self.priors.learned_to

    @property
    def polls_to(self) -> date | None:
        """The last day on which one of the polls asked; None without polls."""
        return None if self.polls is None else self.polls.evidence.polls_to

    @property
    def polls(self) -> "UsedEvidence[poll_evidence.Polls] | None":
        """The polls of the race, and what they moved; None where none were used."""
        for used in self.evidence:
            if isinstance(used.evidence, poll_evidence.Polls):
                return UsedEvidence(used.evidence, used.effect)
        return None


def load_race(race: str | Path = DEFAULT_RACE) -> Race:
    """Read a race by the id of a shipped one, or by the path of a race folder.

    Raises
    ------
    InputError
        When there is no such race, or its files break a rule; all faults at once.
    """
    return race_folder.load_race(find_race(race))


def fit(
    race: str | Path = DEFAULT_RACE,
    *,
    priors: Priors = None,
    settings: Sequence[str] = (),
    learned: Path | str | None = None,
    as_of: date | None = None,
    refit: bool = False,
    notify: Notify = silent,
    progress: bool = False,
) -> FittedRace:
    """Read a race and fit its first round, or take the fit from the cache.

    Parameters
    ----------
    race
        Id of a shipped race, or path of a race folder.
    priors
        A prior file, or priors that are loaded already; None for those of the race.
    settings
        Values that go before those of the files, "path=value" each.
    learned
        A file of `forecast learn`; None for the newest that ships and knows of no runoff after
        the day of the forecast; "none" for the defaults without anything learned.
    as_of
        Day of the forecast: what was learned, and polls, by that day. None for today, or for
        the day before the runoff where that is over.
    refit
        Sample again even where the cache has this fit.
    notify
        Called with a line about what happens.
    progress
        Show a progress bar on standard error while sampling.

    Returns
    -------
    FittedRace
        Also when the fit is unhealthy: see ``fit.diagnosis``.

    Raises
    ------
    InputError
        When the race or the priors are not what they should be.
    """
    choice = _prior_choice(priors, settings, learned)
    options = FitOptions(refit=refit, notify=notify, progress=progress)
    return fit_race(race, choice, options, as_of)


def fit_race(
    race: str | Path,
    priors: PriorSet | PriorChoice,
    options: FitOptions,
    as_of: date | None = None,
) -> FittedRace:
    """Read a race and fit its first round, or take the fit from the cache: `fit` by records.

    Parameters
    ----------
    race
        Id of a shipped race, or path of a race folder.
    priors
        Priors that are loaded already, or what to lay over those of the race.
    options
        How to fit.
    as_of
        As for `fit`.
    """
    folder = find_race(race)
    resolved = resolve_race(race_folder.load_race(folder), folder, priors, as_of)
    learned_to = resolved.priors.learned_to
    if learned_to is not None and learned_to > resolved.as_of:
        options.notify(
            f"note: the priors were learned from runoffs up to {learned_to}, after the day of "
            f"this forecast, {resolved.as_of}"
        )
    found = get_fit(resolved.prepared, folder, resolved.priors, options)
    return FittedRace(resolved.prepared, folder, resolved.priors, found, resolved.as_of)


def simulate(
    race: str | Path = DEFAULT_RACE,
    *,
    draws: int | Literal["auto"] = DEFAULT_DRAWS,
    error: float = DEFAULT_ERROR,
    seed: int = DEFAULT_SEED,
    priors: Priors = None,
    settings: Sequence[str] = (),
    learned: Path | str | None = None,
    as_of: date | None = None,
    polls: bool = True,
    refit: bool = False,
    allow_unhealthy: bool = False,
    workers: int | None = None,
    notify: Notify = silent,
    progress: bool = False,
    evidence: Sequence[Evidence] = (),
) -> Simulation:
    """Forecast a runoff from its first round.

    Parameters
    ----------
    race, priors, settings, learned, as_of, refit, notify, progress
        As for `fit`.
    draws
        How many runoffs to simulate; "auto" for as many as `error` takes.
    error
        With "auto", the largest Monte Carlo error of the win probability, in points.
    seed
        The same seed gives the same numbers, whatever the number of workers.
    polls
        Use the polls of the race folder, where it has any.
    allow_unhealthy
        Go on with a fit that failed its checks.
    workers
        Threads; all cores by default.
    evidence
        What else came in after round one, beside the polls.

    Raises
    ------
    InputError
        When the race or the priors are not what they should be.
    UnhealthyFitError
        When the fit failed its checks and `allow_unhealthy` is False.
    """
    return simulate_race(
        race,
        _prior_choice(priors, settings, learned),
        FitOptions(refit=refit, notify=notify, progress=progress),
        SimulationOptions(draws, error, seed, polls, allow_unhealthy, workers),
        evidence,
        as_of,
    )


def simulate_race(
    race: str | Path,
    priors: PriorSet | PriorChoice,
    fitting: FitOptions,
    options: SimulationOptions,
    evidence: Sequence[Evidence] = (),
    as_of: date | None = None,
) -> Simulation:
    """Forecast a runoff from its first round: `simulate` by records.

    Parameters
    ----------
    race, priors, fitting
        As for `fit_race`.
    options
        How to simulate.
    evidence, as_of
        As for `simulate`.
    """
    fitted = fit_race(race, priors, fitting, as_of)
    return simulate_fitted(fitted, options, fitting.notify, evidence)


def evidence_of(
    fitted: FittedRace, options: SimulationOptions, notify: Notify = silent
) -> tuple[Evidence, ...]:
    """The evidence of a race folder by the day of the forecast, where the options use it.

    Parameters
    ----------
    fitted
        The race, with the day of its forecast.
    options
        Whether its polls are used.
    notify
        Called with a line for what was left out.
    """
    if not options.polls:
        return ()
    return race_evidence(fitted.race, fitted.folder, notify, fitted.as_of)


def simulate_fitted(
    fitted: FittedRace,
    options: SimulationOptions,
    notify: Notify = silent,
    evidence: Sequence[Evidence] = (),
    simulator: Callable[..., RunoffDraws] | None = None,
) -> Simulation:
    """Forecast the runoff of a race whose first round is fitted.

    Parameters
    ----------
    fitted
        The race, its priors and its fit.
    options
        How to simulate.
    notify
        Called with a line about what happens.
    evidence
        As for `simulate`.
    simulator
        What simulates, by default `forecast.runoff.simulation.simulate_runoffs`; a function that
        gives the same draws, for those who ask for them again and again.

    Raises
    ------
    UnhealthyFitError
        When the fit failed its checks and the options do not allow that.
    """
    if not options.allow_unhealthy:
        require_healthy(fitted)
    simulator = simulate_runoffs if simulator is None else simulator
    extra = tuple(evidence)
    used = (*evidence_of(fitted, options, notify), *extra)
    wanted = None if options.draws == "auto" else options.draws
    conditioned = conditioned_draws(
        fitted, fitted.priors, used, options, wanted, Keep(flows=True), simulator
    )
    runoffs = conditioned.draws
    race, units = fitted.race, fitted.prepared.units
    if options.draws == "auto":
        notify(
            f"simulated {runoffs.n_simulated:,} runoffs for an error of {options.error:g} points"
            " or less"
        )
    without = None
    # What is counted speaks for itself: beside it a forecast without judgement says nothing.
    if fitted.priors.of_race and not any(one.moves_votes for one in used):
        fewer = min(runoffs.n_draws, DRAWS_WITHOUT_JUDGEMENT)
        plain = conditioned_draws(
            fitted, fitted.priors.without_race, used, options, fewer, simulator=simulator
        )
        without = summarize(plain.draws, race, units)
    return Simulation(
        prepared=fitted.prepared,
        priors=fitted.priors,
        fit=fitted.fit,
        draws=runoffs,
        forecast=summarize(runoffs, race, units),
        without_judgement=without,
        evidence=conditioned.evidence,
        inputs=_inputs(fitted, used),
        versions={**fitted.fit.versions, "runoff-forecast": __version__},
        as_of=max(fitted.as_of, *(one.known_to for one in extra)) if extra else fitted.as_of,
        folder=fitted.folder,
        without_evidence=summarize(conditioned.simulated, race, units) if used else None,
    )


def conditioned_draws(
    fitted: FittedRace,
    priors: PriorSet,
    evidence: Sequence[Evidence],
    options: SimulationOptions,
    wanted: int | None,
    keep: Keep = TOTALS_ONLY,
    simulator: Callable[..., RunoffDraws] = simulate_runoffs,
) -> ConditionedDraws:
    """Runoffs of a fitted race under some priors, given evidence: what every command starts from.

    Parameters
    ----------
    fitted
        The race and its fit.
    priors
        Its priors, or others in their place.
    evidence
        What came in after round one.
    options
        Seed, error and workers.
    wanted
        How many draws; None for as many as the error of the options takes.
    keep
        What to keep of each draw.
    simulator
        As for `simulate_fitted`.
    """
    simulate_some = partial(
        simulator,
        fitted.prepared.units,
        fitted.fit.posterior,
        priors.runoff,
        seed=options.seed,
        keep=keep,
        workers=options.workers,
    )
    return draw_conditioned(simulate_some, evidence, wanted, options.error / 100, options.seed)


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
    return UnitForecasts.of(simulation.units, again.units)


def require_healthy(fitted: FittedRace) -> None:
    """Raise where the fit failed its checks.

    Raises
    ------
    UnhealthyFitError
        With every check that failed, and what to do.
    """
    diagnosis = fitted.fit.diagnosis
    if diagnosis.healthy:
        return
    faults = "\n".join(f"  {fault}" for fault in diagnosis.faults)
    raise UnhealthyFitError(
        f"the first-round fit of {fitted.race.contest.id} failed its checks and is not used:\n"
        f"{faults}\n"
        "Sample more or more carefully (see the sampler settings in `forecast priors show`), or"
        " look for a prior that contradicts the returns; --allow-unhealthy uses it anyway."
    )


def _prior_choice(
    priors: Priors, settings: Sequence[str], learned: Path | str | None
) -> PriorSet | PriorChoice:
    """The keyword arguments of the library as one record, unless priors are loaded already."""
    if isinstance(priors, PriorSet):
        if settings or learned is not None:
            raise TypeError(
                "settings go with a prior file, and so does learned, not with loaded priors"
            )
        return priors
    return PriorChoice(None if priors is None else Path(priors), tuple(settings), learned)


def _inputs(fitted: FittedRace, evidence: Sequence[Evidence]) -> dict[str, str]:
    """Every file that moved a forecast, with its SHA-256."""
    inputs = race_folder.input_hashes(fitted.folder)
    inputs |= race_folder.file_hashes(fitted.priors.files, fitted.folder)
    for one in evidence:
        inputs.update(one.inputs)
    return inputs
