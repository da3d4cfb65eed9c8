"""Everything that a forecast of a race would run, but the sampling: what would fail, fails here.

A made-up fit stands for the sampled one, and a few dozen draws for thousands. The model of the
first round is built, not sampled. Priors, evidence, the core, the summary, text, JSON, files,
scenarios, the whole page and the comparison with the result run as they would later; what is
written goes into a temporary folder, and no number is shown.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from forecast import fitted_race, workflow
from forecast.defaults import PriorChoice, SimulationOptions
from forecast.errors import ForecastError
from forecast.files import temporary_folder, write_atomically
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit, build_model
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.learn.race_priors import resolve_race
from forecast.output import document, forecast_text, output_files, scenario_table
from forecast.output.page import page_figures, page_inputs
from forecast.output.page import report as page
from forecast.output.page.figure_kinds import FigureKind
from forecast.race.coded_columns import find_table
from forecast.race.contest import Race
from forecast.race.faults import Fault
from forecast.race.units import UnitData
from forecast.record.finished_races import with_result
from forecast.score.one_race import county_scores

RUNOFF = "runoff"
N_DRAWS = 64
# Units times draws of the forecast under a moved prior, and the fewest draws.
MOVED_UNITS, LEAST_DRAWS = 200_000, 4
N_SAMPLES = 4
CONCENTRATION = 80.0
# A map of more shapes takes minutes to draw, and its numbers are in the page all the same.
MAX_SHAPES = 1_000


def rehearse(race: Race, folder: Path) -> list[Fault]:
    """Run what `simulate`, `plot`, `report` and `score` would run on a race folder.

    Parameters
    ----------
    race, folder
        A race, and the folder that it was read from, whose files have been found without errors.

    Returns
    -------
    list of Fault
        One for the first step of each command that fails, with the name of the command.
    """
    try:
        simulation = _simulated(race, folder)
    except Exception as error:
        return [_fault("simulate", error)]
    # Every prior is moved both ways: of tens of thousands of units, in as many draws as it takes
    # to run everything once.
    moved = int(np.clip(MOVED_UNITS // simulation.units.n_units, LEAST_DRAWS, N_DRAWS))
    inputs = page_inputs.PageInputs(simulation, folder, move_draws=moved)
    steps: list[tuple[str, Callable[[], object]]] = [
        ("fit", lambda: build_model(simulation.units, simulation.priors)),
        ("simulate", lambda: forecast_text.render(simulation)),
        ("simulate --json", lambda: document.document_text(simulation)),
        ("simulate --out", lambda: _written(simulation)),
        ("scenarios", lambda: _scenarios(inputs)),
        ("report", lambda: page.page_html(inputs)),
        ("plot", lambda: _drawn(inputs)),
        ("score", lambda: _scored(folder, simulation)),
    ]
    return [fault for command, step in steps for fault in _tried(command, step)]


def made_up_fit(units: UnitData) -> FirstRoundFit:
    """A fit that says of every county what its votes say, without a sampler."""
    shape = (N_SAMPLES, len(units.county_names))
    votes = units.side_votes.sum(axis=0) + 0.5
    full = np.full(N_SAMPLES, CONCENTRATION, dtype=np.float32)
    known = units.eligible_known
    posterior = FirstRoundPosterior(
        lean_level=np.full(shape, np.log(votes[0] / votes[1]), dtype=np.float32),
        lean_slopes=np.zeros((N_SAMPLES, len(units.lean_names)), dtype=np.float32),
        lean_concentration=full,
        turnout_level=np.zeros(shape if known else (0, shape[1]), dtype=np.float32),
        turnout_slopes=np.zeros(
            (N_SAMPLES, len(units.turnout_names)) if known else (0, 0), dtype=np.float32
        ),
        turnout_concentration=full if known else full[:0],
    )
    enough = 4000.0
    diagnosis = Diagnosis(0, 1.0, enough, enough, ("", "", ""), "a rehearsal", 0.0)
    return FirstRoundFit(posterior, diagnosis, "", Path(), False, {})


def _simulated(race: Race, folder: Path) -> workflow.Simulation:
    resolved = resolve_race(race, folder, PriorChoice())
    fit = made_up_fit(resolved.prepared.units)
    fitted = fitted_race.FittedRace(resolved.prepared, folder, resolved.priors, fit, resolved.as_of)
    return workflow.simulate_fitted(fitted, SimulationOptions(N_DRAWS, workers=1))


def _written(simulation: workflow.Simulation) -> None:
    """The files of `simulate --out`, into a folder that is removed at the end."""
    with temporary_folder() as folder:
        for file, content in output_files.tables(simulation).items():
            write_atomically(folder / file, content)


def _scenarios(inputs: page_inputs.PageInputs) -> None:
    scenario_table.scenario_document(inputs.scenarios, inputs.simulation.fitted)
    scenario_table.scenario_lines(inputs.scenarios, inputs.simulation.fitted)


def _drawn(inputs: page_inputs.PageInputs) -> None:
    """The figure with every name in it, and the map if it has few shapes, drawn as images."""
    kinds = [FigureKind.FLOWS]
    if inputs.outlines is not None and inputs.simulation.units.n_units <= MAX_SHAPES:
        kinds.append(FigureKind.MAP)
    with temporary_folder() as folder:
        for kind in kinds:
            figure = page_figures.figure(kind, inputs)
            if figure.chart is not None:
                figure.save(folder / f"{kind}.svg")


def _scored(folder: Path, simulation: workflow.Simulation) -> None:
    if not find_table(folder, RUNOFF)[0]:
        return
    finished = with_result(simulation.race, folder)
    votes, _ = finished.unit_votes()
    if not votes.sum(axis=0).all():
        raise ForecastError("a finalist has no votes in the runoff, so there is nothing to score")
    county_scores(finished, simulation.units, simulation.draws)


def _tried(command: str, step: Callable[[], object]) -> Iterator[Fault]:
    try:
        step()
    except Exception as error:
        yield _fault(command, error)


def _fault(command: str, error: Exception) -> Fault:
    what = str(error) if isinstance(error, ForecastError) else f"{type(error).__name__}: {error}"
    return Fault(f"forecast {command}", f"would fail: {what}")
