"""Units of the night's files: named twice, unknown, and as lines name them."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.count import COMPLETE
from forecast.night.overruling import unit_key
from forecast.night.returns_cells import missing_finalists
from forecast.night.returns_file import read_night_returns
from forecast.night.unit_names import UnitNames, unit_labels
from forecast.output.night_summary import night_numbers
from forecast.output.night_words import out_words
from forecast.score.replay_files import write_replay
from tests.night.nights import count_of, fitted_night, new_session, write_snapshot

LONG = "county,unit_name,candidate,votes\n"
WIDE = "precinct;county;ANN MARSH;BO REED\n"


@pytest.fixture
def read(fitted):
    names = UnitNames.of(fitted.race, fitted.folder)
    return lambda path: read_night_returns([path], fitted.race, names)


def long_rows(*rows):
    return LONG + "".join(
        f"NORTH,{unit},Ann Marsh,{ann}\nNORTH,{unit},Bo Reed,{bo}\n" for unit, ann, bo in rows
    )


def wide_rows(*rows):
    return WIDE + "".join(f"{unit};NORTH;{ann};{bo}\n" for unit, ann, bo in rows)


@pytest.mark.parametrize(("table", "differing"), [(long_rows, [60, 90]), (wide_rows, [30, 40])])
def test_copies_count_once_in_either_layout(read, tmp_path, table, differing):
    path = tmp_path / "r.csv"
    path.write_text(table(("P00", 10, 20), ("P01", 30, 40), ("P00", 10, 20), ("P01", 30, 50)))
    found = read(path)
    assert found.count.unit_votes[:2].tolist() == [[10, 20], differing]
    assert (set(found.twice), found.copies) == ({0, 1}, {0})


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (long_rows, "--accept UNIT adds the rows up, as parts of the unit: a long table"),
        (wide_rows, "--accept UNIT takes the first row: a wide table has one row a unit"),
    ],
)
def test_what_is_taken_of_either_is_said(fitted, read, tmp_path, table, said):
    path = tmp_path / "r.csv"
    path.write_text(table(("P00", 100, 120), ("P01", 90, 80), ("P00", 100, 120), ("P01", 90, 81)))
    session = new_session(fitted, tmp_path / "night")
    copy, differ = (guard.message for guard in session.update([path]).guards)
    assert "P00 (North)" in copy or "P00 (NORTH)" in copy
    assert "with the same votes: a copy; not counted, --accept UNIT takes it once" in copy
    assert "with votes that differ, and nobody knows" in differ
    assert said in differ


def test_accept_all_of_a_copied_table_counts_every_vote_once(fitted, tmp_path):
    race = fitted.race
    path = write_snapshot(tmp_path / "r.csv", race, count_of(race, 12), 1)
    head, *rows = path.read_text().splitlines(keepends=True)
    path.write_text("".join([head, *rows, *rows]))
    session = new_session(fitted, tmp_path / "night")
    session.accepts_all = True
    assert session.update([path]).count.totals.tolist() == count_of(race, 12).totals.tolist()


def test_an_unknown_unit_has_its_nearest_and_a_remedy(fitted, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(long_rows(("P00", 900, 1020), ("P0l", 9, 8), ("P0x", 19, 28)))
    (guard,) = new_session(fitted, tmp_path / "night").update([path]).guards
    assert guard.message.startswith(
        "not in the race and left out: 2 units with 64 votes (3.2% of the file's): "
        "'NORTH P0x' (47; nearest: 'P0"
    )
    assert guard.message.index("P0x") < guard.message.index("'NORTH P0l' (17; nearest: 'P0")
    assert "a line in crosswalk.csv of the race folder" in guard.message


def test_a_first_file_with_many_votes_of_unknown_units_is_not_taken(fitted, tmp_path):
    path, session = tmp_path / "r.csv", new_session(fitted, tmp_path / "night")
    path.write_text(long_rows(("P00", 100, 120), ("P0l", 90, 80)))
    (guard,) = session.update([path]).guards
    assert (guard.rule, guard.whole) == ("unknown", True)
    assert guard.message.startswith("r.csv: 1 unit with 170 votes (43.6% of the file's)")
    assert "--accept all takes it without them" in guard.message
    assert not session.state.count
    # With a crosswalk another process takes it; so does this one where it is told to.
    again = new_session(fitted, tmp_path / "night")
    assert again.new_snapshots([(path,)]) == [(path,)]
    again.accepts_all = True
    (guard,) = again.update([path]).guards
    assert (guard.rule, guard.units) == ("unknown", ("NORTH P0l",))
    assert again.state.count.totals.tolist() == [100, 120]


IDS = "Nr;County;Precinct;ANN MARSH;BO REED\n"


@pytest.mark.parametrize("heading", ["Nr", "Precinct id of the office"])
def test_a_column_of_ids_finds_units_whose_names_differ(read, fitted, tmp_path, heading):
    ids, path = fitted.race.first_round.unit_ids, tmp_path / "r.csv"
    called = ["P00", "P01", "Ward 2", "Ward 3", "Ward 4"]
    rows = [f"{ids[k]};NORTH;{name};{100 + 7 * k};{90 + k * k}\n" for k, name in enumerate(called)]
    path.write_text(IDS.replace("Nr", heading) + "".join(rows) + ";;TOTAL;570;480\n")
    found = read(path)
    assert found.unknown == {}
    assert found.count.unit_votes[:5].tolist() == [[100 + 7 * k, 90 + k * k] for k in range(5)]
    (line,) = [note for note in found.notes if "holds ids" in note]
    assert line == (
        f"the column {heading!r} holds ids of the race's units, and they are found by it: 5 of 5, "
        f"where by their names 2 would be; --leave-out {heading!r} goes by the names"
    )


@pytest.mark.parametrize("wrong", ["turned", "known", "twice"])
def test_a_column_that_holds_other_ids_is_none(read, fitted, tmp_path, wrong):
    ids, path = list(fitted.race.first_round.unit_ids[:5]), tmp_path / "r.csv"
    called = ["P00", "P01", "Ward 2", "Ward 3", "Ward 4"]
    if wrong == "turned":  # names say otherwise
        ids[:2] = ids[1::-1]
    elif wrong == "known":  # names say as much
        called = [f"P{k:02d}" for k in range(5)]
    else:
        ids[4] = ids[3]
    rows = [f"{ids[k]};NORTH;{name};{100 + 7 * k};{90 + k * k}\n" for k, name in enumerate(called)]
    path.write_text(IDS + "".join(rows))
    found = read(path)
    assert not any("holds ids" in note for note in found.notes)
    assert len(found.unknown) == (0 if wrong == "known" else 3)


def test_a_crosswalk_finds_a_county_that_is_a_unit(fitted, tmp_path):
    returns = fitted.race.first_round
    alone = replace(
        fitted.race,
        first_round=replace(returns, counties=returns.unit_names),
    )
    (tmp_path / "crosswalk.csv").write_text("county,name,known_as\nP0l,P0l,P01\n")
    assert UnitNames.of(alone, tmp_path).find("", "P0l", "P0l") == 1


def test_lines_name_units_with_their_counties(tmp_path):
    """Two units of two counties have one name: early votes."""
    fitted = fitted_night(tmp_path / "small-night")
    race = fitted.race
    path = write_snapshot(tmp_path / "r.csv", race, count_of(race, 16), 1)
    text = path.read_text().replace(",complete", ",certified")
    lines = [line for line in text.splitlines(keepends=True) if "|P03," not in line]
    path.write_text("".join(lines))
    night = new_session(fitted, tmp_path / "night").update([path])
    label = unit_labels(race)[3]
    assert label == "P03 (NORTH)"
    said = out_words(night, night_numbers(night))
    assert f"Certified are 15 of 16 precincts; 1 is not: {label}." in said


def test_a_replay_ends_certified_with_every_vote(fitted, tmp_path):
    race = fitted.race
    final = write_snapshot(tmp_path / "final.csv", race, count_of(race, 16), 1)
    *_, late, last = write_replay("random", fitted, [final], tmp_path / "replay")
    names = UnitNames.of(race, fitted.folder)
    ended = read_night_returns(last, race, names)
    assert ended.count.certified
    np.testing.assert_array_equal(ended.count.votes, count_of(race, 16).votes)
    before = read_night_returns(late, race, names)
    assert (before.count.status == COMPLETE).all()
    assert before.count.totals.sum() < ended.count.totals.sum()
    assert before.stamp < ended.stamp
    session = new_session(fitted, tmp_path / "night")
    session.update(late)
    assert session.update(last).count.certified


def test_dots_of_abbreviations_do_not_matter(fitted):
    names = UnitNames.of(fitted.race, fitted.folder)
    dotted = {**names.by_name, ("capital", "bogotá d c"): 4}
    named = replace(names, by_name=dotted, counties=("NORTH", "St. J.B. Parish"))
    assert unit_key(named, "bogota dc") == unit_key(named, "BOGOTÁ D.C.") == names.ids[4]
    assert unit_key(named, "st jb parish") == "St. J.B. Parish"


def test_the_heading_that_is_proposed_shares_a_name():
    said = missing_finalists(
        ["Gustavo Petro Urrego"], ["Petro", "Voto en blanco", "Rodolfo"], ["Gustavo Petro Urrego"]
    )
    assert '--candidate "Petro=Gustavo Petro Urrego"' in said
    only = missing_finalists(["Gustavo Petro"], ["Voto en blanco"], ["Gustavo Petro"])
    assert '--candidate "Voto en blanco=' not in only


def test_a_county_that_is_called_as_one_of_its_precincts_is_a_county(tmp_path):
    fitted = fitted_night(tmp_path / "race", counties=("P00",) * 8 + ("SOUTH",) * 8)
    names = UnitNames.of(fitted.race, fitted.folder)
    path = tmp_path / "counties.csv"
    path.write_text("County,ANN MARSH,BO REED\nP00,900,1100\nSouth,1200,700\nOverseas,3,4\n")
    found = read_night_returns([path], fitted.race, names)
    assert found.count.by_county
    assert found.count.unit_votes.tolist() == [[900, 1100], [1200, 700]]
    assert len(found.unknown) == 1
    # With its precincts it is one of them.
    path.write_text("County,Precinct,ANN MARSH,BO REED\nP00,P00,90,110\nP00,P01,120,70\n")
    found = read_night_returns([path], fitted.race, names)
    assert not found.count.by_county
    assert found.count.unit_votes[:2].tolist() == [[90, 110], [120, 70]]
