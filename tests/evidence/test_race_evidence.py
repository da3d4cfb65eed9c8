"""The evidence of a race folder: its polls, from when and from which files, and what is noted."""

import hashlib
import shutil
from datetime import date

import pytest

from forecast.evidence.polls import Polls
from forecast.evidence.race_evidence import race_evidence
from forecast.files import shipped_folder
from forecast.race.folder import load_race
from forecast.record.find import find_race


@pytest.fixture
def folder(tmp_path):
    """A copy of Georgia 6 as far as a forecast reads it."""
    target = tmp_path / "ga06-2017"
    shutil.copytree(find_race("ga06-2017"), target, ignore=shutil.ignore_patterns("*.geojson"))
    return target


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_polls_say_from_when_and_from_which_files_they_are(folder):
    (polls,) = race_evidence(load_race(folder), folder)
    assert isinstance(polls, Polls)
    assert (polls.kind, polls.polls_to, polls.known_to) == (
        "polls", date(2017, 6, 18), date(2017, 6, 18)
    )  # fmt: skip
    assert polls.inputs == {
        "polls.csv": sha256(folder / "polls.csv"),
        "models/polls.yaml": sha256(shipped_folder("models") / "polls.yaml"),
        "models/poll_correlation.yaml": sha256(shipped_folder("models") / "poll_correlation.yaml"),
    }
    assert polls.alone.win_probability == pytest.approx(0.384, abs=0.001)


def test_polls_of_long_ago_know_what_their_errors_were_learned_from(folder):
    lines = (folder / "polls.csv").read_text(encoding="utf-8").splitlines()
    first = "\n".join(lines[:2]) + "\n"
    (folder / "polls.csv").write_text(first, encoding="utf-8")
    (polls,) = race_evidence(load_race(folder), folder)
    assert (polls.polls_to, polls.known_to) == (date(2017, 5, 4), date(2017, 5, 25))


def test_a_race_without_polls_has_no_evidence(folder):
    (folder / "polls.csv").unlink()
    assert race_evidence(load_race(folder), folder) == ()


def test_what_is_no_fault_is_said_and_not_dropped(folder):
    early = "Somebody,,2017-03-01,2017-03-03,500,48,47,5,made up\n"
    with (folder / "polls.csv").open("a", encoding="utf-8") as file:
        file.write(early)
    said = []
    (polls,) = race_evidence(load_race(folder), folder, said.append)
    assert len(polls.likelihood.polls) == 14
    (line,) = said
    assert line.startswith("note: polls.csv:15: ended on 2017-03-03, before round one")
