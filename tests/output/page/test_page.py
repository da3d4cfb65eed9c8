"""The page as text: what is in it, in which order, and what must not be."""

import hashlib
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.fitted_race import load_race
from forecast.learn.effects import UNSEEN
from forecast.output import words
from forecast.output.data_words import missing_parts
from forecast.output.document import document
from forecast.output.forecast_text import render
from forecast.output.page import report
from forecast.output.page.column_words import measures_of
from forecast.output.page.history_figure import history
from forecast.output.page.page_figures import figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.place_figures import _end_labels
from forecast.output.page.report import page_html, write_page
from forecast.output.page.unit_table import unit_table
from forecast.output.prior_table import explained_priors, prior_range
from forecast.output.race_words import rows_noun, unit_name, units_words
from forecast.output.record_places import races_of
from forecast.output.track_record import units_record
from forecast.race.person_names import readable_name
from forecast.race.units import sums_blocs
from forecast.stats.distributions import Points
from tests.page_forecasts import ATTACK, PROVINCES

SECTIONS = [
    "headline",
    "margin",
    "map",
    "counties",
    "flows",
    "turnout",
    "polls",
    "what-if",
    "record",
    "fit",
    "made-of",
]
MAX_PAGE_BYTES = 2_000_000


class Reader(HTMLParser):
    """Elements, what they point to, and the text that a person reads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.shown: list[str] = []
        self.silent = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag == "section":
            self.sections.append(str(found["id"]))
        self.links += [str(found[name]) for name in ("src", "href") if name in found]
        if tag in ("script", "style"):
            self.silent = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.shown.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.shown).split())


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    return Reader(page)


def test_sections_come_in_their_order(read: Reader) -> None:
    assert read.sections == SECTIONS


def test_nothing_points_outside_the_page(read: Reader) -> None:
    assert read.links
    assert all(link.startswith(("#", "data:")) for link in read.links)


def test_the_page_is_small_enough_to_send(page: str) -> None:
    assert 1_000_000 < len(page.encode()) < MAX_PAGE_BYTES


def test_the_headline_says_the_odds_of_the_forecast(read: Reader, ga06: PageInputs) -> None:
    first, second = words.chances(ga06.simulation.forecast.finalists[0].win_probability)
    assert f"Karen Handel (R) {first}" in read.text
    assert f"Jon Ossoff (D) {second}" in read.text
    assert re.search(r"Ossoff was favored: about a \d\u2011in\u2011\d+ chance", read.text)


def test_the_page_says_its_day_its_result_and_its_polls(read: Reader, ga06: PageInputs) -> None:
    assert "Retrospective forecast as of June 19, 2017." in read.text
    assert "Actual result (not used): Handel won, 51.8 to 48.2 percent (134,799 to " in read.text
    assert "134,799 to 125,517 votes" in read.text
    used = ga06.simulation.polls
    assert used is not None
    assert all(poll.poll.pollster in read.text for poll in used.evidence.likelihood.polls)
    assert "pluralvote.com" in read.text


def test_the_first_round_stands_on_top(page: str, read: Reader, ga06: PageInputs) -> None:
    line = "First round: Ossoff 48.1%, Handel 19.8%, Gray 10.8%, Moody 8.8% and 14 others"
    assert page.index(f'<p id="first-round">{line}.</p>') < page.index("figure-hundred")
    assert line in render(ga06.simulation).splitlines()
    assert "Made from the first round of April 18, 2017 and 13 polls." in read.text


def test_notes_of_the_race_folder_stand_at_its_data(ga06: PageInputs, page: str) -> None:
    simulation = ga06.simulation
    contest = replace(simulation.race.contest, notes="mail ballots of one county are missing")
    race = replace(simulation.race, contest=contest)
    prepared = replace(simulation.prepared, race=race)
    made = page_html(replace(ga06, simulation=replace(simulation, prepared=prepared)))
    assert "Notes on the data: Mail ballots of one county are missing</p>" in made
    assert "Notes on the data" not in page


def test_a_runoff_still_to_come_has_no_word_of_its_result(
    page: str, ga06: PageInputs, hostile: PageInputs
) -> None:
    said = "Nothing about the result of the runoff goes in."
    assert (ga06.result is None) == (said not in page)
    alone = page_html(hostile)
    assert (hostile.result is None) == (said not in alone)
    assert ", without polls." in alone


def test_the_table_of_places_has_a_short_link(page: str) -> None:
    assert "<summary>Every precinct</summary>" in page
    assert '<p class="remark">Round one: ' in page


# What a reader stumbled over, as patterns; docs/page.md has what the words in its place mean.
OLD_WORDS = (
    r"\d in 100\b",
    "One of them will be",
    "from the number of draws",
    "did not vote",
    "stay home",
    r"others \(R\)",
    "all R in round one",
    "Blocs do not come home",
    "polls alone",
    "change, points",
    "rests on",
    "Result, not used",
    "computed without a sign",
    "for statisticians",
    "others said",
    "as the program has them",
    "numbers set in advance",
    "its non-voters",
    "move it by less",
    "with everything",
    "elections of all parties",
    "intervals held",
    "intervals were exact",
    "decided on the day",
    "fell short",
    "barely ahead",
    "could not teach",
    "Nobody sees",
    "Where there is none",
    "race-specific priors \\(",
    "not published",
    "at its \\d",
)


@pytest.mark.parametrize("old", OLD_WORDS)
def test_no_output_has_the_old_words(old: str, read: Reader, ga06: PageInputs) -> None:
    page = read.text.partition("Files, priors, versions")[0]
    # Of a precinct's registered voters it is said in a sentence that some did not vote.
    if old == "did not vote":
        page = page.partition("Every precinct")[0]
    assert not re.search(old, page)
    assert not re.search(old, render(ga06.simulation))


def test_numbers_stand_behind_the_cells(page: str) -> None:
    """The CSV of a table takes them, an interval as two columns."""
    assert re.search(r'<td data-v="-?\d+\.\d+">(Handel|Ossoff) \+\d+\.\d</td>', page)
    assert re.search(r'<td data-v="\d+\.?\d*\|\d+\.?\d*">\d+ to \d+</td>', page)
    assert 'data-v="expected margin of Handel, points"' in page


def test_a_page_with_an_address_has_a_card(ga06: PageInputs, tmp_path: Path) -> None:
    path = write_page(ga06, tmp_path / "a.html", url="https://example.org/x/a.html")
    text = path.read_text(encoding="utf-8")
    assert '<meta property="og:image" content="https://example.org/x/a.png">' in text
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "og:image" not in page_html(ga06)


def test_no_number_is_more_precise_than_what_is_known(read: Reader) -> None:
    """Up to the priors, whose ends, in shares, have digits with a meaning."""
    people = read.text.partition("Which priors decide")[0]
    assert len(people) > 5_000
    assert not re.findall(r"\d+\.\d{2,}", people)


def test_every_candidate_and_precinct_is_in_a_table(read: Reader, ga06: PageInputs) -> None:
    race = ga06.simulation.race
    for name in race.first_round.candidates:
        assert readable_name(name) in read.text
    assert all(unit_name(race, name) in read.text for name in race.first_round.unit_names)


def test_priors_inputs_versions_and_seed_are_told(read: Reader, ga06: PageInputs) -> None:
    simulation = ga06.simulation
    told = [entry.path for entry in simulation.priors.entries]
    told += [*simulation.inputs, *simulation.inputs.values(), *simulation.versions.values()]
    told.append(f"--seed {simulation.forecast.seed}")
    assert [text for text in told if text not in read.text] == []


def test_what_learned_priors_have_not_seen_is_said_once(read: Reader, ga06: PageInputs) -> None:
    (said,) = {
        entry.why.partition(UNSEEN)[2]
        for entry in ga06.simulation.priors.entries
        if entry.origin == "learned"
    }
    assert read.text.count(said) == 1
    assert f"No finished runoff shows: {said}." in read.text
    assert explained_priors(ga06.simulation.priors).count("No finished runoff shows") == 1


def test_places_have_no_turnout_where_voters_are_assumed(ga06: PageInputs) -> None:
    simulation = ga06.simulation
    units = replace(simulation.prepared.units, eligible_known=False)
    prepared = replace(simulation.prepared, units=units)
    assumed = replace(ga06, simulation=replace(simulation, prepared=prepared))
    known, table = unit_table(ga06), unit_table(assumed)
    assert "registered" in str(known.columns[-1])
    assert [str(column) for column in table.columns] == [str(c) for c in known.columns[:-1]]
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert "turnout" in measures_of(ga06)
    assert figure("map-turnout", ga06).chart is not None
    # `forecast plot` has nothing to draw then, and says why.
    drawn = figure("map-turnout", assumed)
    assert "turnout" not in drawn.choices
    with pytest.raises(InputError, match="Turnout cannot be shown as a share of registered voters"):
        drawn.save("turnout.png")
    assert "turnout" not in figure("map", assumed).choices
    assert "turnout" not in measures_of(assumed)


def test_the_table_of_places_says_how_their_ranges_did(ga06: PageInputs) -> None:
    group = "kind special_all_party"
    total = next(one for one in ga06.record["totals"] if one["group"] == group)
    said = f"80% ranges of single places held {100 * total['units']['coverage80']:.0f}%"
    assert f"In {total['n']} finished races (all-party special elections), {said}" in (
        unit_table(ga06).remark
    )
    # A race of the record is told to be among them.
    race = ga06.simulation.race
    own = replace(race, contest=replace(race.contest, id=races_of(group)[0].id))
    found = units_record(own, ga06.record)
    assert found is not None
    assert found.has_own
    prepared = replace(ga06.simulation.prepared, race=own)
    known = replace(ga06, simulation=replace(ga06.simulation, prepared=prepared))
    assert "this one among them), 80% ranges" in unit_table(known).remark


def test_a_range_of_a_prior_has_no_zero_with_a_sign(ga06: PageInputs) -> None:
    entry = ga06.simulation.priors.entries[0]
    shown = prior_range(replace(entry, support="number", distribution=Points(0.1, 0.08)))
    assert shown == "0.0 to 0.2"


def test_sources_say_their_license_in_plain_words(read: Reader) -> None:
    assert "licence" not in read.text
    assert "GA06/, revision 54d3099, no license stated" in read.text
    assert "csv/, revision b3305a9, license: MIT" in read.text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("license: MIT", "License: MIT"),
        ("licence: no licence file in repo (public records)", "No license stated (public records)"),
        ("license: see the licence of ONPE", "License: see the license of ONPE"),
        ("notes: none", None),
    ],
)
def test_the_license_of_a_whole_folder_stands_behind_its_sources(
    said: str, shown: str | None, tmp_path: Path
) -> None:
    folder = shutil.copytree(shipped_folder("data") / "ga06-2017", tmp_path / "race")
    text = (folder / "race.yaml").read_text(encoding="utf-8").partition("sources:")[0]
    sources = f"sources: [first rounds, runoffs]\n{said}\n"
    (folder / "race.yaml").write_text(f"{text}{sources}", encoding="utf-8")
    contest = load_race(folder).contest
    assert report.sources_words(contest) == ("first rounds", "runoffs", *filter(None, [shown]))


def test_the_first_sentence_of_the_flows_has_their_ranges(ga06: PageInputs) -> None:
    said = figure("flows", ga06).summary
    flows = [flow for flow in ga06.simulation.forecast.flows if flow.source == "BOB GRAY"]
    for flow in flows:
        mean, low, high = (
            round(100 * votes / flow.source_votes) for votes in (flow.mean, flow.q05, flow.q95)
        )
        assert low < mean < high
        assert f"{mean} ({low} to {high})" in said
    assert said.endswith("don't vote (means; in parentheses, 90% ranges).")


def test_the_result_is_in_the_turnout_and_called_not_used(
    ga06: PageInputs, hostile: PageInputs
) -> None:
    made, below = figure("turnout", ga06), ga06.simulation.draws.votes.sum(axis=1) < 260_316
    place = words.ordinal(round(100 * float(below.mean())))
    said = f"260,316 votes, which the forecast did not use; it falls at the {place} percentile"
    assert said in made.note
    assert made.table.rows[-1][:2] == ("actual result (not used)", "260,316")
    assert '"what": "result"' in json.dumps(made.spec())
    unknown = figure("turnout", hostile)
    assert "result" not in unknown.note + json.dumps(unknown.spec())
    assert "result" not in str(unknown.table.rows)


def test_paper_has_the_largest_places_alone(page: str, ga06: PageInputs) -> None:
    table, votes = unit_table(ga06), ga06.unit_forecasts.votes
    assert len(table.screen_only) == 148 == page.count('<tr class="screen"')
    printed = [index for index in range(208) if index not in table.screen_only]
    assert votes[printed].min() >= max(votes[index] for index in table.screen_only)
    assert "Printed: the 60 with the most expected votes, of 208." in page
    # What only a screen can do is in a part that is not printed.
    search = page.partition('<p class="search">')[2].partition("</p>")[0]
    assert "point at one on the map, or tap it" in search
    assert " tap " not in figure("map", ga06).note


def test_units_are_called_in_title_case_unless_by_a_code(ga06: PageInputs) -> None:
    names = {row[0] for row in unit_table(ga06).rows}
    assert {"Chamblee 2", "Addison 01", "AP01A"} <= names
    assert figure("map", ga06).note.startswith("Chamblee 2 has no outline")


def test_totals_of_early_votes_are_no_precincts(ga06: PageInputs) -> None:
    race = ga06.simulation.race
    assert (units_words(race), rows_noun(race)) == ("208 precincts", "precincts")

    def called(*names: str) -> str:
        """The race with other names of its first units."""
        units = (*names, *race.first_round.unit_names[len(names) :])
        changed = replace(race, first_round=replace(race.first_round, unit_names=units))
        assert rows_noun(changed) == "units"
        return units_words(changed)

    assert called("Early Voting") == "207 precincts and 1 early-voting total"
    assert called("EARLY VOTING", "Early Vote") == "206 precincts and 2 early-voting totals"
    assert called("Absentee", "Mail") == "206 precincts and 2 totals of one way of voting"


def test_a_legend_says_where_units_lie_beyond_its_ends() -> None:
    labels = _end_labels(-50, 50, np.array([-60.0, 0.0, 50.0]))
    assert "datum.value <= -50 ? '\u2264 '" in labels
    assert "\u2265" not in labels
    assert "\u2265" in _end_labels(-50, 50, np.array([51.0]))


def test_a_map_that_changed_is_seen(read: Reader, ga06: PageInputs, tmp_path: Path) -> None:
    map_file = ga06.folder / "units.geojson"
    digest = hashlib.sha256(map_file.read_bytes()).hexdigest()
    assert ga06.files[map_file.name] == digest
    assert [name for name in ga06.files if name.endswith("scenarios.yaml")]
    assert digest in read.text
    (tmp_path / map_file.name).write_bytes(map_file.read_bytes() + b" ")
    assert replace(ga06, folder=tmp_path).files[map_file.name] != digest
    map_file = tmp_path / map_file.name
    map_file.unlink()
    assert map_file.name not in replace(ga06, folder=tmp_path).files


def test_the_same_forecast_gives_the_same_page(page: str, ga06: PageInputs) -> None:
    assert page_html(ga06) == page


def test_the_page_is_written_whole_into_a_new_folder(ga06: PageInputs, tmp_path: Path) -> None:
    path = write_page(ga06, tmp_path / "new" / "page.html", "forecast report mine")
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert "forecast report mine" in path.read_text(encoding="utf-8")


def test_names_from_data_are_text(hostile: PageInputs, read: Reader) -> None:
    attacked = Reader(page_html(hostile))
    assert ATTACK in attacked.text
    # As many scripts as any page has, and none of them is the candidate's.
    assert attacked.tags.count("script") == read.tags.count("script") == 3
    # Its precincts are all in one county, which is not shown beside them.
    assert attacked.sections == [name for name in SECTIONS if name not in ("polls", "counties")]


def test_units_that_are_their_own_groups_are_shown_once(provinces: PageInputs) -> None:
    page = page_html(provinces)
    said = Reader(page)
    # The priors have names of their own for the levels of the model.
    shown = said.text.partition("Every prior")[0]
    assert not re.search(r"(?i)\b(county|counties|area)\b", shown)
    assert "Azuay, Azuay" not in page
    assert '<a href="#counties">Provinces</a>' in page
    assert "Province by province" in said.text
    assert '<option value="Azuay" data-unit="Azuay">' in page
    assert "for the race and its provinces together" in said.text
    numbers = unit_table(provinces)
    assert numbers.columns[0] == "province"
    assert [row[0] for row in numbers.rows] == list(PROVINCES)


def test_units_all_in_one_group_have_no_section_of_groups(hostile: PageInputs) -> None:
    page = page_html(hostile)
    assert "#counties" not in page
    shown = Reader(page).text.partition("Every prior")[0]
    assert not re.search(r"(?i)\b(county|counties)\b", shown)
    with pytest.raises(InputError, match="forecast plot map"):
        figure("counties", hostile).save("counties.png")


def test_a_race_without_outlines_has_a_table_and_says_why(hostile: PageInputs) -> None:
    text = Reader(page_html(hostile)).text
    assert "No map: the outlines of the precincts are not at hand." in text
    assert "units.geojson" not in text
    assert "Find a precinct" in text


def test_an_unhealthy_fit_is_shouted(ga06: PageInputs, page: str) -> None:
    from dataclasses import replace

    simulation = ga06.simulation
    bad = replace(simulation.fit, diagnosis=replace(simulation.fit.diagnosis, divergences=3))
    text = page_html(replace(ga06, simulation=replace(simulation, fit=bad)))
    assert "Do not publish this page" in text
    assert "Do not publish this page" not in page


def test_without_a_record_the_page_says_where_it_comes_from(
    ga06: PageInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from forecast.output.page import page_inputs as inputs

    monkeypatch.setattr(inputs, "read_record_summary", dict)
    text = Reader(page_html(replace(ga06))).text
    assert "without the record of its past forecasts" in text


def test_earlier_forecasts_are_drawn_by_day(ga06: PageInputs, tmp_path: Path) -> None:
    early = document(ga06.simulation) | {"as_of": "2017-06-05"}
    (tmp_path / "early.json").write_text(json.dumps(early), encoding="utf-8")
    inputs = PageInputs.of(ga06.simulation, "ga06-2017", history=[tmp_path])
    made = history(inputs)
    assert made.chart is not None
    assert [row[0] for row in made.table.rows] == ["June 5, 2017", "June 19, 2017"]
    assert "2 forecasts in all" in made.summary
    made.save(tmp_path / "history.svg")
    # This very forecast, given as an earlier one, is none.
    late = document(ga06.simulation)
    (tmp_path / "early.json").write_text(json.dumps(late), encoding="utf-8")
    assert history(PageInputs.of(ga06.simulation, "ga06-2017", history=[tmp_path])).chart is None


def test_what_the_terminal_misses_is_in_the_page_and_in_the_json(
    provinces: PageInputs, hostile: PageInputs, ga06: PageInputs
) -> None:
    for inputs, lacks in (
        (provinces, ["blocs", "baseline", "finished_runoffs"]),
        (hostile, ["baseline", "finished_runoffs"]),
        (ga06, []),
    ):
        parts = missing_parts(inputs.simulation)
        assert list(parts) == lacks
        text, said = Reader(page_html(inputs)).text, render(inputs.simulation)
        assert ("Missing for this race" in text) == bool(lacks) == ("  missing " in said)
        assert "(docs/" not in text.partition("Every prior")[0]
        for part in parts.values():
            assert re.sub(r" \(docs/[a-z]+\.md\)", "", part)[1:] in text
            assert part in " ".join(said.split())
        missing = document(inputs.simulation)["missing"]
        assert {one["what"]: one["words"] for one in missing} == parts
    text = Reader(page_html(provinces)).text
    assert "of them for no candidate (invalid ballots, blank ballots), not in the turnout" in text


def test_blank_ballots_go_to_no_finalist(provinces: PageInputs) -> None:
    made = figure("flows", provinces)
    assert made.table.columns[-2:] == ("don't vote", "no finalist")
    cells = {row[0]: row[-2:] for row in made.table.rows}
    assert (
        cells["invalid ballots (Votos nulos)"][0] == "" != cells["invalid ballots (Votos nulos)"][1]
    )
    assert cells["Diego Peñafiel-Montes (IU)"][1] == "" != cells["Diego Peñafiel-Montes (IU)"][0]
    ribbons = json.dumps(made.spec(), ensure_ascii=False)
    assert "invalid ballots to no finalist" in ribbons
    assert "invalid ballots to don't vote" not in ribbons
    assert "Invalid ballots, blank ballots: they voted" in made.note
    content = document(provinces.simulation)
    to = {flow["from"]: flow["to"] for flow in content["flows"]}  # the last of each
    assert to["Votos nulos"] == "no finalist"
    assert to["Diego Peñafiel-Montes"] == "not voting"
    nobody = [one["name"] for one in content["choices"] if not one["is_candidate"]]
    assert nobody == ["Votos nulos", "Votos en blanco"]
    unit = unit_table(provinces).notes[0]
    named = r"invalid ballots \(Votos nulos\) and blank ballots \(Votos en blanco\)"
    assert re.search(rf"[\d,]+ for nobody: {named}", unit)


def test_blocs_have_a_column_where_they_are_no_parties(provinces: PageInputs) -> None:
    assert "bloc" not in figure("flows", provinces).table.columns
    race = provinces.simulation.race
    blocs = {"left": ("Revolución Popular", "Izquierda Unida")}
    named = replace(race, contest=replace(race.contest, blocs=blocs))
    simulation = provinces.simulation
    prepared = replace(simulation.prepared, race=named)
    table = figure("flows", replace(provinces, simulation=replace(simulation, prepared=prepared)))
    rows = {row[0]: row[1] for row in table.table.rows}
    assert rows["Lucía Andrade Vera (RP)"] == rows["Diego Peñafiel-Montes (IU)"] == "left"
    assert rows["Mateo Ferrín Solís (AN)"] == ""


def test_shares_of_round_one_say_what_they_are_of(ga06: PageInputs, provinces: PageInputs) -> None:
    """The votes of eliminated candidates of a finalist's bloc are in it, where there are any."""
    race = ga06.simulation.race
    assert sums_blocs(race)
    numbers = unit_table(ga06)
    assert numbers.columns[2] == "Republican bloc, % of both blocs in round one"
    assert "votes of the Republican bloc, all its candidates" in numbers.remark
    (swing,) = (column for column in numbers.columns if "swing" in column)
    assert "from the bloc's share in round one" in swing.value  # type: ignore[attr-defined]
    assert not sums_blocs(provinces.simulation.race)
    numbers = unit_table(provinces)
    first, second = provinces.labels
    assert numbers.columns[1] == f"{first}, % of {first} + {second} in round one"
    (swing,) = (column for column in numbers.columns if "swing" in column)
    assert "bloc" not in swing.value + numbers.remark  # type: ignore[attr-defined]


