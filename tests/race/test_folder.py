"""The race folder: what is read, what is refused and where the message points."""

import gzip
import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.race.faults import Fault, Severity, shown
from forecast.race.folder import file_hashes, input_hashes, load_contest, load_race
from forecast.race.poll_table import load_polls, read_polls
from forecast.race.race_yaml import read_race_file
from forecast.race.runoff_result import finalist_votes, has_runoff, load_runoff
from forecast.record.find import find_race, shipped_races
from forecast.yaml_text import load_yaml

RACE_YAML = """\
id: small
title: A small election
office: Mayor
place: Smallville
unit_kind: precinct
first_round: 2020-03-01
runoff: '2020-04-05'
finalists: [ANN, BOB]
blocs: {R: [REP], D: [DEM]}
baselines:
  - {file: baseline_mayor_2016.csv, election: 2016 mayor, date: 2016-03-06}
sources: [the clerk]
"""
HEADER = "unit_id,county,unit_name,registered,candidate,party,mode,votes\n"
# Unit 2 has no row for BOB: he has 0 votes there.
FIRST_ROUND = HEADER + (
    "1,North,One,100,ANN,REP,early,5\n"
    "1,North,One,100,ANN,REP,election_day,10\n"
    "1,North,One,100,BOB,DEM,election_day,20\n"
    "2,North,Two,,ANN,None,election_day,7\n"
    "3,South,Three,50,CAL,,election_day,9\n"
)
BASELINE = (
    "unit_id,county,unit_name,registered,ballots,candidate,party,votes\n"
    "3,South,Three,40,30,OLD,REP,12\n"
    "1,North,One,90,,OLD,REP,44\n"
    "9,South,Gone,10,10,OLD,REP,3\n"
)
RUNOFF = (
    "unit_id,county,unit_name,registered,candidate,party,votes\n"
    "8,South,New,60,BOB,DEM,4\n"
    "2,North,Two,70,BOB,DEM,31\n"
    "2,North,Two,70,ANN,REP,30\n"
    "1,North,One,100,ANN,REP,25\n"
)
POLLS = (
    "pollster,sponsor,start,end,sample,finalist_1,finalist_2,undecided,source\n"
    "Asker,,2020-03-10,2020-03-12,,48,47.5,4.5,the paper\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "small"
    path.mkdir()
    (path / "race.yaml").write_text(RACE_YAML, encoding="utf-8")
    (path / "first_round.csv").write_text(FIRST_ROUND, encoding="utf-8")
    (path / "baseline_mayor_2016.csv").write_text(BASELINE, encoding="utf-8")
    return path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def faults_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        load_race(folder)
    return tuple(line.strip() for line in str(caught.value).splitlines()[1:])


def test_first_round_by_hand(folder: Path) -> None:
    returns = load_race(folder).first_round
    assert returns.unit_ids == ("1", "2", "3")
    assert returns.counties == ("North", "North", "South")
    assert returns.candidates == ("ANN", "BOB", "CAL")
    assert returns.parties == ("REP", "DEM", "")
    assert returns.modes == ("election_day", "early")
    expected = [[[10, 5], [20, 0], [0, 0]], [[7, 0], [0, 0], [0, 0]], [[0, 0], [0, 0], [9, 0]]]
    np.testing.assert_array_equal(returns.votes, expected)
    np.testing.assert_array_equal(returns.registered, [100, np.nan, 50])
    assert np.isnan(returns.ballots).all()


def test_contest(folder: Path) -> None:
    contest = load_contest(folder)
    assert (contest.first_round, contest.runoff) == (date(2020, 3, 1), date(2020, 4, 5))
    assert contest.finalists == ("ANN", "BOB")
    assert [contest.bloc_of(party) for party in ("REP", "DEM", "LIB", "")] == ["R", "D", "LIB", ""]


def test_blocs_and_baselines_are_optional(folder: Path) -> None:
    kept = RACE_YAML.split("blocs:", maxsplit=1)[0]
    (folder / "race.yaml").write_text(kept, encoding="utf-8")
    race = load_race(folder)
    assert race.baselines == ()
    assert race.candidate_blocs == ("REP", "DEM", "")


def test_baseline_is_aligned_to_the_first_round(folder: Path) -> None:
    (baseline,) = load_race(folder).baselines
    assert (baseline.election, baseline.held) == ("2016 mayor", date(2016, 3, 6))
    assert baseline.returns.unit_ids == ("1", "2", "3")
    np.testing.assert_array_equal(baseline.present, [True, False, True])
    np.testing.assert_array_equal(baseline.returns.counts[:, 0], [44, 0, 12])
    np.testing.assert_array_equal(baseline.returns.registered, [90, np.nan, 40])
    np.testing.assert_array_equal(baseline.returns.ballots, [np.nan, np.nan, 30])


@pytest.mark.parametrize("suffix", [".csv.gz", ".parquet"])
def test_other_formats_hold_the_same(folder: Path, suffix: str) -> None:
    expected = load_race(folder).first_round
    (folder / "first_round.csv").unlink()
    other = folder / f"first_round{suffix}"
    if suffix == ".csv.gz":
        other.write_bytes(gzip.compress(FIRST_ROUND.encode()))
    else:
        names, *rows = (line.split(",") for line in FIRST_ROUND.splitlines())
        columns = {
            name: [cell or None for cell in cells]
            for name, cells in zip(names, zip(*rows, strict=True), strict=True)
        }
        columns["votes"] = [int(str(votes)) for votes in columns["votes"]]
        pq.write_table(pa.table(columns), other)
    found = load_race(folder).first_round
    assert found.candidates == expected.candidates
    assert found.parties == expected.parties
    np.testing.assert_array_equal(found.votes, expected.votes)
    np.testing.assert_array_equal(found.registered, expected.registered)


def test_all_faults_of_all_files_at_once(folder: Path) -> None:
    rows = (
        "1,North,One,100,ANN,REP,election_day,6\n"
        "2,North,Two,,BOB,DEM,election_day,-3\n"
        "3,South,Three,51,BOB,DEM,election_day,2.5\n"
        "3,South\n"
    )
    (folder / "first_round.csv").write_text(FIRST_ROUND + rows, encoding="utf-8")
    edit(folder / "baseline_mayor_2016.csv", "party,", "")
    edit(folder / "race.yaml", "office: Mayor", "offfice: Mayor")
    edit(folder / "race.yaml", "runoff: '2020-04-05'", "runoff: soon")
    found = "\n".join(faults_of(folder))
    assert "race.yaml: offfice: unknown key" in found
    assert "race.yaml: office: is missing" in found
    assert "race.yaml: runoff: must be a day like 2017-04-18, not 'soon'" in found
    assert "first_round.csv:10: has 2 fields where the header has 8" in found
    assert "first_round.csv:8: votes must be a whole number, 0 or more, not '-3'" in found
    assert "first_round.csv:9: votes must be a whole number, 0 or more, not '2.5'" in found
    assert "first_round.csv:9: registered of unit 3 is '51' here and '50' on line 6" in found
    assert "first_round.csv:7: second row of 'ANN' in unit 1; the first is line 3" in found


def test_missing_column_names_those_that_exist(folder: Path) -> None:
    edit(folder / "baseline_mayor_2016.csv", "votes", "count")
    (fault,) = faults_of(folder)
    assert fault.startswith("baseline_mayor_2016.csv:1: no column votes; the columns are unit_id")


def test_faults_of_one_cause_are_three_lines_and_a_count(folder: Path) -> None:
    rows = "".join(f"{unit},North,N{unit},,ANN,REP,early,x\n" for unit in range(10, 70))
    (folder / "first_round.csv").write_text(FIRST_ROUND + rows, encoding="utf-8")
    with pytest.raises(InputError, match="has 60 faults:") as caught:
        load_race(folder)
    assert len(caught.value.faults) == 4
    assert caught.value.faults[-1].startswith("... and 57 more like the last, lines 10, 11, 12,")


def test_only_the_first_fifty_lines_are_shown() -> None:
    words = [f"{a}{b}" for a in ("abc", "def", "ghi", "jkl", "mno", "pqr") for b in "abcdefghij"]
    found = shown([Fault("a.csv", word, line) for line, word in enumerate(words)])
    assert len(found) == 51
    assert found[-1] == "... and 10 more"


def test_finalists_must_stand(folder: Path) -> None:
    edit(folder / "race.yaml", "[ANN, BOB]", "[ANN, BOBB]")
    (fault,) = faults_of(folder)
    assert "finalists[1]: 'BOBB' has no row in first_round.csv; did you mean 'BOB'?" in fault


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[ANN, BOB]", "[ANN]", r"finalists: must be two different names"),
        ("[ANN, BOB]", "[ANN, NO]", r"finalists\[1\]: must be text, not False; put it in quotes"),
        ("D: [DEM]", "D: [REP]", r"blocs\.D: party REP is already in bloc R"),
        ("2020-04-05", "2020-02-05", r"runoff: must be after the first round"),
        ("id: small", "id: ../small", r"id: letters, digits"),
        ("file: base", "file: ../base", r"baselines\[0\]\.file: must be a file of the race folder"),
        ("title: A", "title: [", r"race\.yaml:\d+: is not YAML"),
    ],
)
def test_race_yaml_faults_name_the_yaml_path(
    folder: Path, old: str, new: str, message: str
) -> None:
    edit(folder / "race.yaml", old, new)
    with pytest.raises(InputError, match=message):
        load_race(folder)


