"""The evidence of a race folder: its polls, from when and from which files, and what is noted."""

import hashlib
import shutil
from datetime import date

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.evidence.poll_errors import shipped_poll_errors
from forecast.evidence.poll_kinds import RaceKind
from forecast.evidence.polls import Polls
from forecast.evidence.primary_polls import errors_in_primaries
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


def test_polls_of_a_party_primary_err_by_more(folder, tmp_path):
    """By the shipped factor, whose file is then among the inputs."""
    (general,) = race_evidence(load_race(folder), folder)
    about = (folder / "race.yaml").read_text(encoding="utf-8")
    assert "kind: special_all_party" in about
    changed = about.replace("kind: special_all_party", "kind: primary_runoff")
    (folder / "race.yaml").write_text(changed, encoding="utf-8")
    (primary,) = race_evidence(load_race(folder), folder)
    assert set(primary.inputs) - set(general.inputs) == {"models/poll_primaries.yaml"}
    assert primary.likelihood.location == general.likelihood.location
    assert 1.3 < primary.likelihood.scale / general.likelihood.scale < 1.8
    assert primary.likelihood.races_of_kind == 0
    errors, kind = shipped_poll_errors(date(2017, 6, 20)), RaceKind("House", "special runoff")
    wide = errors_in_primaries(errors, kind).race_error
    assert wide[kind].median == pytest.approx(1.8 * errors.race_error[kind].median)
    assert wide[kind].log_sd == pytest.approx(np.hypot(0.35, errors.race_error[kind].log_sd))
    others = {one: size for one, size in wide.items() if one != kind}
    assert others == {one: errors.race_error[one] for one in others}
    path = tmp_path / "factor.yaml"
    path.write_text("factor: {median: 0, log_sd: 0.35}\n", encoding="utf-8")
    with pytest.raises(InputError, match="median must be above 0"):
        errors_in_primaries(errors, kind, path)


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
