"""Two forecasts of one race: the words about what changed, and the history on the page."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from forecast.cli.main import app
from forecast.errors import InputError
from forecast.output.compared_numbers import quantile_error
from forecast.output.comparison import comparison_document, comparison_text, differences
from forecast.output.document import document
from forecast.output.earlier_forecasts import EarlierForecast, read_forecast, read_history
from forecast.workflow import Simulation


@pytest.fixture
def content(simulation: Simulation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document(simulation)))
    found["finalists"][0]["monte_carlo_error"] = 0.005
    return found


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., EarlierForecast]:
    def written(content: dict[str, Any], name: str) -> EarlierForecast:
        path = tmp_path / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return read_forecast(path)

    return written


def test_the_same_forecast_differs_in_nothing(content: Any, write: Any) -> None:
    first, second = write(content, "a.json"), write(content, "b.json")
    assert list(differences(first, second)) == []
    text = comparison_text(first, second)
    assert "no more than another seed could do" in " ".join(text.split())
    assert text.count("no change") == 7
    assert "nothing of what they were made from differs" in text


def test_every_change_is_named(content: Any, write: Any) -> None:
    changed = deepcopy(content)
    changed["as_of"] = "2017-06-20"
    changed["seed"] = 8
    changed["finalists"][0]["win_probability"] = content["finalists"][0]["win_probability"] - 0.2
    changed["inputs"]["first_round.csv"] = "0" * 64
    changed["versions"]["numpy"] = "9"
    path = next(iter(changed["priors"]))
    changed["priors"][path]["low"] = 0.123
    poll = {"pollster": "Acme", "end": "2017-06-10", "shares": [0.5, 0.47]}
    side = {"mean": 0.5, "sd": 0.1, "win_probability": 0.4}
    changed["polls"] = {"polls": [poll], "without": side, "with": side}
    first, second = write(content, "a.json"), write(changed, "b.json")
    found = dict(differences(first, second))
    assert found["day"].endswith("then June 20, 2017")
    assert found["polls"] == "1 poll new: Acme of 2017-06-10 (50 to 47)"
    assert path in found["priors"]
    assert "low 0.123" in found["priors"]
    assert "first_round.csv" in found["files"]
    assert "numpy" in found["program"]
    assert found["draws"].startswith("seed")
    text = comparison_text(first, second)
    assert "'s chance fell by 20.0 points, with a simulation error of ±0.7 points" in text
    assert max(map(len, text.splitlines())) <= 80
    change = comparison_document(first, second)["change"]["win_probability"]
    assert change == pytest.approx(-0.2)


def test_another_seed_alone_changes_nothing(
    simulation: Simulation, content: Any, write: Any
) -> None:
    first = write(content, "a.json")
    other = deepcopy(content)
    other["seed"] += 1
    # More than two standard errors, as one number in twenty is by chance.
    other["turnout"]["q50"] += 4 * quantile_error(first, "turnout", "q50")
    found = comparison_document(first, write(other, "b.json"))
    assert found["change"]["turnout"] > 0
    assert not any(found["beyond_simulation_error"].values())
    text = " ".join(comparison_text(first, write(other, "b.json")).split())
    assert "every other difference is simulation error" in text
    # Beside another cause the same difference is one.
    other["inputs"]["first_round.csv"] = "0" * 64
    second = write(other, "c.json")
    beyond = comparison_document(first, second)["beyond_simulation_error"]
    assert [name for name, is_beyond in beyond.items() if is_beyond] == ["turnout"]
    turnout = next(
        line for line in comparison_text(first, second).splitlines() if "turnout," in line
    )
    assert "+" in turnout
    assert "no change" not in turnout


def test_a_difference_within_two_errors_is_no_change(content: Any, write: Any) -> None:
    first = write(content, "a.json")
    other = deepcopy(content)
    other["inputs"]["first_round.csv"] = "0" * 64
    error = quantile_error(first, "turnout", "q50")
    for steps, is_beyond in ((2.5, False), (3.5, True)):  # of a standard error of one: 1.8, 2.5
        other["turnout"]["q50"] = content["turnout"]["q50"] + steps * error
        found = comparison_document(first, write(other, "b.json"))
        assert found["beyond_simulation_error"]["turnout"] is is_beyond


def test_the_error_of_a_quantile_is_what_repeated_draws_show(content: Any, write: Any) -> None:
    draws, repeats = 1000, 400
    rng = np.random.default_rng(1)
    levels = {"q025": 0.025, "q05": 0.05, "q10": 0.1, "q25": 0.25, "q50": 0.5}
    levels |= {"q75": 0.75, "q90": 0.9, "q95": 0.95, "q975": 0.975}
    samples = np.quantile(rng.normal(size=(repeats, draws)), list(levels.values()), axis=1)
    made = deepcopy(content)
    made["draws"] = draws
    made["finalists"][0] |= {"win_probability": 1.0, "monte_carlo_error": 0.0}
    made["margin"] = dict(zip(levels, samples.mean(axis=1).tolist(), strict=True))
    one = write(made, "a.json")
    for name in ("q10", "q50", "q90"):
        observed = samples[list(levels).index(name)].std()
        assert quantile_error(one, "margin", name) == pytest.approx(observed, rel=0.2)
    # Draws that polls weigh unevenly are worth fewer, as the error of the chance says.
    plain = quantile_error(one, "margin", "q50")
    made["finalists"][0] |= {"win_probability": 0.5, "monte_carlo_error": 0.5 / np.sqrt(draws / 4)}
    assert quantile_error(write(made, "b.json"), "margin", "q50") == pytest.approx(2 * plain)


def test_forecasts_of_one_day_are_headed_by_their_files(content: Any, write: Any) -> None:
    other = {**deepcopy(content), "as_of": "2017-06-01"}
    same, another = (
        comparison_text(write(content, "one.json"), write(made, "two.json")).splitlines()[2]
        for made in (content, other)
    )
    assert same.split() == ["one.json", "two.json", "change", "error"]
    assert "June 1, 2017" in another


def test_a_candidate_that_is_seen_otherwise_is_named(content: Any, write: Any) -> None:
    changed = deepcopy(content)
    marsh, reed, poe, fox, _ = changed["choices"]
    marsh |= {"bloc": "right", "position": 1.0}
    reed["party"] = "LIB"
    poe["votes"] += 1000
    fox["is_candidate"] = False
    del changed["choices"][-1]
    first, second = write(content, "a.json"), write(changed, "b.json")
    said = dict(differences(first, second))["candidates"]
    assert "ANNE MARSH: bloc R → right, position" in said
    assert "→ 1" in said
    assert "BO REED JR.: party DEM → LIB" in said
    assert "CY POE: votes 480 → 1,480" in said
    assert "DEE FOX: a candidate yes → no" in said
    assert "EVE ORR no longer there" in said
    # A document of an older version has no choices.
    del changed["choices"]
    assert "candidates" not in dict(differences(first, write(changed, "c.json")))


def test_polls_and_the_rest_add_up_to_the_change(content: Any, write: Any) -> None:
    def with_polls(chance: float, without: float) -> Any:
        made = deepcopy(content)
        side = {"mean": 0.5, "sd": 0.1, "win_probability": without}
        made["polls"] = {"polls": [], "without": side, "with": side}
        made["finalists"][0]["win_probability"] = chance
        return made

    text = comparison_text(
        write(with_polls(0.2, 0.1), "a.json"), write(with_polls(0.35, 0.14), "b.json")
    )
    alone = comparison_text(write(content, "a.json"), write(with_polls(0.35, 0.14), "b.json"))
    assert alone.splitlines()[4].split()[2:] == ["no", "polls", "14.0%"]
    assert "Without polls it rose by 4.0 points; the other +11.0 came" in " ".join(text.split())


def test_two_races_are_not_compared(content: Any, write: Any) -> None:
    other = deepcopy(content)
    other["race"]["id"] = "elsewhere"
    with pytest.raises(InputError, match="two of one race"):
        comparison_text(write(content, "a.json"), write(other, "b.json"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "is no forecast"),
        ("[]", "is no forecast"),
        ('{"schema_version": 1}', "simulate RACE --json"),
        ('{"race": {"id": 1}}', "is no forecast"),
    ],
)
def test_what_is_no_forecast_is_told_with_the_remedy(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is no forecast") as raised:
        read_forecast(path)
    assert words in str(raised.value)
    with pytest.raises(InputError, match="No such file"):
        read_forecast(tmp_path / "none.json")


def test_a_later_version_is_refused(content: Any, write: Any) -> None:
    content["schema_version"] = 2
    with pytest.raises(InputError, match="schema_version 2, not 1"):
        write(content, "a.json")


def test_a_folder_gives_the_forecasts_of_the_race_by_day(
    content: Any, write: Any, tmp_path: Path
) -> None:
    names = tuple(finalist["name"] for finalist in content["finalists"])
    for name, day in (("z.json", "2017-06-01"), ("a.json", "2017-06-09"), ("b.json", "2017-06-09")):
        write({**content, "as_of": day}, name)
    other = {**content, "race": {**content["race"], "id": "elsewhere"}}
    stranger = write(other, "c.json")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    race = content["race"]["id"]
    found = read_history([tmp_path], race, names)
    assert [(one.path.name, f"{one.as_of}") for one in found] == [
        ("z.json", "2017-06-01"),
        ("b.json", "2017-06-09"),
    ]
    with pytest.raises(InputError, match="of elsewhere, not of"):
        read_history([stranger.path], race, names)
    with pytest.raises(InputError, match="holds no forecast of nowhere"):
        read_history([tmp_path], "nowhere", names)
    with pytest.raises(InputError, match="has the finalists"):
        read_history([tmp_path], race, names[::-1])


def test_the_command_prints_text_or_json(content: Any, write: Any) -> None:
    path = str(write(content, "a.json").path)
    assert "Marsh's chance" in CliRunner().invoke(app, ["compare", path, path]).output
    found = json.loads(CliRunner().invoke(app, ["compare", path, path, "--json"]).output)
    assert found["differences"] == []
