"""`forecast scenarios`: named changes of the priors side by side."""

import json
import sys

from forecast.cli.options import (
    AsOfOption,
    DrawsOption,
    JsonOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    ScenariosOption,
    SeedOption,
    SetOption,
    VerboseOption,
    day_of,
)
from forecast.cli.records import fit_options, prior_choice
from forecast.defaults import DEFAULT_DRAWS, DEFAULT_RACE, DEFAULT_SEED, SimulationOptions
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import variations, workflow
    from forecast.output import scenario_table
    from forecast.runoff import scenarios as what_if


def scenarios(
    race: RaceArgument = DEFAULT_RACE,
    scenarios_file: ScenariosOption = None,
    draws: DrawsOption = DEFAULT_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_of: AsOfOption = None,
    polls: PollsOption = True,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Compare "what if" scenarios side by side: named prior changes, from one fit.

    Example: forecast scenarios ga06-2017 --file my_scenarios.yaml
    """
    wanted = what_if.read_scenarios(scenarios_file)
    choice = prior_choice(priors, settings, learned)
    fitting = fit_options(quiet, verbose=verbose)
    options = SimulationOptions(draws, seed=seed, polls=polls)
    simulation = workflow.simulate_race(race, choice, fitting, options, as_of=day_of(as_of))
    fitted, evidence = simulation.fitted, [used.evidence for used in simulation.evidence]
    first, *others = variations.forecast_scenarios(
        fitted, wanted, options, evidence, fitting.notify
    )
    found = [first, *scenario_table.without_parts(simulation), *others]
    if as_json:
        document = scenario_table.scenario_document(found, fitted)
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        lines = scenario_table.scenario_lines(found, fitted, simulation.polls_to, wanted)
        sys.stdout.write("\n".join(lines) + "\n")