def test_initials_of_parties_are_spelled_out(provinces: PageInputs, ga06: PageInputs) -> None:
    made = figure("flows", provinces)
    assert "Lucía Andrade Vera (RP)" in {row[0] for row in made.table.rows}
    assert "Parties: RP = Revolución Popular; AN = Acción Nacional; MP = Movimiento" in made.note
    said = Reader(page_html(provinces)).text
    assert "Lucía Andrade Vera (Revolución Popular)" in said
    assert "parties     RP = Revolución Popular;" in render(provinces.simulation)
    assert "Parties:" not in figure("flows", ga06).note  # R and D need no words


def test_a_unit_that_is_its_own_group_has_one_margin(provinces: PageInputs) -> None:
    by_unit = {row[0]: row[2] for row in unit_table(provinces).rows}
    by_group = {row[0]: row[1] for row in figure("counties", provinces).table.rows}
    assert by_unit == by_group


def test_what_only_an_operator_can_use_is_told_by_the_command(hostile: PageInputs) -> None:
    told: list[str] = []
    text = Reader(page_html(replace(hostile, notify=told.append))).text
    assert [line for line in told if "units.geojson" in line]
    shown = text.partition("Files read")[0]
    for name in ("units.geojson", "race.yaml", "forecast scenarios", "forecast diagnose", "docs/"):
        assert name not in shown
    said = "a judgment (race.yaml), error (runoff.error.race_lean) 1.2 (90%)"
    assert report.for_readers(said) == "a judgment, error 1.2 (90%)"