def test_positions_are_of_blocs_on_the_ballot_and_on_the_scale(folder: Path) -> None:
    path = folder / "race.yaml"
    path.write_text(RACE_YAML.replace("{R: [REP], D: [DEM]}", "{left: [DEM], right: [REP]}"))
    with path.open("a", encoding="utf-8") as race_yaml:
        race_yaml.write("positions: {left: -1, rigth: 1}\n")
    with pytest.raises(InputError, match=r"positions.rigth: no bloc .* did you mean 'right'"):
        load_race(folder)
    path.write_text(path.read_text().replace("rigth: 1", "right: 8"))
    with pytest.raises(InputError, match=r"positions.right: must be a number of steps from -3"):
        load_race(folder)
    path.write_text(path.read_text().replace("right: 8", "right: 1, green: -2"))
    assert load_race(folder).contest.positions == {"left": -1.0, "right": 1.0, "green": -2.0}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("short_names: {ANN: Annie, BOB: Bobby}", ""),
        ("county_kind: ward", ""),
        ("short_names: {AN: Annie}", "short_names.AN: no such candidate; did you mean 'ANN'? The"),
        ("short_names: {EVE: Eve}", "short_names.EVE: no such candidate; the candidates are ANN, "),
        ("short_names: {ANN: Al, BOB: Al}", "short_names.BOB: ANN is 'Al' already; give each a "),
        ("short_names: {ANN: 7}", "short_names.ANN: must be text, not 7; put it in quotes"),
        ("short_names: [ANN]", "short_names: must be a mapping, not ['ANN']"),
        ("county_kind: [ward]", "county_kind: must be text, not ['ward']"),
    ],
)
def test_words_that_a_race_brings_are_checked(folder: Path, line: str, message: str) -> None:
    (folder / "race.yaml").write_text(f"{RACE_YAML}{line}\n", encoding="utf-8")
    if message:
        assert message.casefold() in "\n".join(faults_of(folder)).casefold()
    else:
        contest = load_race(folder).contest
        assert (contest.short_names or contest.county_kind) == load_yaml(line).popitem()[1]


