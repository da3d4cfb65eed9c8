"""`forecast polls`: learning keeps what a file holds, and a score prints every group."""

from datetime import date

import pytest
from typer.testing import CliRunner

from forecast.cli import main
from forecast.evidence import poll_error_model
from forecast.evidence.poll_errors import read_poll_errors, write_poll_errors
from tests.evidence.builders import RUNOFF, make_errors
from tests.evidence.test_poll_record import ROW, written


def run(*arguments):
    return CliRunner().invoke(main.app, ["polls", *map(str, arguments)], catch_exceptions=False)


def test_learning_for_another_day_keeps_what_is_in_the_file(tmp_path, monkeypatch):
    out = tmp_path / "polls.yaml"
    write_poll_errors(out, [make_errors()])
    asked = []

    def learn(record, day):
        asked.append((len(record), day))
        return make_errors(before=day, newest=date(2014, 12, 5))

    monkeypatch.setattr(poll_error_model, "learn_poll_errors", learn)
    result = run("learn", "--before", "2014-12-06", "--out", out)
    assert result.exit_code == 0, result.output
    assert asked == [(6524, date(2014, 12, 6))]
    assert [e.before for e in read_poll_errors(out)] == [date(2014, 12, 6), RUNOFF]


@pytest.fixture
def record(tmp_path):
    """Polls of a general election, a runoff and a special, each with a result."""
    rows = [
        ROW.replace("2014-12", day).replace("R,House-GR", f"{day} {kind},{kind}")
        for day, kind in (("2010-11", "House-G"), ("2014-12", "House-GR"), ("2016-03", "Sen-GS"))
    ]
    return written(tmp_path, *rows)


@pytest.fixture
def learned_before(monkeypatch):
    days = []

    def learn(record, day, settings):
        days.append(day)
        return make_errors(before=day, newest=max(p.election for p in record if p.election < day))

    monkeypatch.setattr(poll_error_model, "learn_poll_errors", learn)
    return days


def test_a_score_has_every_group_and_the_runoffs_that_were_asked_for(record, learned_before):
    result = run("score", "--races", "--record", record, "--first-year", "2012")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    names = ("all", "runoffs", "specials", "since 2010")
    assert [line[:10].strip() for line in lines[1:-1]] == [name for name in names for _ in "123"]
    assert lines[-1].startswith(
        "2014-12-06 2014-12 House-GR DEM-REP 48-52 | House runoff | polls 1 | "
    )
    assert "official result 48.0" in lines[-1]
    # In spans of four years from 2012: a runoff of 2014, and a special of 2016.
    assert learned_before == [date(2014, 12, 6), date(2016, 3, 6)]


def test_a_group_without_races_is_said(record, learned_before):
    result = run("score", "--record", record, "--first-year", "2016")
    assert "runoffs    no races" in result.stdout.splitlines()
    assert learned_before == [date(2016, 3, 6)]


def test_a_record_that_is_not_there_is_one_message(tmp_path, monkeypatch, capsys):
    path = tmp_path / "none.csv"
    monkeypatch.setattr("sys.argv", ["forecast", "polls", "score", "--record", str(path)])
    assert main.run(main.app) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"error: {path}: cannot be read")
    assert captured.out == ""
