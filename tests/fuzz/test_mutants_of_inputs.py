"""A few mutants of every kind of input file; `python -m tests.fuzz` reads thousands."""

import os

import pytest

from tests.faults.runner import Place, run_command
from tests.fuzz.commands import COMMANDS, laid_out, run_commands
from tests.fuzz.inputs import INPUTS
from tests.fuzz.mutants import run


@pytest.mark.parametrize(("name", "sound", "read"), INPUTS, ids=[name for name, *_ in INPUTS])
def test_what_is_mutated_is_sound(name, sound, read, tmp_path):
    """A mutant of a file that is refused for another reason would try nothing."""
    read(tmp_path, name, sound)


def test_no_mutant_ends_in_anything_but_an_error_of_the_library(tmp_path):
    tally = run(tmp_path, seed=20, tries=4 * len(INPUTS))
    assert tally.wrong == []
    assert tally.refused > tally.taken > 0


def test_a_fault_would_be_seen(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.fuzz.inputs.check_race", lambda _: 1 / 0)
    assert len(run(tmp_path, seed=1, tries=1).wrong) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the commands fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestCommands:
    """`python -m tests.fuzz --commands` runs hundreds."""

    @pytest.mark.parametrize("command", COMMANDS[15:], ids=lambda command: command.words[1])
    def test_what_is_damaged_runs(self, command, tmp_path):
        laid_out(Place(tmp_path))
        assert run_command(command.words, Place(tmp_path)).code == 0

    def test_damaged_commands_end_in_an_answer_or_an_error(self):
        # Seconds are for a machine with nothing else to do.
        tally = run_commands(len(COMMANDS), seed=3, within=100.0)
        assert tally.wrong == []
        assert tally.ended[2] > tally.ended[0] > 0
