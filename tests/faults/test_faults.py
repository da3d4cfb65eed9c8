"""A few faults of every kind; `python -m tests.faults` makes hundreds."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.faults import cache_entries, jobs, kills, presses

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the trials fork"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
BY_NAME = {job.name: job for job in (*jobs.JOBS, *jobs.UNWRITING)}


@pytest.mark.parametrize("name", ["data import --as map", "data import --as polls"])
def test_a_kill_leaves_whole_files_and_what_it_left_is_swept(name: str) -> None:
    tally = kills.kill_job(BY_NAME[name], 3)
    assert tally.wrong == []
    assert tally.kills == 3


def test_a_file_that_is_half_written_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(path: Path, content: Any, remedy: str = "") -> None:
        del remedy
        path.write_bytes(b"")
        if callable(content):
            content(path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    monkeypatch.setattr("forecast.importing.rows.write_atomically", torn)
    assert kills.kill_job(BY_NAME["data import --as map"], 6).wrong


def test_a_damaged_stored_fit_is_made_again() -> None:
    tally = cache_entries.damage_entries(len(cache_entries.DAMAGES))
    assert tally.wrong == []
    assert tally.made_again.total() >= len(cache_entries.DAMAGES) - 1


def test_ctrl_c_and_sigterm_end_a_command_in_one_line() -> None:
    # Two seconds are for a machine with nothing else to do; `tests.faults press` asks for them.
    tally = presses.press_job(BY_NAME["simulate --out"], 2, within=10.0)
    assert tally.wrong == []
