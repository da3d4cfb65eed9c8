"""Named scenarios: what the forecast would be if something were known of the runoff.

All share one fit of the first round and one seed, so that the difference between two is that
of their priors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from forecast.defaults import countdown
from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.priors.documents import read_document
from forecast.priors.layers import priors_with
from forecast.priors.prior_set import PriorSet
from forecast.race.candidates import eliminated_index
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace
from forecast.race.situation import names_parties
from forecast.race.units import NEITHER, candidate_sides
from forecast.runoff.simulation import RunoffDraws
from forecast.runoff.summary import Forecast, summarize

SHIPPED_FILE = "scenarios.yaml"
# The forecast without a change: its name, and what a reader sees.
AS_IT_IS, AS_PUBLISHED = "as_it_is", "Forecast as published"
KEYS = ("title", "why", "needs", "turnout", "priors")
LOWER = "lower"
# What a scenario may need of a race, and what a race lacks that has not got it.
NEEDS = {
    "parties": "eliminated candidates of the finalists' two parties",
    "baseline": "earlier election",
}


@dataclass(frozen=True)
class Scenario:
    """A named change of the runoff priors.

    Attributes
    ----------
    name, title, why
        Short name, what is supposed in a few words, and what it stands for.
    priors
        Nested names as in a prior file.
    needs
        Names of `NEEDS` without which it would say nothing: of two parties that unite, where no
        party is known.
    turnout
        "lower" where it supposes fewer votes than the forecast.
    """

    name: str
    title: str
    why: str
    priors: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    turnout: str = ""

    def lacks(self, race: Race) -> tuple[str, ...]:
        """What it needs and the race has not got, in words; empty where it can be run."""
        of_finalists = candidate_sides(race)[eliminated_index(race)] != NEITHER
        has = {
            "parties": race.has_two_blocs and bool(of_finalists.any()),
            "baseline": bool(race.baselines),
        }
        needs = NEEDS if names_parties(race) else NEEDS | {"parties": "parties"}
        return tuple(needs[name] for name in self.needs if not has[name])


@dataclass(frozen=True)
class ScenarioForecast:
    """A scenario and the forecast under it.

    Attributes
    ----------
    scenario
        `AS_IT_IS` is the name of the forecast without a change.
    forecast
        Given all evidence from after round one, as the forecast as it is; where that contradicts
        the scenario, or there is none, the same as `without_evidence`.
    without_evidence
        By the scenario alone: evidence pulls a scenario back to what it says.
    has_evidence
        Whether `forecast` is given evidence.
    """

    scenario: Scenario
    forecast: Forecast
    without_evidence: Forecast
    has_evidence: bool


class ScenarioDraws(NamedTuple):
    """Runoffs under the priors of a scenario, before and given evidence; None without it."""

    simulated: RunoffDraws
    conditioned: RunoffDraws | None


def shipped_scenarios() -> Path:
    """The file that ships with the program."""
    return shipped_folder("models") / SHIPPED_FILE


def read_scenarios(path: Path | None = None) -> tuple[Scenario, ...]:
    """Read a file of scenarios, by default the one that ships.

    Raises
    ------
    InputError
        With every fault of the file's form; the priors are looked at when they are used.
    """
    path = path or shipped_scenarios()
    document = read_document(path)
    named = document.get("scenarios")
    if not isinstance(named, dict) or not named:
        raise InputError(
            f"{path}: a mapping with the key scenarios, and a name, title, why and priors for "
            f"each; {shipped_scenarios().name} in models/ is an example"
        )
    faults: list[str] = []
    for name, entry in named.items():
        if not isinstance(entry, dict):
            faults.append(f"scenarios.{name}: a mapping of {', '.join(KEYS)}, not {entry!r}")
            continue
        faults += [
            f"scenarios.{name}.{key}: unknown name; the known names here: {', '.join(KEYS)}"
            for key in entry
            if key not in KEYS
        ]
        priors = entry.get("priors")
        if not isinstance(priors, dict) or list(priors) != ["runoff"]:
            faults.append(
                f"scenarios.{name}.priors: a mapping with the key runoff alone, because all "
                "scenarios share one fit of the first round"
            )
        if not isinstance(needs := entry.get("needs", []), list) or any(
            need not in NEEDS for need in map(str, needs)
        ):
            faults.append(f"scenarios.{name}.needs: a list of {', '.join(NEEDS)}, not {needs!r}")
        if (turnout := entry.get("turnout", "")) not in ("", LOWER):
            faults.append(f"scenarios.{name}.turnout: {LOWER}, or nothing, not {turnout!r}")
        if not isinstance(entry.get("title", ""), str):
            faults.append(f"scenarios.{name}.title: words, not {entry['title']!r}")
    if faults:
        raise InputError(f"{path}: {len(faults)} fault(s) in the scenarios", faults)
    return tuple(
        Scenario(
            str(name),
            entry.get("title", str(name).replace("_", " ")),
            str(entry.get("why", "")),
            entry["priors"],
            tuple(entry.get("needs", ())),
            str(entry.get("turnout", "")),
        )
        for name, entry in named.items()
    )


def run_scenarios(
    prepared: PreparedRace,
    priors: PriorSet,
    scenarios: tuple[Scenario, ...],
    simulate: Callable[[PriorSet], ScenarioDraws],
    *,
    notify: Callable[[str], None] = lambda _: None,
) -> tuple[ScenarioForecast, ...]:
    """Forecast a race as it is, then under every scenario that it has all for, from one posterior.

    One of a lower turnout that is not lower than the forecast's is left out.

    Parameters
    ----------
    prepared, priors
        The race, and the priors as they are.
    scenarios
        What to lay over the priors, each alone.
    simulate
        Runoffs from one posterior, with one number of draws and one seed, by priors
        (`forecast.variations.forecast_scenarios`).
    notify
        Called with a line a scenario.

    Raises
    ------
    InputError
        When a scenario's priors are not what they should be; before anything is simulated.
    """
    unchanged = Scenario(AS_IT_IS, AS_PUBLISHED, "the priors as they are", {})
    changed = [(unchanged, priors)] + [
        (scenario, priors_with(priors, scenario.priors, f"scenario {scenario.name}"))
        for scenario in scenarios
        if not scenario.lacks(prepared.race)
    ]
    race, units = prepared.race, prepared.units
    found: list[ScenarioForecast] = []
    tell = countdown(notify)
    for done, (scenario, used) in enumerate(changed):
        tell(done, len(changed), f"simulating: {scenario.title}")
        simulated, conditioned = simulate(used)
        without = summarize(simulated, race, units)
        if scenario.turnout == LOWER and (
            without.turnout.q50 >= found[0].without_evidence.turnout.q50
        ):
            continue
        given = without if conditioned is None else summarize(conditioned, race, units)
        found.append(ScenarioForecast(scenario, given, without, conditioned is not None))
    return tuple(found)
