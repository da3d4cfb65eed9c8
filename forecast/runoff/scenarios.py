"""Named scenarios: what the forecast would be if something were known of the runoff.

All share one fit of the first round and one seed, so that the difference between two is that
of their priors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.documents import read_document
from forecast.priors.layers import priors_with
from forecast.priors.prior_set import PriorSet
from forecast.race.prepared import PreparedRace
from forecast.runoff.simulation import simulate_runoffs
from forecast.runoff.summary import Forecast, summarize

SHIPPED_FILE = "scenarios.yaml"
AS_IT_IS = "as_it_is"
KEYS = ("title", "why", "priors")


@dataclass(frozen=True)
class Scenario:
    """A named change of the runoff priors.

    Attributes
    ----------
    name, title, why
        Short name, what is supposed in a few words, and what it stands for.
    priors
        Nested names as in a prior file.
    """

    name: str
    title: str
    why: str
    priors: Mapping[str, Any]


@dataclass(frozen=True)
class ScenarioForecast:
    """A scenario and the forecast under it.

    Attributes
    ----------
    scenario
        `AS_IT_IS` is the name of the forecast without a change.
    forecast
        Without flows, and without polls: these would pull a scenario back to what they say.
    """

    scenario: Scenario
    forecast: Forecast


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
        )
        for name, entry in named.items()
    )


def run_scenarios(
    prepared: PreparedRace,
    posterior: FirstRoundPosterior,
    priors: PriorSet,
    scenarios: tuple[Scenario, ...],
    *,
    draws: int,
    seed: int,
    notify: Callable[[str], None] = lambda _: None,
) -> tuple[ScenarioForecast, ...]:
    """Forecast a race as it is, then under every scenario, from one posterior.

    Parameters
    ----------
    prepared, posterior, priors
        The race, its fitted first round, and the priors as they are.
    scenarios
        What to lay over the priors, each alone.
    draws, seed
        Number of draws and seed of every forecast.
    notify
        Called with a line a scenario.

    Raises
    ------
    InputError
        When a scenario's priors are not what they should be; before anything is simulated.
    """
    unchanged = Scenario(AS_IT_IS, "As it is", "the priors as they are", {})
    changed = [(unchanged, priors)] + [
        (scenario, priors_with(priors, scenario.priors, f"scenario {scenario.name}"))
        for scenario in scenarios
    ]
    race, units = prepared.race, prepared.units
    found = []
    for scenario, used in changed:
        notify(f"simulating: {scenario.title}")
        runoffs = simulate_runoffs(units, posterior, used.runoff, n_draws=draws, seed=seed)
        found.append(ScenarioForecast(scenario, summarize(runoffs, race, units)))
    return tuple(found)
