"""Units that are overruled without a file at hand: the last snapshot is judged again."""

import json

import pytest
from typer.testing import CliRunner

from forecast.cli.main import app
from forecast.night.state import NightState
from tests.night.nights import count_of, final_votes, write_snapshot


@pytest.fixture
def night(fitted, tmp_path, monkeypatch):
    monkeypatch.setattr("forecast.fitted_race.fit_race", lambda *_: fitted)

    def call(*options):
        state = ["--state", str(tmp_path / "night")]
        given = ["night", "small-night", *state, "--draws", "256", "--json", *map(str, options)]
        found = CliRunner().invoke(app, given)
        return found, json.loads(found.stdout) if found.stdout else None

    return call


def test_a_unit_is_accepted_and_held_without_its_file(fitted, tmp_path, night):
    votes = final_votes(fitted.race)
    good = write_snapshot(tmp_path / "good.csv", fitted.race, count_of(fitted.race, 11, votes), 1)
    votes[3, 0] *= 10
    wrong = write_snapshot(tmp_path / "w.csv", fitted.race, count_of(fitted.race, 12, votes), 2)
    night("--returns", good)
    _, first = night("--returns", wrong)
    assert [guard["units"] for guard in first["guards"]] == [["NORTH|P03"]]
    wrong.unlink()
    found, accepted = night("--accept", "P03")
    assert (found.exit_code, accepted["guards"]) == (0, [])
    assert accepted["counted"] != first["counted"]
    state = NightState.read(tmp_path / "night", "small-night")
    assert [moment.digest for moment in state.moments][1:] == [state.moments[1].digest] * 2
    assert state.moments[-1].files == (f"00003-{state.moments[-1].digest[:8]}-w.csv",)
    _, again = night("--release", "P03", "--hold", "P05")
    assert [guard["units"] for guard in again["guards"]] == [["NORTH|P03"]]
    state = NightState.read(tmp_path / "night", "small-night")
    assert state.moments[-1].overruled == {"NORTH|P05": "hold"}


def test_a_unit_can_be_held_before_the_first_file(fitted, tmp_path, night):
    found, shown = night("--hold", "P03")
    assert (found.exit_code, shown["counted"]) == (0, 0)
    path = write_snapshot(tmp_path / "a.csv", fitted.race, count_of(fitted.race, 11), 1)
    _, shown = night("--returns", path)
    assert [guard["rule"] for guard in shown["guards"]] == ["held"]


def test_a_whole_file_is_accepted_with_the_file_alone(night):
    found, _ = night("--accept", "all")
    assert "no returns: give --returns FILE" in str(found.exception)


def test_a_snapshot_that_is_gone_is_asked_for(fitted, tmp_path, night):
    night("--returns", write_snapshot(tmp_path / "a.csv", fitted.race, count_of(fitted.race, 9), 1))
    for path in (tmp_path / "night" / "snapshots").iterdir():
        path.unlink()
    found, _ = night("--hold", "P03")
    assert "give the file with --returns" in str(found.exception)
