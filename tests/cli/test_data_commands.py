"""`forecast data` as a user meets it: what goes to stdout, the exit codes, the help."""

import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from forecast.cli.data_commands import data_app
from forecast.cli.data_list import Parties
from forecast.errors import InputError
from forecast.importing.format_names import FormatName
from forecast.importing.formats import FORMATS

RACE = """\
id: small
title: Small
office: Mayor
place: Smallville
unit_kind: precinct
first_round: 2020-03-01
runoff: 2020-04-05
finalists: [ANN, BOB]
"""
HEADER = "unit_id,county,unit_name,registered,candidate,party,votes\n"
ROWS = "1,North,One,25,ANN,REP,10\n1,North,One,25,BOB,DEM,20\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "small"
    path.mkdir()
    (path / "race.yaml").write_text(RACE, encoding="utf-8")
    (path / "first_round.csv").write_text(HEADER + ROWS, encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(data_app, [str(argument) for argument in arguments])


def process(*arguments):
    command = [sys.executable, "-m", "forecast.cli.main", "data", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_check_with_notes_only_ends_well(folder):
    result = run("check", folder)
    assert result.exit_code == 0
    first, *off, last = result.stdout.splitlines()
    assert first == "note: first_round.csv:2: unit 1 has 30 votes and 25 registered voters"
    switched_off = [line.split(":")[1] for line in off if line.startswith("off:")]
    assert switched_off == [" turnout is not fitted", " baselines", " maps", " polls"]
    assumed = [line.split()[1] for line in off if line.startswith("assumed:")]
    assert assumed == ["country", "level", "kind"]
    assert last == "small: no errors, 1 note"


def test_check_prints_every_fault_and_ends_with_2(folder):
    bad = HEADER + "1,North,One,25,ANN,REP,-1\n1,North,One,25,BOB,DEM,2.5\n"
    (folder / "first_round.csv").write_text(bad, encoding="utf-8")
    (folder / "runoff.csv").write_text(HEADER + ROWS + ROWS[:26], encoding="utf-8")
    result = run("check", folder)
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        "error: first_round.csv:2: votes must be a whole number, 0 or more, not '-1'",
        "error: first_round.csv:3: votes must be a whole number, 0 or more, not '2.5'",
        "error: runoff.csv:4: second row of 'ANN' in unit 1; the first is line 2",
        "small: 3 errors, no notes",
    ]


def test_check_shows_a_cause_once_and_all_on_demand(folder):
    rows = "".join(f"{unit},North,One,,ANN,REP,x\n" for unit in range(60))
    (folder / "first_round.csv").write_text(HEADER + rows, encoding="utf-8")
    assert "error: ... and 57 more like the last, lines 5, 6," in run("check", folder).stdout
    assert len(run("check", folder, "--all").stdout.splitlines()) == 61


@pytest.mark.parametrize("command", ["list", "show", "check", "import"])
def test_every_help_has_an_example(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: forecast data {command}" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_a_missing_option_of_import_is_an_error_of_two_lines(folder, tmp_path):
    done = process("import", "csv", tmp_path / "r.csv", "--into", tmp_path / "new")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "give --runoff; --title, --office, --first-round, --finalist (twice) too" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_real_process_checks_and_says_which_races_exist(folder):
    assert process("check", folder).returncode == 0
    (folder / "race.yaml").write_text(RACE.replace("BOB", "EVE"), encoding="utf-8")
    done = process("check", folder)
    assert done.returncode == 2
    assert "'EVE' has no row in first_round.csv" in done.stdout
    missing = process("show", "ga06-2071")
    assert missing.returncode == 2
    assert "did you mean ga06-2017?" in missing.stderr


def test_list_counts_the_units_and_says_what_is_known(folder):
    (folder / "runoff.csv").write_text("", encoding="utf-8")
    (folder / "units.geojson").write_text("{}", encoding="utf-8")
    broken = folder.parent / "broken"
    broken.mkdir()
    (broken / "race.yaml").write_text("id: [", encoding="utf-8")
    _, first, second = run("list", folder.parent).stdout.splitlines()
    assert first.startswith("broken  race.yaml has faults: is not YAML")
    assert second == "small   2020-03-01  2020-04-05       1  Smallville: runoff, map"


def test_show_tells_the_result_or_why_there_is_none(folder):
    assert "result: not known here: the runoff was held" in run("show", folder).stdout
    text = RACE.replace("2020-04-05", "2999-04-05")
    (folder / "race.yaml").write_text(text, encoding="utf-8")
    assert "result: none yet, the runoff is to come" in run("show", folder).stdout
    (folder / "race.yaml").write_text(RACE, encoding="utf-8")
    (folder / "runoff.csv").write_text(HEADER + ROWS, encoding="utf-8")
    assert "result: BOB 20 (66.7%), ANN 10 (33.3%)" in run("show", folder).stdout


def test_show_finds_the_result_of_a_race_of_the_record():
    shown = run("show", "ca20120605_us_house_9").stdout
    assert "result: Jerry McNerney 118,373 (55.6%), Ricky Gill 94,704 (44.4%)" in shown
    assert "not counted" not in shown


@pytest.mark.parametrize("columns", ["40", "60"])
def test_a_narrow_terminal_gets_whole_ids(columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    result = run("list")
    assert "ca_assembly_51_2017_special\n" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= int(columns)


def test_pairs_of_options(folder, tmp_path):
    result = run("import", "csv", "r.csv", "--into", tmp_path / "new", "--bloc", "R")
    assert str(result.exception) == "--bloc must be \"BLOC=PARTY,PARTY\", not 'R'"


@pytest.mark.parametrize(
    ("options", "found", "elsewhere"),
    [
        (["--country", "France"], "fr_pres_2017", "ga_sos_2018"),
        (["--country", "france"], "fr_pres_2017", "ga_sos_2018"),
        (["--state", "GA", "--kind", "primary_runoff"], "ga_gov_rep_primary_2018", "la_gov_2015"),
        (["--state", "georgia", "--parties", "two"], "ga_sos_2018", "ga_gov_rep_primary_2018"),
        (["--level", "national"], "co_pres_2018", "ca20120605_us_house_9"),
        (["--parties", "same"], "ga_gov_rep_primary_2018", "ga_sos_2018"),
        (["--parties", "none"], "ga_hd162_2016_special", "ga_sos_2018"),
        (["--bloc", "d", "--bloc", "R"], "ga_sos_2018", "ga_gov_rep_primary_2018"),
        (["--bloc", "R", "--bloc", "R"], "ga_gov_rep_primary_2018", "ga_sos_2018"),
        (["--bloc", "far_right"], "fr_pres_2022", "ga_sos_2018"),
        (["--min-votes", "3000000"], "ga_sos_2018", "ga_gov_rep_primary_2018"),
        (["--country", "France", "--min-registered", "40000000"], "fr_pres_2017", "fr_leg_2017"),
        (["--baseline", "--state", "GA"], "ga_sos_2018", "ga_gov_rep_primary_2018"),
        (["--baseline", "--state", "CA"], "ca20160607_state_assembly_22", "ca20120605_us_house_9"),
    ],
)
def test_the_record_is_listed_by_what_races_are(options, found, elsewhere):
    text = run("list", "--all", *options).stdout
    assert found in text
    assert elsewhere not in text


def counted(text):
    """How many races a list says that it has, and how many lines of races there are."""
    listed = text.partition("the record: ")[2]
    return int(listed.split()[0].replace(",", "")), len(re.findall(r"(?m)^  \S+", listed))


def test_parties_and_blocs_part_the_record():
    two, same, none = (counted(run("list", "--all", "--parties", p).stdout) for p in Parties)
    assert two[0] + same[0] + none[0] == 6194
    for said, lines in (two, same, none):
        assert said == lines


def test_a_race_that_stands_twice_counts_once_and_the_list_says_so():
    text = " ".join(run("list").stdout.split())
    assert "the record: 6,194 finished races" in text
    assert "(ca20171003_state_assembly_51: also listed under another id, counted once)" in text
    # Whoever chooses gets it once.
    chosen = run("list", "--all", "--state", "CA", "--kind", "special_primary").stdout
    assert "ca_assembly_51_2017_special" in chosen
    assert "ca20171003_state_assembly_51" not in chosen


def test_races_of_which_nothing_is_known_are_too_small():
    """No finished race of the United States knows its registered voters."""
    text = run("list", "--min-registered", "1", "--country", "US").stdout
    assert "the record: 0 finished races with both rounds counted; none matches all of this" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kind", "primary"], "--kind primary: did you mean primary_runoff or .*top_two_primary"),
        (["--country", "Narnia"], "--country Narnia: .*the record has Bulgaria, .*, US"),
        (["--country", "Frence"], "--country Frence: did you mean France"),
        (["--state", "NY"], "--state NY: .*the record has CA, GA, IL, LA, MS, TX, WA, WI"),
        (["--level", "state"], "--level state: did you mean statewide"),
        (["--bloc", "rigth"], "--bloc rigth: did you mean right.* and [0-9]+ more"),
    ],
)
def test_a_word_of_no_race_names_the_nearest_ones(words, said):
    with pytest.raises(InputError, match=said):
        CliRunner().invoke(data_app, ["list", *words], catch_exceptions=False)


def test_a_folder_is_not_chosen_from(folder):
    with pytest.raises(InputError, match="leave them out with"):
        CliRunner().invoke(
            data_app, ["list", str(folder.parent), "--country", "US"], catch_exceptions=False
        )


def test_show_tells_the_days_of_baselines():
    said = run("show", "ca20160607_state_assembly_22").stdout
    assert "baseline: 2014 governor, 2014-11-04, in 275 of 289 units" in said
    assert "no day given" in run("show", "ga_sos_2018").stdout


def test_every_format_that_is_read_can_be_named():
    assert tuple(entry.name for entry in FORMATS) == tuple(FormatName)


def test_show_marks_what_it_cuts(folder):
    name, party = "ANN " + 40 * "X", "Party of the Many and the Few"
    rows = f"1,North,One,25,{name},{party},10\n1,North,One,25,BOB,New Party,20\n"
    (folder / "first_round.csv").write_text(HEADER + rows, encoding="utf-8")
    said = RACE.replace("[ANN, BOB]", f"[{name}, BOB]")
    (folder / "race.yaml").write_text(said, encoding="utf-8")
    lines = run("show", folder).stdout.splitlines()
    cut = next(line for line in lines if line.startswith("* ANN"))
    assert re.match(r"\* ANN X+… +Party of the Many and…  ", cut)
    assert max(map(len, lines)) <= 80
    # What has room is whole.
    assert any("New Party" in line for line in lines)
