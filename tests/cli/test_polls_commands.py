from datetime import date

from typer.testing import CliRunner

import forecast.cli.polls_commands as command
from forecast.evidence.poll_errors import read_poll_errors, write_poll_errors
from tests.evidence.builders import RUNOFF, make_errors


def test_learning_for_another_day_keeps_what_is_in_the_file(tmp_path, monkeypatch):
    out = tmp_path / "polls.yaml"
    write_poll_errors(out, [make_errors()])
    asked = []

    def learn(record, day):
        asked.append((len(record), day))
        return make_errors(before=day, newest=date(2014, 12, 5))

    monkeypatch.setattr(command, "learn_poll_errors", learn)
    result = CliRunner().invoke(command.app, ["learn", "--before", "2014-12-06", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert asked == [(6524, date(2014, 12, 6))]
    assert [e.before for e in read_poll_errors(out)] == [date(2014, 12, 6), RUNOFF]
