"""The JSON document: valid by its schema, exact, and the same for the same forecast."""

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from forecast.output.document import document, document_text, schema
from forecast.workflow import Simulation


def validate(content: object) -> None:
    Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        content
    )


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_every_field_of_the_schema_is_described() -> None:
    bare = [
        name
        for name, field in schema()["properties"].items()
        if "description" not in field and "$ref" not in field
    ]
    assert bare == []


def test_the_document_is_valid_after_a_round_trip(simulation: Simulation) -> None:
    content = json.loads(document_text(simulation))
    validate(content)
    assert content == document(simulation)


def test_it_has_what_was_computed(simulation: Simulation) -> None:
    content, forecast = document(simulation), simulation.forecast
    assert (content["draws"], content["seed"], content["race"]["id"]) == (400, 7, "small")
    assert content["race"]["runoff"] == "2017-06-20"
    assert content["margin"] == vars(forecast.margin)
    assert content["finalists"][0]["win_probability"] == forecast.finalists[0].win_probability
    assert [county["units"] for county in content["counties"]] == [2, 2]
    assert {flow["to"] for flow in content["flows"]} == {"ANNE MARSH", "BO REED JR.", "not voting"}
    assert content["flows"][-1]["from"] == "did not vote"
    assert content["priors"]["runoff.loyalty"]["origin"] == "command line"


def test_the_odds_without_positions_of_the_race_stand_beside_them(simulation: Simulation) -> None:
    assert document(simulation)["without_positions"] is None
    race = simulation.race
    contest = replace(race.contest, country="Nowhere", state="", positions={"R": 1.0, "D": -1.0})
    placed = replace(
        simulation,
        prepared=replace(simulation.prepared, race=replace(race, contest=contest)),
        without_positions=simulation.forecast,
    )
    content = document(placed)
    validate(content)
    found = content["without_positions"]
    assert found["positions"] == {"R": 1.0, "D": -1.0}
    shorts = [finalist.pop("short_name") for finalist in content["finalists"]]
    assert shorts == ["Marsh", "Reed"]
    assert found["finalists"] == content["finalists"]
    assert found["without_evidence"] is None
    assert content["without_blocs"] is None
    bare = replace(
        placed,
        without_blocs=simulation.forecast,
        without_both={"blocs": simulation.forecast},
    )
    content = document(bare)
    validate(content)
    assert content["without_blocs"]["blocs"] == {"R": ["REP"], "D": ["DEM"]}
    chance = simulation.forecast.finalists[0].win_probability
    assert content["without_blocs"]["without_evidence"] == pytest.approx([chance, 1 - chance])


def test_an_unhealthy_fit_says_which_checks_failed(unhealthy: Simulation) -> None:
    diagnostics = document(unhealthy)["diagnostics"]
    assert diagnostics["healthy"] is False
    assert "3 divergences" in diagnostics["faults"][0]


def test_what_is_not_a_number_is_null(simulation: Simulation) -> None:
    diagnosis = replace(simulation.fit.diagnosis, max_r_hat=float("nan"))
    broken = replace(simulation, fit=replace(simulation.fit, diagnosis=diagnosis))
    content = json.loads(document_text(broken))
    assert content["diagnostics"]["max_r_hat"] is None
    validate(content)


def remove(content: dict[str, Any], key: str) -> None:
    del content[key]


@pytest.mark.parametrize("key", ["seed", "finalists", "flows", "inputs", "diagnostics", "versions"])
def test_the_schema_misses_what_is_missing(simulation: Simulation, key: str) -> None:
    content = document(simulation)
    remove(content, key)
    with pytest.raises(ValidationError, match=key):
        validate(content)


def test_the_schema_knows_a_share_from_a_percentage(simulation: Simulation) -> None:
    content = document(simulation)
    content["finalists"][0]["share"]["mean"] = 51.2
    with pytest.raises(ValidationError, match=r"51\.2"):
        validate(content)
