"""Files of the night that need a word from a person, and files that nobody could read."""

from functools import partial

import pytest
from typer.testing import CliRunner

from forecast.cli.night_command import _run
from forecast.errors import ForecastError
from forecast.importing.import_options import ReadOptions
from forecast.night.told import ToldOfFiles
from tests.night.nights import count_of, final_votes, new_session, write_snapshot

FINALISTS = ("ANN MARSH", "BO REED")


def wide(path, race, head=("Group", "Unit", *FINALISTS)):
    """Final votes of eight units in a table whose columns of places nobody knows."""
    returns, votes = race.first_round, final_votes(race)[:, :, 0]
    rows = [(returns.counties[n], returns.unit_names[n], *votes[n]) for n in range(8)]
    path.write_text("\n".join(";".join(map(str, row)) for row in (head, *rows)) + "\n")
    return path


TOLD = ToldOfFiles(ReadOptions(columns={"county": "Group", "unit_name": "Unit"}))


def run(session, paths, shown, **how):
    new = session.new_snapshots([(path,) for path in paths])
    _run(session, [partial(session.update, path) for path in new], print, shown.append, **how)


def test_what_is_said_of_a_file_is_used_to_read_it(fitted, tmp_path):
    session = new_session(fitted, tmp_path / "night", told=TOLD)
    forecast = session.update([wide(tmp_path / "wide.csv", fitted.race)])
    assert forecast.guards == ()
    assert forecast.count.totals.tolist()[0] == final_votes(fitted.race)[:8, 0].sum()


def test_a_published_file_in_an_older_encoding_is_read(fitted, tmp_path):
    session = new_session(fitted, tmp_path / "night")
    head = ("Département", "Precinct", *FINALISTS)
    path = wide(tmp_path / "wide.csv", fitted.race, head)
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    forecast = session.update([path])
    assert forecast.count.totals.tolist()[0] == final_votes(fitted.race)[:8, 0].sum()


def test_a_file_that_nobody_can_read_is_an_error(fitted, tmp_path):
    session, shown = new_session(fitted, tmp_path / "night"), []
    path = wide(tmp_path / "wide.csv", fitted.race)
    with pytest.raises(ForecastError, match=r"wide\.csv could not be used") as wrong:
        run(session, [path], shown)
    assert wrong.value.exit_code == 1
    assert not shown
    # It is read again with other options, and by whoever waits for a better one it is said once.
    with pytest.raises(ForecastError):
        run(new_session(fitted, tmp_path / "night"), [path], shown)
    told = new_session(fitted, tmp_path / "night", told=TOLD)
    run(told, [path], shown)
    assert shown[-1].count.any_votes


def test_who_watches_goes_on(fitted, tmp_path, capsys):
    session, shown = new_session(fitted, tmp_path / "night"), []
    path = wide(tmp_path / "wide.csv", fitted.race)
    run(session, [path], shown, watching=True)
    assert "kept out: wide.csv could not be used" in capsys.readouterr().out
    assert len(shown) == 1
    assert session.new_snapshots([(path,)]) == []


def test_the_count_so_far_is_shown_before_the_error(fitted, tmp_path):
    session, shown = new_session(fitted, tmp_path / "night"), []
    good = write_snapshot(tmp_path / "good.csv", fitted.race, count_of(fitted.race, 10), 1)
    run(session, [good], shown)
    with pytest.raises(ForecastError):
        run(session, [wide(tmp_path / "wide.csv", fitted.race)], shown)
    assert shown[-1].count.any_votes
    # One good file is enough.
    bad = tmp_path / "bad.csv"
    bad.write_text("nothing\n")
    better = write_snapshot(tmp_path / "better.csv", fitted.race, count_of(fitted.race, 12), 2)
    run(session, [bad, better], shown)


def test_a_role_that_is_none_is_said_at_once():
    from forecast.cli.main import app

    done = CliRunner().invoke(app, ["night", "x", "--returns", "y", "--column", "vote=X"])
    assert "did you mean votes?" in str(done.exception or done.output)
