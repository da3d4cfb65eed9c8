"""A whole forecast in one call: what the command line does, and what a notebook can do.

>>> import forecast
>>> simulation = forecast.simulate("ga06-2017")  # doctest: +SKIP
>>> simulation.forecast.finalists[0].win_probability  # doctest: +SKIP
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
from forecast.evidence.conditioning import ConditionedDraws, draw_conditioned
from forecast.evidence.protocol import Evidence, UsedEvidence
from forecast.evidence.race_evidence import race_evidence
from forecast.first_round.fitting import FirstRoundFit
from forecast.fitted_race import (
    FittedRace,
    Priors,
    fit_race,
    prior_choice,
    require_healthy,
    without_blocs,
)
from forecast.lazy_imports import lazy_imports
from forecast.priors.prior_set import PriorSet
from forecast.race import folder as race_folder
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace
from forecast.race.units import UnitData
from forecast.runoff.keep import TOTALS_ONLY, Keep
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.runoff.summary import Forecast, summarize

with lazy_imports():  # a race without polls need not wait for what weighs them
    from forecast.evidence import polls as poll_evidence

# The odds without a race's own judgement stand beside the forecast: to a point or so.
DRAWS_WITHOUT_JUDGEMENT = 4_000

# How a notebook shows a simulation: given by the output, which this module doesn't know.
_notebook_view: list[Callable[["Simulation"], str]] = []


@dataclass(frozen=True, eq=False, repr=False)
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
    without_positions
        The forecast without the positions that the race itself brings, None where none enter it.
    without_blocs
        The same without the blocs that the race itself brings, and so without positions.
    without_both
        Of each part of these that there is ("judgement", "positions", "blocs") the forecast without
        it and without evidence; empty where none was used.
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
    without_positions: Forecast | None = None
    without_blocs: Forecast | None = None
    without_both: Mapping[str, Forecast] = field(default_factory=dict)

    @property
    def race(self) -> Race:
        """The race."""
        return self.prepared.race

    def __repr__(self) -> str:
        """The race, the day and the odds: all else is too long to be read."""
        odds = ", ".join(f"{one.name} {one.win_probability:.3f}" for one in self.forecast.finalists)
        return f"<Simulation of {self.race.contest.id} as of {self.as_of}: {odds}>"

    def _repr_html_(self) -> str | None:
        """What a notebook shows; None, for the plain text, where nobody said how."""
        return _notebook_view[0](self) if _notebook_view else None

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


def show_in_notebooks(view: Callable[[Simulation], str]) -> None:
    """Let a notebook show every simulation as the HTML that a function makes of it."""
    _notebook_view[:] = [view]


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
        prior_choice(priors, settings, learned),
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
    fitting.detail("simulating runoffs")
    bare = without_blocs(fitted, priors, as_of)
    simulation = simulate_fitted(fitted, options, fitting.notify, evidence, bare=bare)
    used = [one.evidence.kind for one in simulation.evidence]
    fitting.detail(
        f"simulated {simulation.draws.n_simulated:,} runoffs, given {', '.join(used) or 'nothing'}"
    )
    return simulation


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
    bare: FittedRace | None = None,
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
    bare
        The race without its blocs, see `forecast.fitted_race.without_blocs`.

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
    fewer = min(runoffs.n_draws, DRAWS_WITHOUT_JUDGEMENT)

    priors = fitted.priors
    parts = {
        "judgement": (fitted, priors.without_race) if priors.of_race else None,
        "positions": (fitted, priors.without_positions) if priors.rests_on_positions else None,
        "blocs": None if bare is None else (bare, bare.priors),
    }
    without: dict[str, Forecast] = {}
    without_both: dict[str, Forecast] = {}
    for part, other in parts.items():
        # What is counted speaks for itself: beside it a forecast without judgement says nothing.
        if other is None or any(one.moves_votes for one in used):
            continue
        plain = conditioned_draws(*other, used, options, fewer, simulator=simulator)
        without[part] = summarize(plain.draws, race, units)
        if used:
            without_both[part] = summarize(plain.simulated, race, units)
    return Simulation(
        prepared=fitted.prepared,
        priors=fitted.priors,
        fit=fitted.fit,
        draws=runoffs,
        forecast=summarize(runoffs, race, units),
        without_judgement=without.get("judgement"),
        evidence=conditioned.evidence,
        inputs=_inputs(fitted, used),
        versions={**fitted.fit.versions, "runoff-forecast": __version__},
        as_of=max(fitted.as_of, *(one.known_to for one in extra)) if extra else fitted.as_of,
        folder=fitted.folder,
        without_evidence=summarize(conditioned.simulated, race, units) if used else None,
        without_positions=without.get("positions"),
        without_blocs=without.get("blocs"),
        without_both=without_both,
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


def _inputs(fitted: FittedRace, evidence: Sequence[Evidence]) -> dict[str, str]:
    """Every file that moved a forecast, with its SHA-256."""
    inputs = race_folder.input_hashes(fitted.folder)
    inputs |= race_folder.file_hashes(fitted.priors.files, fitted.folder)
    for one in evidence:
        inputs.update(one.inputs)
    return inputs
