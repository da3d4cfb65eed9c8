"""Counts of voters under a name that nobody knows are no candidate, in an import and a folder."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.importing.check import check_race
from forecast.importing.import_options import ImportOptions, ReadOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.importing.standing import FieldOptions
from forecast.importing.voters_as_votes import voters_taken_for_votes
from forecast.race.race_yaml import read_race_file

from .small_imports import imported, table_text

NAMES = ("Anna Berg", "Carl Dahl", "Eva Falk", "Finn Gray")
ROLL, CAME = "Names on Roll", "Came"


def votes(unit):
    return (310 - 11 * unit, 220 + 13 * unit % 70, 60 + 7 * unit % 31, 9 + unit % 5)


def table(*extra, n_units=8, names=NAMES):
    """Units with votes and more columns, each a name and a function of the unit's number."""
    rows = [
        (f"P {unit}", *(count(unit) for _, count in extra), *votes(unit)) for unit in range(n_units)
    ]
    return table_text(("Precinct", *(name for name, _ in extra), *names), rows, ";")


def on_roll(unit):
    return 1100 + 31 * unit


def came(unit):
    return sum(votes(unit)) + 5 + unit


@pytest.mark.parametrize("n_units", [3, 8])
def test_a_column_of_registered_voters_is_no_candidate(tmp_path, n_units):
    content = table((ROLL, on_roll), n_units=n_units)
    with pytest.raises(InputError) as wrong:
        imported(tmp_path, content)
    (line,) = wrong.value.faults
    assert f"column '{ROLL}'" in line
    assert f"in {n_units} of {n_units} units" in line
    for remedy in (f'--column "registered={ROLL}"', "--leave-out", "--is-a-candidate"):
        assert remedy in line


def test_the_remedies_work(tmp_path):
    content = table((ROLL, on_roll), (CAME, came))
    reading = ReadOptions(columns={"registered": ROLL, "ballots": CAME})
    said, race = imported(tmp_path, content, reading)
    assert race.contest.finalists == NAMES[:2]
    assert said.n_registered == 8
    assert race.first_round.ballots.tolist() == [came(unit) for unit in range(8)]
    (tmp_path / "two").mkdir()
    _, race = imported(tmp_path / "two", content, ReadOptions(leave_out=(ROLL, CAME)))
    assert race.first_round.candidates == NAMES


@pytest.mark.parametrize("n_units", [3, 8])
def test_voters_who_came_between_the_roll_and_the_candidates_are_found_too(tmp_path, n_units):
    with pytest.raises(InputError) as wrong:
        imported(tmp_path, table((ROLL, on_roll), (CAME, came), n_units=n_units))
    assert [line.split("'")[1] for line in wrong.value.faults] == [ROLL, CAME]


def test_a_candidate_with_a_majority_everywhere_is_let_through(tmp_path):
    content = table((ROLL, on_roll))
    standing = FieldOptions({}, {}, candidates=(ROLL,))
    _, race = imported(tmp_path, content, standing=standing)
    assert race.contest.finalists == (ROLL, NAMES[0])
    assert read_race_file(tmp_path / "town")[0].sure == (ROLL,)
    assert check_race(tmp_path / "town").usable


@pytest.mark.parametrize(
    ("standing", "new"),
    [
        (FieldOptions({ROLL: "REP"}, {}), {}),
        (None, {"finalists": (ROLL, NAMES[1])}),
    ],
)
def test_so_is_one_with_a_party_or_named_as_finalist(tmp_path, standing, new):
    _, race = imported(tmp_path, table((ROLL, on_roll)), standing=standing, **new)
    assert race.contest.finalists[0] == ROLL
    assert check_race(tmp_path / "town").usable


def test_names_of_people_as_lists_have_them_are_candidates(tmp_path):
    names = tuple(", ".join(reversed(name.split())) for name in NAMES)
    _, race = imported(tmp_path, table(("Roll, Nina", on_roll), names=names))
    assert race.contest.finalists == ("Nina Roll", "Anna Berg")
    assert check_race(tmp_path / "town").usable


def test_a_name_that_is_not_there_is_an_error(tmp_path):
    standing = FieldOptions({}, {}, candidates=("Nobody",))
    with pytest.raises(InputError, match="--is-a-candidate: no candidate named Nobody"):
        imported(tmp_path, table(), standing=standing)


def test_the_check_says_the_same_of_a_folder(tmp_path):
    imported(tmp_path, table((ROLL, on_roll)), standing=FieldOptions({}, {}, candidates=(ROLL,)))
    path = tmp_path / "town" / "race.yaml"
    path.write_text(path.read_text().replace(f"is_a_candidate:\n- {ROLL}\n", ""))
    (fault,) = check_race(tmp_path / "town").faults
    assert fault.file == "first_round.csv"
    assert f"'{ROLL}' has at least the votes of all candidates" in fault.message
    assert f"is_a_candidate: [{ROLL}]" in fault.message


