"""Which prior each variable of the first round has: the table, the documents and the models."""

import pymc as pm
import pytest

from forecast.diagnose.field_model import build_field_model, fields_of
from forecast.diagnose.labelled_quantities import PARTS
from forecast.first_round.model import build_first_round_model
from forecast.priors.layers import load_priors
from forecast.priors.prior_set import FIRST_ROUND
from forecast.race.prepared import prepare
from tests.first_round.races import simulated_race

PRIORS = load_priors()


def test_the_table_names_every_prior_of_the_first_round_and_no_other() -> None:
    named = {part.path(variable) for part in PARTS.values() for variable in part.parameters}
    assert named == {entry.path for entry in PRIORS.of_model(FIRST_ROUND)}


@pytest.mark.parametrize("part", PARTS)
def test_the_prior_of_a_variable_is_that_of_its_path(part: str) -> None:
    by_path = {entry.path: entry.distribution for entry in PRIORS.entries}
    for variable in PARTS[part].parameters:
        prior = PARTS[part].prior(PRIORS.first_round, variable)
        assert prior == by_path[PARTS[part].path(variable)]


def test_every_part_of_the_models_is_in_the_table() -> None:
    prepared = prepare(simulated_race(n_units=12, n_counties=9), 0.5)
    priors, candidates = PRIORS.first_round, prepared.race.first_round.candidates
    models: list[pm.Model] = [
        build_first_round_model(prepared.units, priors),
        build_field_model(prepared.units, priors, candidates),
    ]
    named = {f"{part}_{v}" for part, table in PARTS.items() for v in table.parameters}
    free = {name for model in models for name in model.named_vars if not name.endswith("_votes")}
    # Scaffolding of an effect that is in the table; fields have a level without a tuned prior.
    rest = {name for name in free - named if not name.endswith(("_score", "_contrast"))}
    assert rest == {f"{field.name}_level" for field in fields_of(prepared.units)}
