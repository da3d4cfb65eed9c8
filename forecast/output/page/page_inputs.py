"""What the figures are drawn from; what takes time is worked out when first asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from forecast.defaults import SimulationOptions, countdown, now_and_then
from forecast.output import words
from forecast.output.earlier_forecasts import EarlierForecast, read_history
from forecast.output.known_result import KnownResult, is_retrospective, result_of
from forecast.output.page.outlines import Outlines, read_outlines
from forecast.output.page.palette import SideColours, side_colours
from forecast.output.race_words import (
    finalist_labels,
    made_line,
    result_label,
    result_words,
    runoff_line,
)
from forecast.output.track_record import read_record_summary
from forecast.race.folder import file_hashes
from forecast.race.level_words import county_noun, has_counties, unit_noun, units_noun
from forecast.race.unit_shapes import SHAPES_FILE
from forecast.record.find import find_race
from forecast.runoff.scenarios import ScenarioForecast, read_scenarios, shipped_scenarios
from forecast.runoff.sensitivity import Sensitivity
from forecast.runoff.unit_forecasts import UnitForecasts
from forecast.variations import forecast_scenarios, prior_sensitivity, unit_forecasts
from forecast.workflow import Simulation


def _silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, eq=False)
class PageInputs:
    """A forecast and what else the page shows of its race.

    Attributes
    ----------
    simulation
        The forecast.
    folder
        The race folder, for outlines.
    scenarios_file
        Scenarios to show; None for those that ship.
    notify
        Called with a line about what is worked out.
    move_draws
        Runoffs a move of a prior; None for as many as the number of units allows.
    history
        Earlier forecasts of the race, by day.
    """

    simulation: Simulation
    folder: Path
    scenarios_file: Path | None = None
    notify: Callable[[str], None] = _silent
    move_draws: int | None = None
    history: Sequence[EarlierForecast] = ()

    @classmethod
    def of(
        cls,
        simulation: Simulation,
        race: str | Path,
        scenarios_file: Path | None = None,
        notify: Callable[[str], None] = _silent,
        history: Sequence[Path] = (),
    ) -> "PageInputs":
        """Gather the inputs of a forecast.

        Parameters
        ----------
        simulation
            What `forecast.simulate` returned.
        race
            What it was given: the id of a shipped race, or the path of a race folder.
        scenarios_file, notify
            See the attributes.
        history
            Files of earlier forecasts (`forecast simulate --json`), and folders of them.

        Raises
        ------
        InputError
            When one of these is no forecast of this race.
        """
        contest = simulation.race.contest
        earlier = read_history(history, contest.id, contest.finalists)
        return cls(simulation, find_race(race), scenarios_file, notify, history=tuple(earlier))

    @property
    def labels(self) -> tuple[str, str]:
        """Short names of the finalists."""
        return finalist_labels(self.simulation.race.contest)

    @property
    def initials(self) -> tuple[str, str]:
        """Their first letters, or the short names where those are the same."""
        return words.initials(self.labels)

    @property
    def made(self) -> str:
        """The kind and the day of the forecast."""
        return made_line(self.simulation.as_of, is_retrospective(self.simulation, self.result))

    @property
    def credit(self) -> str:
        """What a figure says that goes alone: race, day, result where known, and the program."""
        known = ""
        if self.result is not None:
            said = result_words(self.result, self.labels)
            known = f" {result_label(self.simulation.race)}: {said}."
        return f"{runoff_line(self.simulation.race)}. {self.made}.{known} Runoff Forecast"

    @property
    def county_noun(self) -> str:
        """What a county is called there."""
        return county_noun(self.simulation.race)

    @property
    def has_counties(self) -> bool:
        """Whether there is a level above the units that is worth a column."""
        return has_counties(self.simulation.race)

    @property
    def unit_noun(self) -> str:
        """What a unit is called: precinct."""
        return unit_noun(self.simulation.race.contest)

    @property
    def units_noun(self) -> str:
        """Plural of `unit_noun`."""
        return units_noun(self.simulation.race.contest)

    @cached_property
    def colours(self) -> SideColours:
        """Colours of the finalists."""
        return side_colours(self.simulation.race)

    @cached_property
    def unit_forecasts(self) -> UnitForecasts:
        """What the draws say of each unit."""
        self.notify(f"looking at every {self.unit_noun}")
        return unit_forecasts(self.simulation)

    @cached_property
    def outlines(self) -> Outlines | None:
        """Outlines of the units; None where the race folder has none."""
        return read_outlines(self.folder, self.simulation.race.first_round)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """SHA-256 of every file behind the page: those of the forecast, its map, its scenarios."""
        shapes, scenarios = self.folder / SHAPES_FILE, self.scenarios_file or shipped_scenarios()
        shown = [scenarios, *([shapes] if shapes.is_file() else [])]
        return {**self.simulation.inputs, **file_hashes(shown, self.folder)}

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """What each prior moves."""
        self.notify("moving every runoff prior alone")
        simulation = self.simulation
        return prior_sensitivity(
            simulation.fitted,
            [used.evidence for used in simulation.evidence],
            simulation.forecast.seed,
            self.move_draws or simulation.draws.n_simulated,
            now_and_then(countdown(self.notify), "moving priors"),
        )

    @cached_property
    def scenarios(self) -> tuple[ScenarioForecast, ...]:
        """The forecast as it is, and under every scenario."""
        simulation = self.simulation
        return forecast_scenarios(
            simulation.fitted,
            read_scenarios(self.scenarios_file),
            SimulationOptions(simulation.forecast.n_draws, seed=simulation.forecast.seed),
            [used.evidence for used in simulation.evidence],
            self.notify,
        )

    @cached_property
    def result(self) -> KnownResult | None:
        """The counted runoff, None where it is not known."""
        return result_of(self.simulation)

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The summary of the backtest that ships with the program, empty where none does.

        Raises
        ------
        InputError
            When the file is no JSON.
        """
        return read_record_summary()