def test_the_check_finds_a_total_in_a_folder(tmp_path):
    imported(tmp_path, table())
    path = tmp_path / "town" / "first_round.csv"
    lines = path.read_text().splitlines()
    lines += [f"P {unit},,P {unit},,Alle,,{sum(votes(unit))}" for unit in range(8)]
    path.write_text("\n".join(lines) + "\n")
    (fault,) = check_race(path.parent).faults
    assert "'Alle' equals the sum of all others in 8 of 8 units" in fault.message


def test_a_runoff_that_one_finalist_wins_everywhere_is_no_count_of_voters(tmp_path):
    imported(tmp_path, table())
    rows = [
        (f"P {unit}", 500 + 7 * unit % 5, 100 + 9 * unit % 7, 3 + unit % 3) for unit in range(8)
    ]
    path = tmp_path / "second.csv"
    path.write_text(table_text(("Precinct", *NAMES[:2], "Write-in"), rows))
    job = ImportOptions("", (path,), tmp_path / "town", part="runoff")
    assert import_files(job).written
    assert check_race(tmp_path / "town").usable
    path.write_text(
        table_text(("Precinct", *NAMES[:2], ROLL), [(*row[:3], 2 * row[1]) for row in rows])
    )
    with pytest.raises(InputError, match=f'"registered={ROLL}"'):
        import_files(replace(job, force=True))


def test_an_earlier_election_with_a_landslide_is_said_to_be_one(tmp_path):
    imported(tmp_path, table())
    path = tmp_path / "before.csv"
    path.write_text(table((ROLL, on_roll)))
    job = ImportOptions(
        "", (path,), tmp_path / "town", part="baseline", election="2021", held=date(2021, 5, 4)
    )
    with pytest.raises(InputError, match="--is-a-candidate"):
        import_files(job)
    import_files(replace(job, standing=FieldOptions({}, {}, candidates=(ROLL,))))
    assert check_race(tmp_path / "town").usable


def test_many_candidates_hide_no_roll_and_a_leader_is_no_roll():
    rng = np.random.default_rng(3)
    counts = rng.multinomial(900, rng.dirichlet(np.full(25, 2.0)), size=40)
    names = [f"Person {place}" for place in range(26)]
    assert not voters_taken_for_votes(counts, names[:25])
    with_roll = np.c_[counts, rng.integers(1000, 2000, 40)]
    assert [found.place for found in voters_taken_for_votes(with_roll, names)] == [25]
    # Of a few units the roll may be unknown.
    with_roll[:5, 25] = 0
    assert [found.place for found in voters_taken_for_votes(with_roll, names)] == [25]


def test_three_candidates_in_one_order_everywhere_are_candidates():
    counts = np.array([[450 + n, 330 + n, 200 + n, 15] for n in range(9)])
    assert not voters_taken_for_votes(counts, [*NAMES[:3], "Blank votes"])


def test_what_is_forced_into_a_folder_updates_what_the_file_says(tmp_path):
    """Blank ballots of the new table are nobody's, and the source is the new file."""
    imported(tmp_path, table(("Blancs", lambda unit: 4 + unit)))
    path = tmp_path / "corrected.csv"
    path.write_text(table(("Blancs", lambda unit: 4 + unit), ("Null", lambda unit: 2 + unit)))
    job = ImportOptions("", (path,), tmp_path / "town", part="first_round", new_race=NewRace())
    import_files(replace(job, force=True))
    contest = read_race_file(tmp_path / "town")[0].contest
    assert contest.not_candidates == ("Blancs", "Null")
    assert contest.sources == ("first round imported from corrected.csv",)
    path.write_text(table())
    import_files(replace(job, force=True))
    assert read_race_file(tmp_path / "town")[0].contest.not_candidates == ()
    assert check_race(tmp_path / "town").usable


def test_a_roll_above_a_total_is_named_and_no_candidate_blamed(tmp_path):
    content = table((ROLL, on_roll), ("Cast votes", lambda unit: sum(votes(unit))))
    with pytest.raises(InputError, match=f"'{ROLL}' alone has more than 'Cast votes'") as wrong:
        imported(tmp_path, content)
    assert len(wrong.value.faults) == 1


def test_polish_and_brazilian_columns_of_voters_are_known(tmp_path):
    content = table(("Liczba wyborców uprawnionych do głosowania", on_roll))
    assert imported(tmp_path, content)[0].n_registered == 8
    (tmp_path / "two").mkdir()
    rows = [("CURITIBA", unit, on_roll(unit), came(unit), *votes(unit)) for unit in range(8)]
    head = ("Município", "Zona", "Eleitorado", "Comparecimento", *NAMES)
    said, race = imported(tmp_path / "two", table_text(head, rows, ";"))
    assert (said.n_registered, race.first_round.n_units) == (8, 8)
    assert race.first_round.unit_names[1] == "CURITIBA 1"
