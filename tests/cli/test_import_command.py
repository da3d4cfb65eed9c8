"""forecast data: list, show, check, import, through the command line."""

import shutil
from datetime import date

import pytest
import yaml
from typer.testing import CliRunner

from forecast.cli.data_commands import data_app
from forecast.errors import InputError
from forecast.importing.import_race import with_baseline
from forecast.race.folder import load_race
from forecast.race.runoff_result import load_runoff

RESULTS = """\
county,unit_name,candidate,party,mode,votes,registered
North,One,ANN,R,Election Day,10,100
North,One,BOB,D,Election Day,20,100
North,One,CAL,R,Election Day,15,100
South,Two,ANN,R,Election Day,"1,000",2000
South,Two,ANN,R,Advance in Person,30,2000
"""
RUNOFF = """\
county,unit_name,candidate,votes
NORTH,one,Ann,25
NORTH,one,Bob,22
SOUTH,2,Ann,900
SOUTH,2,Bob,700
SOUTH,New,Bob,3
"""
BASELINE = """\
county,precinct,office,district,party,candidate,votes
North,One,Governor,,REP,OLD,40
South,Two,Governor,,REP,OLD,60
South,Far,Governor,,REP,OLD,1
"""
CROSSWALK = "county,name,known_as\nSouth,2,Two\nSouth,New,\n"
NEW_RACE = [
    "--title=Small",
    "--office=Mayor",
    "--first-round=2020-03-01",
    "--runoff=2020-04-05",
    "--finalist=ANN",
    "--finalist=BOB",
]