def test_missing_and_doubled_tables(folder: Path) -> None:
    (folder / "baseline_mayor_2016.csv").unlink()
    (folder / "first_round.csv.gz").write_bytes(gzip.compress(FIRST_ROUND.encode()))
    found = faults_of(folder)
    assert found[0].startswith("first_round: exists more than once")
    assert found[1].startswith("baseline_mayor_2016.csv: is missing")


@pytest.mark.parametrize(
    ("raw", "message"), [(b"\xff\xfe", "is not UTF-8 at byte 0"), (b"", "has no header")]
)
def test_unreadable_table(folder: Path, raw: bytes, message: str) -> None:
    (folder / "first_round.csv").write_bytes(raw)
    assert message in faults_of(folder)[0]


def test_find_race_by_id_path_and_file(folder: Path) -> None:
    assert "ga06-2017" in shipped_races()
    assert find_race("ga06-2017").name == "ga06-2017"
    assert find_race(str(folder)) == folder
    assert find_race(folder / "race.yaml") == folder


def test_unknown_race_lists_the_known_ones(tmp_path: Path) -> None:
    message = r"no race named 'ga06-2018'; did you mean ga06-2017\? shipped races: .*ga06-2017"
    with pytest.raises(InputError, match=message):
        find_race("ga06-2018")
    with pytest.raises(InputError, match=r"is no race folder: it has no race\.yaml"):
        find_race(tmp_path)
    with pytest.raises(InputError, match=r"there is no folder ./here; `forecast data import FILES"):
        find_race("./here")


