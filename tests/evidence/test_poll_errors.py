from datetime import date

import pytest

from forecast.errors import InputError
from forecast.evidence.poll_errors import (
    POLLS_DOCUMENT,
    read_poll_errors,
    shipped_poll_errors,
    write_poll_errors,
)
from forecast.files import shipped_folder
from tests.evidence.builders import make_errors

GA06 = date(2017, 6, 20)


def test_a_document_gives_back_what_was_written(tmp_path):
    path = tmp_path / "polls.yaml"
    errors = make_errors()
    write_poll_errors(path, [make_errors(before=None, newest=date(2022, 12, 6)), errors])
    again, newer = read_poll_errors(path)
    assert again.document() == errors.document()
    assert newer.before is None


def test_ga06_gets_errors_that_no_later_election_taught():
    errors = shipped_poll_errors(GA06)
    assert errors.before == GA06
    assert errors.newest < GA06


def test_a_race_of_today_gets_all_that_was_learned():
    newest = max(e.newest for e in read_poll_errors(shipped_folder("models") / POLLS_DOCUMENT))
    assert shipped_poll_errors(date(2026, 1, 1)).newest == newest


def test_a_race_before_all_that_was_learned_is_refused():
    with pytest.raises(InputError, match="learn --before 2004-12-04"):
        shipped_poll_errors(date(2004, 12, 4))


def test_a_document_of_another_form_is_refused(tmp_path):
    path = tmp_path / "polls.yaml"
    path.write_text("learned:\n- before: 2017-06-20\n", encoding="utf-8")
    with pytest.raises(InputError, match="race_error"):
        read_poll_errors(path)


@pytest.mark.parametrize("name", ["known house", "Old Name", "new  name", "Old Name/New Name"])
def test_a_house_is_found_by_any_of_its_names(name):
    assert make_errors().house_effect(name) is not None


@pytest.mark.parametrize("name", ["", "Name", "Known", "Known House Two", "Old Name Two"])
def test_an_unknown_house_has_no_effect(name):
    assert make_errors().house_effect(name) is None