def run(*arguments):
    """Standard output of a command that has to succeed."""
    result = CliRunner().invoke(data_app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def files(tmp_path):
    for name, text in (
        ("results.csv", RESULTS),
        ("june.csv", RUNOFF),
        ("governor.csv", BASELINE),
        ("names.csv", CROSSWALK),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def race_folder(files):
    out = files / "small"
    run("import", "csv", files / "results.csv", "--out", out, *NEW_RACE)
    return out


def test_first_import_makes_a_race(files, race_folder):
    race = load_race(race_folder)
    assert race.contest.finalists == ("ANN", "BOB")
    assert dict(race.contest.blocs) == {"R": ("REP",), "D": ("DEM",)}
    assert race.first_round.unit_ids == ("NORTH|ONE", "SOUTH|TWO")
    assert race.first_round.counts.tolist() == [[10, 20, 15], [1030, 0, 0]]
    assert sorted(path.name for path in race_folder.iterdir()) == ["first_round.csv", "race.yaml"]


def test_a_new_race_needs_its_options_and_its_finalists(files):
    out = files / "small"
    with pytest.raises(InputError, match=r"has no race\.yaml yet; give --title") as raised:
        run("import", "csv", files / "results.csv", "--out", out)
    assert "a title is the election in words" in str(raised.value)
    wrong = [option.replace("BOB", "EVE") for option in NEW_RACE]
    with pytest.raises(InputError, match="no finalist EVE in the files; the candidates are: ANN"):
        run("import", "csv", files / "results.csv", "--out", out, *wrong)
    assert not out.exists()


def test_nothing_is_overwritten_without_force(files, race_folder):
    before = (race_folder / "first_round.csv").read_bytes()
    (files / "results.csv").write_text(RESULTS.replace("BOB,D,Election Day,20", "BOB,D,,21"))
    again = ("import", "csv", files / "results.csv", "--out", race_folder)
    with pytest.raises(InputError, match="exists; choose another folder, or overwrite"):
        run(*again)
    assert (race_folder / "first_round.csv").read_bytes() == before
    run(*again, "--force")
    assert load_race(race_folder).first_round.counts[0, 1] == 21


def test_runoff_is_matched_and_spelled_as_the_first_round(files, race_folder):
    command = ("import", "csv", files / "june.csv", "--out", race_folder, "--as", "runoff")
    with pytest.raises(InputError, match="first round only: South, Two"):
        run(*command)
    assert not (race_folder / "runoff.csv").exists()
    out = run(*command, "--crosswalk", files / "names.csv")
    assert "3 units, 1,650 votes" in out
    assert "not in the first round: 1 units (SOUTH New)" in out
    result = load_runoff(race_folder, load_race(race_folder))
    assert result.returns.candidates == ("ANN", "BOB")
    assert result.returns.counts.tolist() == [[25, 22], [900, 700], [0, 3]]
    assert result.unmatched == ("SOUTH|NEW",)


def test_baseline_is_added_to_race_yaml(files, race_folder):
    command = ("import", "openelections", files / "governor.csv", "--out", race_folder)
    options = ("--as", "baseline", "--contest", "Governor")
    with pytest.raises(InputError, match="a baseline needs --election"):
        run(*command, *options)
    out = run(*command, *options, "--election", "2018 governor", "--date", "2018-11-06")
    assert "2 units, 100 votes" in out
    (baseline,) = load_race(race_folder).baselines
    assert baseline.election == "2018 governor"
    assert baseline.returns.counts.tolist() == [[40], [60]]


def test_the_newest_baseline_stands_first_and_comments_stay():
    text = (
        "id: small  # ours\nbaselines:\n  # newest first\n"
        "  - file: b.csv\n    election: b\n    date: 2016-11-08\n  - {file: a.csv, election: a}\n"
        "sources: [the clerk]\n"
    )

    def order(held):
        changed = with_baseline(text, "new.csv", "new", held)
        assert "# ours" in changed
        assert "# newest first" in changed
        document = yaml.safe_load(changed)
        assert document["sources"] == ["the clerk"]
        return [entry["file"] for entry in document["baselines"]]

    assert order(date(2018, 11, 6)) == ["new.csv", "b.csv", "a.csv"]
    assert order(date(2014, 11, 4)) == ["b.csv", "new.csv", "a.csv"]
    assert order(None) == ["b.csv", "a.csv", "new.csv"]
    with pytest.raises(InputError, match="add this to baselines by hand"):
        with_baseline("baselines: [{file: b.csv, election: b}]\n", "new.csv", "new", None)


def test_party_option(files):
    out = files / "small"
    (files / "results.csv").write_text(RESULTS.replace(",R,", ",,"), encoding="utf-8")
    command = ("import", "csv", files / "results.csv", "--out", out, *NEW_RACE)
    with pytest.raises(InputError, match=r'--party must be "CANDIDATE=PARTY", not \'ANN\''):
        run(*command, "--party", "ANN")
    with pytest.raises(InputError, match="no candidate named EVE; the candidates are ANN, BOB"):
        run(*command, "--party", "EVE=REP")
    run(*command, "--party", "ANN=REP")
    assert load_race(out).first_round.parties == ("REP", "DEM", "")


def test_faults_of_a_long_table_have_lines(files):
    (files / "results.csv").write_text(
        RESULTS.replace(",10,100", ",ten,100").replace(
            "South,Two,ANN,R,Election", "South,,ANN,R,E"
        ),
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        run("import", "csv", files / "results.csv", "--out", files / "small", *NEW_RACE)
    assert "results.csv:2: votes must be a whole number, 0 or more, not 'ten'" in str(caught.value)
    assert "results.csv:5: 'unit_name' is empty on line 5" in str(caught.value)


def test_list(race_folder):
    assert "ga06-2017  2017-04-18  2017-06-20     208  Georgia 6: runoff, 2 baselines," in run(
        "list"
    )
    out = run("list", race_folder.parent)
    assert "small  2020-03-01  2020-04-05       2  Small: runoff to come" in out


def test_show_in_80_columns(race_folder):
    for name in ("ga06-2017", race_folder):
        out = run("show", name)
        assert max(map(len, out.splitlines())) <= 80
    assert "* ANN                                    REP       1,040    96.7" in out
    assert "2 precincts, 1,075 votes, 2,100 registered" in out
    assert "result: not known here" in out
    missing = out.partition("missing\n")[2]
    assert "baselines: no earlier election" in missing
    assert "ballots cast of all units" in missing


def test_check_says_what_is_wrong(race_folder):
    assert run("check", race_folder).endswith("small: no errors, no notes\n")
    moved = race_folder.parent / "moved"
    shutil.move(race_folder, moved)
    assert run("check", moved).startswith("note: race.yaml: id: small is not the name of")
    with (moved / "first_round.csv").open("a", encoding="utf-8") as file:
        file.write("NORTH|ONE,North,One,100,ANN,REP,election_day,10\n")
    result = CliRunner().invoke(data_app, ["check", str(moved)])
    assert result.exit_code == 2
    assert "error: first_round.csv:7: second row of 'ANN'" in result.stdout