def test_hashes_never_see_the_runoff(folder: Path) -> None:
    before = input_hashes(folder)
    (folder / "runoff.csv").write_text(RUNOFF, encoding="utf-8")
    assert input_hashes(folder) == before
    assert list(before) == ["race.yaml", "first_round.csv", "baseline_mayor_2016.csv"]
    assert before["race.yaml"] == hashlib.sha256(RACE_YAML.encode()).hexdigest()


def test_hashes_of_the_folder_see_its_priors_and_leave_polls_to_the_evidence(folder: Path) -> None:
    before = input_hashes(folder)
    (folder / "priors.yaml").write_text("{}", encoding="utf-8")
    (folder / "polls.csv").write_text(POLLS, encoding="utf-8")
    assert input_hashes(folder).keys() - before.keys() == {"priors.yaml"}


def test_every_input_has_a_name_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    mine = (Path("priors.yaml"), Path("mine/priors.yaml"), folder.parent / "far.yaml")
    Path("mine").mkdir()
    for path in (*mine, folder / "priors.yaml"):
        path.write_text(f"# {path}", encoding="utf-8")
    shipped = shipped_folder("models") / "learned" / "before-2017-06-20.npz"
    hashes = file_hashes((folder / "priors.yaml", *mine, shipped), folder)
    assert list(hashes) == [
        "priors.yaml",
        "./priors.yaml",
        "mine/priors.yaml",
        (folder.parent / "far.yaml").as_posix(),
        "models/learned/before-2017-06-20.npz",
    ]
    assert hashes["./priors.yaml"] == hashlib.sha256(b"# priors.yaml").hexdigest()
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read"):
        file_hashes([Path("none.yaml")], folder)


def test_runoff_in_the_order_of_the_first_round(folder: Path) -> None:
    race = load_race(folder)
    assert not has_runoff(folder)
    with pytest.raises(InputError, match="has no runoff table"):
        load_runoff(folder, race)
    (folder / "runoff.csv").write_text(RUNOFF, encoding="utf-8")
    result = load_runoff(folder, race)
    assert result.returns.unit_ids == ("1", "2", "8")
    assert result.returns.candidates == ("ANN", "BOB")
    assert result.unmatched == ("8",)
    np.testing.assert_array_equal(result.returns.counts, [[25, 0], [30, 31], [0, 4]])
    votes, present = finalist_votes(result, race)
    np.testing.assert_array_equal(votes, [[25, 0], [30, 31], [0, 0]])
    np.testing.assert_array_equal(present, [True, True, False])


