"""Imports: what is missing is asked for at once, and what fails leaves no file behind."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.importing.check import check_race
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_race import import_returns
from forecast.importing.race_yaml_writer import NewRace, with_new_table
from forecast.importing.reading import ReadOptions
from forecast.race.folder import load_race
from forecast.yaml_text import load_yaml

HEADER = "county,unit_name,candidate,party,votes\n"
NORTH = HEADER + "North,One,Ann Lee,R,10\nNorth,One,Bob,D,20\nNorth,Two,Bob,D,5\n"
SOUTH = HEADER + "South,One,Ann Lee,R,7\n"
DETAIL = """\
<ElectionResult><Region>North</Region><Contest text="Mayor">
<Choice text="ANN LEE (REP)"><VoteType name="Election Day Votes">
<Precinct name="One" votes="4"/><Precinct name="Two" votes="6"/></VoteType></Choice>
</Contest></ElectionResult>
"""
NEW_RACE = NewRace(
    title="Small",
    office="Mayor",
    first_round=date(2020, 3, 1),
    runoff=date(2020, 4, 5),
    finalists=("ANN LEE", "BOB"),
)


@pytest.fixture
def job(tmp_path):
    """The first round of two counties, not yet imported."""
    for name, text in (("north.csv", NORTH), ("south.csv", SOUTH), ("detail.xml", DETAIL)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = tmp_path / "north.csv", tmp_path / "south.csv"
    return ImportOptions("csv", files, tmp_path / "small", new_race=NEW_RACE)


@pytest.fixture
def done(job):
    """A job for the folder in which the first round is imported."""
    import_returns(job)
    return replace(job, new_race=NewRace())


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def table(folder, name, text):
    path = folder.parent / name
    path.write_text(text, encoding="utf-8")
    return (path,)


def test_files_of_several_counties_become_one_sound_race(job):
    done = import_returns(job)
    assert (done.n_units, done.votes) == (3, 42)
    race = load_race(job.folder)
    # The options name ANN LEE; the files spell her Ann Lee, and so does race.yaml.
    assert race.contest.finalists == ("Ann Lee", "Bob")
    assert (race.contest.id, race.contest.place) == ("small", "Small")
    assert race.contest.unit_kind == "precinct"
    report = check_race(job.folder)
    assert (report.faults, report.notes) == ((), ())


def test_options_win_over_defaults(job):
    said = replace(NEW_RACE, id="x1", place="Town", unit_kind="ward", blocs={"left": ("DEM",)})
    import_returns(replace(job, new_race=said))
    contest = load_race(job.folder).contest
    assert (contest.id, contest.place, contest.unit_kind) == ("x1", "Town", "ward")
    assert dict(contest.blocs) == {"left": ("DEM",)}


def test_all_missing_options_are_named_in_one_error(job):
    wanted = replace(job, file_format="clarity", new_race=NewRace(office="Mayor"))
    with pytest.raises(InputError) as caught:
        import_returns(wanted)
    assert "north.csv is not whole XML" in str(caught.value)
    (race,) = caught.value.faults
    asked = (
        "give --runoff; --title, --first-round, --finalist (twice) too where the files do not say"
    )
    assert f"{asked} them (a title is the election in words" in race
    assert "an office is" not in race
    with pytest.raises(InputError, match=r"give --title, --first-round, --runoff \(a title is"):
        import_returns(replace(job, new_race=NewRace(office="Mayor")))
    assert not job.folder.exists()


def test_options_of_another_table_are_named_too(job, done):
    wrong = replace(
        done,
        part="runoff",
        reading=ReadOptions(contests=("Mayor",), district="6"),
        election="x",
        new_race=NEW_RACE,
    )
    with pytest.raises(InputError) as caught:
        import_returns(wrong)
    assert [fault.split()[0] for fault in caught.value.faults] == [
        "--contest",
        "--district",
        "options",
        "--election",
    ]


def test_a_baseline_needs_its_election_and_day(done):
    with pytest.raises(InputError, match="a baseline needs --election, --date"):
        import_returns(replace(done, part="baseline"))


def test_runoff_before_the_first_round(job):
    wrong = replace(job, part="runoff", new_race=NewRace())
    with pytest.raises(InputError, match=r"has no race\.yaml yet; import the first round first"):
        import_returns(wrong)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (replace(NEW_RACE, runoff=date(2020, 2, 1)), r"race\.yaml: runoff: must be after"),
        (replace(NEW_RACE, finalists=("ANN LEE",)), "give --finalist twice or not at all"),
        (replace(NEW_RACE, finalists=("ANN LEE", "EVE")), "no finalist EVE in the files"),
        (replace(NEW_RACE, id="a b"), r"race\.yaml: id: letters, digits"),
    ],
)
def test_a_race_that_would_not_be_sound_is_not_written(job, said, message):
    with pytest.raises(InputError, match=message):
        import_returns(replace(job, new_race=said))
    assert not job.folder.exists()


def test_a_table_that_would_not_be_sound_is_not_written(done):
    north = table(done.folder, "june.csv", NORTH.replace(",Bob,", ",Eve,"))
    with pytest.raises(InputError, match=r"finalists\[1\]: 'Bob' is not in the files"):
        import_returns(replace(done, part="runoff", files=(*north, *done.files[1:])))
    assert names(done.folder) == ["first_round.csv", "race.yaml"]


def test_a_file_given_twice(job):
    copy = table(job.folder, "copy.csv", NORTH)
    with pytest.raises(InputError, match=r"Ann Lee in NORTH\|ONE is in both north.csv and copy"):
        import_returns(replace(job, files=(*job.files, *copy)))


def test_a_compressed_table_is_replaced_in_its_place(done):
    (done.folder / "first_round.csv").unlink()
    packed = done.folder / "first_round.csv.gz"
    packed.write_bytes(b"old")
    with pytest.raises(InputError, match=r"first_round\.csv\.gz exists"):
        import_returns(done)
    import_returns(replace(done, force=True))
    assert names(done.folder) == ["first_round.csv.gz", "race.yaml"]
    assert load_race(done.folder).first_round.votes_cast.sum() == 42


def test_an_existing_table_is_refused_before_any_file_is_read(done):
    with pytest.raises(InputError, match=r"first_round\.csv exists; choose another folder"):
        import_returns(replace(done, files=(done.folder / "no_such_file.csv",)))


def test_race_yaml_is_kept_unless_forced(done):
    with (done.folder / "race.yaml").open("a", encoding="utf-8") as file:
        file.write("notes: mine  # by hand\n")
    import_returns(replace(done, force=True))
    assert "# by hand" in (done.folder / "race.yaml").read_text(encoding="utf-8")
    other = replace(done, new_race=NewRace(title="Other"))
    with pytest.raises(InputError, match=r"race\.yaml exists; edit title there, or overwrite"):
        import_returns(other)
    import_returns(replace(other, force=True))
    assert load_race(done.folder).contest.title == "Other"
    assert load_race(done.folder).contest.office == "Mayor"


def test_equal_ids_are_the_same_unit_whatever_its_name(done):
    header = "unit_id,county,unit_name,candidate,votes\n"
    ids = ("NORTH|ONE", "NORTH|TWO", "SOUTH|ONE")
    rows = "".join(f"{unit},?,renamed {unit},{c},1\n" for unit in ids for c in ("ann lee", "BOB"))
    files = table(done.folder, "june.csv", header + rows)
    done_runoff = import_returns(replace(done, part="runoff", files=files))
    assert (done_runoff.extra, done_runoff.missing) == ((), ())
    assert check_race(done.folder).notes == ()


def test_clarity_baseline_and_units_that_it_does_not_have(done):
    crosswalk = table(done.folder, "names.csv", "county,name,known_as\nSouth,,One\n")[0]
    baseline = replace(
        done,
        file_format="clarity",
        files=(done.folder.parent / "detail.xml",),
        part="baseline",
        reading=ReadOptions(contests=("mayor",)),
        election="2016 Mayor",
        held=date(2016, 11, 8),
    )
    with pytest.raises(InputError, match="in the first round only: South, One"):
        import_returns(baseline)
    assert names(done.folder) == ["first_round.csv", "race.yaml"]
    imported = import_returns(replace(baseline, crosswalk=crosswalk))
    assert imported.path.name == "baseline_2016_mayor.csv"
    assert [unit.unit_id for unit in imported.missing] == ["SOUTH|ONE"]
    (read,) = load_race(done.folder).baselines
    assert (read.election, read.held) == ("2016 Mayor", date(2016, 11, 8))
    assert read.present.tolist() == [True, True, False]
    # A second import with --force replaces the table, and names it once.
    import_returns(replace(baseline, crosswalk=crosswalk, force=True))
    assert len(load_race(done.folder).baselines) == 1


def test_a_new_table_sets_what_is_said_and_keeps_the_rest():
    old = "id: a\nnotes: n\nnot_a_candidate: [Gone, Blank]\nsources: [mine]\n"
    said = {"finalists": ("A", "B"), "not_a_candidate": ["Null"]}
    text = with_new_table(old, said, {"A", "B", "Blank", "Null"}, ["REP", "DEM"], [Path("x.csv")])
    assert load_yaml(text) == {
        "id": "a",
        "notes": "n",
        "not_a_candidate": ["Blank", "Null"],
        "sources": ["first round imported from x.csv", "mine"],
        "finalists": ["A", "B"],
        "blocs": {"R": ["REP"], "D": ["DEM"]},
    }


def test_short_names_are_written_and_must_be_of_candidates(job):
    said = replace(NEW_RACE, short_names={"Ann Lee": "Annie"}, county_kind="ward")
    import_returns(replace(job, new_race=said))
    contest = load_race(job.folder).contest
    assert (contest.short_names, contest.county_kind) == ({"Ann Lee": "Annie"}, "ward")
    wrong = replace(job, folder=job.folder.with_name("other"))
    with pytest.raises(
        InputError, match=r"short_names.An Lee: no such candidate; did you mean 'Ann"
    ):
        import_returns(replace(wrong, new_race=replace(NEW_RACE, short_names={"An Lee": "Annie"})))
    assert not wrong.folder.exists()


def test_a_new_table_keeps_the_short_names_of_those_who_stand_in_it():
    old = "short_names: {A: Al, C: Cy}\n"
    for given, kept in (({}, {"A": "Al"}), ({"short_names": {"B": "Bo"}}, {"A": "Al", "B": "Bo"})):
        text = with_new_table(old, given, ["A", "B"], [], [Path("x.csv")])
        assert load_yaml(text)["short_names"] == kept
    gone = load_yaml(with_new_table(old, {}, ["B"], [], [Path("x.csv")]))
    assert "short_names" not in gone
