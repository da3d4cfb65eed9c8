"""A few mutants of every kind of input file; `python -m tests.fuzz` reads thousands."""

from tests.fuzz.mutants import INPUTS, run


def test_no_mutant_ends_in_anything_but_an_error_of_the_library(tmp_path):
    tally = run(tmp_path, seed=20, tries=5 * len(INPUTS))
    assert tally.wrong == []
    assert tally.refused > tally.taken > 0


def test_a_fault_would_be_seen(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.fuzz.mutants.check_race", lambda _: 1 / 0)
    assert len(run(tmp_path, seed=1, tries=1).wrong) == 1