def test_runoff_needs_both_finalists(folder: Path) -> None:
    race = load_race(folder)
    (folder / "runoff.csv").write_text(RUNOFF.replace("BOB", "BOBBY"), encoding="utf-8")
    with pytest.raises(InputError, match=r"finalists\[1\]: 'BOB' has no row in runoff\.csv"):
        load_runoff(folder, race)


def test_polls(folder: Path) -> None:
    assert load_polls(folder, load_contest(folder)) == ()
    (folder / "polls.csv").write_text(POLLS, encoding="utf-8")
    (poll,) = load_polls(folder, load_contest(folder))
    assert poll.shares == (0.48, 0.475)
    assert (poll.sample, poll.undecided, poll.end) == (None, 0.045, date(2020, 3, 12))


def test_faults_of_polls_at_once(folder: Path) -> None:
    bad = "Asker,,2020-03-10,2020-03-09,few,60,47,,x\nAsker,,today,2020-03-09,9,-1,47,,x\n"
    (folder / "polls.csv").write_text(POLLS + bad, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_polls(folder, load_contest(folder))
    found = str(caught.value)
    assert "polls.csv:3: ends on 2020-03-09, before its start" in found
    assert "polls.csv:3: sample must be a whole number above 0, or empty, not 'few'" in found
    assert "polls.csv:3: the shares add up to 107.0 per cent" in found
    assert "polls.csv:4: start must be a day" in found
    assert "polls.csv:4: finalist_1 must be per cent from 0 to 100, not '-1'" in found


@pytest.mark.parametrize("end", ["2020-04-05", "2020-05-01", "9999-01-01"])
def test_a_poll_that_no_forecast_could_know_is_a_fault(folder: Path, end: str) -> None:
    late = f"Asker,,2020-03-10,{end},,48,47,,x\n"
    (folder / "polls.csv").write_text(POLLS + late, encoding="utf-8")
    message = rf"polls\.csv:3: ends on {end}, and the runoff is on 2020-04-05: .* remove the row"
    with pytest.raises(InputError, match=message):
        load_polls(folder, load_contest(folder))


def test_a_poll_before_round_one_counts_and_is_noted_with_its_line(folder: Path) -> None:
    early = "Asker,,2020-02-10,2020-02-29,,48,47,,x\nAsker,,2020-02-28,2020-03-01,,48,47,,x\n"
    (folder / "polls.csv").write_text(POLLS + early, encoding="utf-8")
    polls, faults = read_polls(folder, load_contest(folder))
    assert len(polls) == 3
    (note,) = faults
    assert note.severity is Severity.NOTE
    assert str(note).startswith("polls.csv:3: ended on 2020-02-29, before round one on 2020-03-01")


def test_reading_needs_neither_heavy_libraries_nor_the_runoff() -> None:
    script = (
        "import sys; from forecast.race.folder import load_race;"
        "from forecast.record.find import find_race;"
        "load_race(find_race('ga06-2017'));"
        "print([m for m in ('pandas', 'pyarrow', 'scipy', 'pymc', 'shapely',"
        " 'forecast.race.runoff_result') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("notes: 'three months between\n\n  rounds'", "three months between rounds"),
        ("notes: [one, two]", "one two"),
        ("notes: null", ""),
        ("notes: ''", ""),
    ],
)
def test_notes_are_read_in_one_line(tmp_path: Path, written: str, read: str) -> None:
    (tmp_path / "race.yaml").write_text(f"{RACE_YAML}{written}\n")
    found, faults = read_race_file(tmp_path)
    assert not faults
    assert found is not None
    assert found.contest.notes == read
