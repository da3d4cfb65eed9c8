"""A night with faults, killed at random moments, ends as one that nobody killed."""

import pytest

from tests.night.soak import check, soak


def soaked(tmp_path, n_snapshots, n_kills, seconds):
    alone, _ = soak(tmp_path / "alone", n_snapshots, 0, 0)
    killed, n = soak(tmp_path / "killed", n_snapshots, n_kills, seconds)
    check(alone, killed)
    return alone, n


def test_a_killed_night_loses_nothing(tmp_path):
    alone, n = soaked(tmp_path, 30, 2, 0.3)
    assert n >= 1
    assert alone.kept_out >= 2
    assert alone.accepted >= 24


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_day_of_snapshots_killed_twenty_times(tmp_path):
    _, n = soaked(tmp_path, 1440, 20, 2.0)
    assert n == 20
