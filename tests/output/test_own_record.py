"""The record that a forecast quotes: never its own race, of which kinds, and strong favorites."""

import math
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast import fitted_race
from forecast.output.data_words import UNSEEN_PRESIDENTS, missing_parts
from forecast.output.record_bins import (
    band_of,
    calibration_bins,
    favorites_words,
    strong_favorites_words,
)
from forecast.output.record_places import races_of
from forecast.output.record_words import track_record_words
from forecast.output.track_record import own_races, read_record_summary, track_record
from forecast.output.turnout_words import chance_by_turnout_words
from forecast.race.contest import Race
from forecast.stats.clustered import clustered_error
from forecast.workflow import Simulation


def slovak(**also: object) -> Race:
    """A race of two candidates without parties, with the days of Slovakia's president of 2024."""
    race = fitted_race.load_race("ga06-2017")
    contest = replace(
        race.contest,
        **{
            **{"id": "sk", "title": "Slovak president", "office": "President", "state": ""},
            **{"place": "Slovakia", "country": "Slovakia", "level": "national"},
            **{"kind": "top_two", "blocs": {}},
            **{"first_round": date(2024, 3, 23), "runoff": date(2024, 4, 6)},
            **also,
        },
    )
    returns = replace(race.first_round, parties=("",) * len(race.first_round.parties))
    return replace(race, contest=contest, first_round=returns)


def test_a_race_is_not_in_the_record_that_it_quotes() -> None:
    race, group = slovak(), "level national"
    (own,) = own_races(race, group)
    assert own.id == "sk_pres_2024"
    total = next(t for t in read_record_summary()["totals"] if t["group"] == group)
    found = track_record(race)
    assert found is not None
    assert (found.group, found.races) == (group, total["n"] - 1)
    assert "Slovakia" not in found.by_place
    assert "none in Slovakia, 2 elsewhere" in track_record_words(found, uses_polls=False)
    # What its intervals held is taken out as well, so that the rest is a number of races.
    for percent, part in found.coverage.items():
        assert part * found.races == pytest.approx(round(part * found.races))
        assert part * found.races in (
            pytest.approx(total["coverage"][percent] * total["n"]),
            pytest.approx(total["coverage"][percent] * total["n"] - 1),
        )
    assert sum(row["n"] for row in calibration_bins(race)[1]) == found.races
    assert own_races(slovak(runoff=date(2029, 4, 7)), group) == ()


def test_a_president_is_told_the_record_of_presidents() -> None:
    found = track_record(slovak(id="new", runoff=date(2029, 4, 7), country="Austria"))
    assert found is not None
    # Of 17 second rounds of the top two outside the United States two elected mayors.
    kinds = [finished.level for finished in races_of("kind top_two")]
    assert kinds.count("local") == 2
    assert found.races == found.of_office == kinds.count("national")
    assert "Bulgaria" not in found.by_place
    said = track_record_words(found, uses_polls=False)
    assert "(presidential elections: 4 in Chile, 3 in France," in said
    assert "other offices" not in said
    # The error of the mean over so few days is told with it.
    assert found.coverage_error("80") == pytest.approx((0.8 * 0.2 / found.days) ** 0.5, rel=0.05)


def test_a_record_of_other_offices_is_called_one() -> None:
    mayor = slovak(
        id="new", office="Mayor", country="Austria", level="local", kind="local_executive"
    )
    found = track_record(mayor)
    assert found is not None
    assert found.of_office is not None
    assert 2 * found.of_office < found.races
    said = track_record_words(found, uses_polls=False)
    assert f"only {found.of_office} of them were for an office like this one" in said
    # Mayors of a country that has enough of them are told those alone.
    croatian = track_record(replace(mayor, contest=replace(mayor.contest, country="Croatia")))
    assert croatian is not None
    assert croatian.group == "place Croatia, kind local_executive"
    assert "other offices" not in track_record_words(croatian, uses_polls=False)
    # Of an office that the kind does not tell there is no record of presidents without a word.
    unknown = track_record(replace(mayor, contest=replace(mayor.contest, kind="top_two")))
    assert unknown is not None
    assert "only 2 of them were" in track_record_words(unknown, uses_polls=False)


def test_a_race_of_a_state_is_known_by_its_days_and_shares() -> None:
    race = fitted_race.load_race("la20151024_0016")
    renamed = replace(race, contest=replace(race.contest, id="mine", country="US", state="LA"))
    group = "place US LA, kind general_runoff"
    assert [own.id for own in own_races(renamed, group)] == ["la20151024_0016"]


def test_where_its_own_scores_are_not_known_the_record_says_so() -> None:
    summary = {**read_record_summary()}
    del summary["races"]
    found = track_record(slovak(), summary)
    assert found is not None
    assert found.has_own
    assert "this race itself is among them" in track_record_words(found, uses_polls=False)


def test_later_races_of_the_record_are_counted() -> None:
    early = track_record(slovak(), as_of=date(1990, 1, 1))
    late = track_record(slovak(), as_of=date(2030, 1, 1))
    assert early is not None
    assert late is not None
    assert (early.later, late.later) == (early.races, 0)
    assert "all of them were held on or after the day of this forecast" in track_record_words(
        early, uses_polls=False
    )
    assert "on or after" not in track_record_words(late, uses_polls=False)


def test_a_record_of_a_place_says_of_which_kinds_it_is() -> None:
    race = slovak(country="US", state="GA", level="local", kind="mayor", place="Macon, Georgia")
    found = track_record(race)
    assert found is not None
    assert found.group == "place US GA"
    assert sum(found.by_kind.values()) == found.races
    said = track_record_words(found, uses_polls=False)
    assert "races in Georgia: 122 primary runoffs, 50 all-party special elections" in said
    assert "; none are mayoral elections)" in said
    known = track_record(slovak(country="US", state="GA", level="federal", kind="general_runoff"))
    assert known is not None
    assert "none are" not in track_record_words(known, uses_polls=False)


def record_of(*favorites: tuple[float, float], group: str = "all", step: int = 1) -> dict[str, Any]:
    """The record of a few finished races: the favorite's chance, and whether it won.

    Of a race each that the table of finished ones has in a group, every so many of them.
    """
    races = races_of(group)[::step][: len(favorites)]
    assert len(races) == len(favorites)
    return {
        "races": {
            "id": [race.id for race in races],
            "pit": [0.5] * len(races),
            "crps": [0.02] * len(races),
            "favourite": [chance for chance, _ in favorites],
            "won": [won for _, won in favorites],
        }
    }


def test_strong_favorites_that_fell_short_are_told() -> None:
    race = slovak()
    fair = [(0.7, float(i % 10 < 7)) for i in range(20)]

    def summary(wins: int) -> dict[str, Any]:
        strong = [(0.95, float(i < wins)) for i in range(18)]
        return record_of(*fair, *strong, group="kind general_runoff", step=30)

    assert strong_favorites_words(race, summary(18)) == ""
    text = strong_favorites_words(race, summary(12))
    assert text.startswith("Strong favorites underperformed (all kinds and places): of 18 given a")
    assert "(average 95%), 12 won (67%; 90% interval " in text
    assert strong_favorites_words(race, {}) == ""
    # Of a strong favorite the sentence on its band says it; of others it follows that on theirs.
    assert "Strong favorites" not in favorites_words(race, 0.04, summary(12))
    other = favorites_words(race, 0.7, summary(12))
    assert other.startswith("Of 20 favorites with a 65 to 90% chance, like this one (all kinds")
    assert text in other


def test_favorites_with_a_chance_like_this_one_are_told_from_the_record() -> None:
    louisiana = replace(fitted_race.load_race("ga06-2017"))
    contest = replace(
        louisiana.contest, id="la", state="LA", place="Louisiana", kind="general_runoff"
    )
    race = replace(louisiana, contest=contest)
    columns = read_record_summary()["races"]
    day = {one.id: one.runoff for one in races_of("place US LA, kind general_runoff")}
    rows = [
        (chance, won, day[name])
        for name, chance, won in zip(*(columns[k] for k in ("id", "favourite", "won")), strict=True)
        if name in day and 0.65 <= chance < 0.9
    ]
    chances, wins = (np.array([row[at] for row in rows]) for at in (0, 1))
    for probability in (0.72, 0.2):
        band = band_of(race, probability)
        assert band is not None
        assert (band.low, band.high, band.races) == (65, 90, len(rows))
        assert band.days == len({row[2] for row in rows})
        assert band.won == pytest.approx(wins.mean())
        assert band.forecast == pytest.approx(chances.mean())
        clustered = clustered_error(wins - chances, np.array([row[2] for row in rows]))
        assert clustered is not None
        assert band.error is not None
        assert band.error >= clustered
    text = favorites_words(race, 0.72)
    assert f"like this one, {wins.sum():.0f} won: {100 * wins.mean():.0f}%, against" in text
    # 72 for 77: more than two of its standard errors.
    assert text.endswith("points, clustered by day), a shortfall larger than chance explains")
    # A favorite that readers see at 90% is a strong one.
    bands = [band_of(race, chance) for chance in (0.896, 0.894)]
    assert [band and band.low for band in bands] == [90, 65]
    near = favorites_words(race, 0.55)
    assert " favorites with a 50 to 65% chance, like this one, " in near
    assert "chance explains" not in near


def test_an_error_is_never_below_that_of_independent_races_and_one_day_tells_none() -> None:
    race = slovak()
    all_won = record_of(*[(0.92, 1.0)] * 20, group="kind general_runoff", step=40)
    band = band_of(race, 0.95, all_won)
    assert band is not None
    assert band.error == pytest.approx((0.92 * 0.08 / 20) ** 0.5)
    assert not band.is_off
    # All of six are no surprise that a standard error could tell.
    few = record_of(*[(0.54, 1.0)] * 6, *[(0.95, 1.0)] * 20, group="kind general_runoff", step=40)
    band = band_of(race, 0.55, few)
    assert band is not None
    assert (band.races, band.won, band.is_off) == (6, 1.0, False)
    assert "; too few to judge" in favorites_words(race, 0.55, few)
    assert "too few to judge" not in favorites_words(race, 0.95, all_won)
    (one_day,) = {one.runoff for one in races_of("kind local_executive")}
    assert one_day
    same = record_of(*[(0.8, float(i % 2)) for i in range(40)], group="kind local_executive")
    text = favorites_words(race, 0.8, same)
    assert "20 won: 50%, against 80% forecast (on 1 day, too few for a standard error)" in text
    (dot,) = calibration_bins(race, same)[1]
    assert math.isnan(dot["low"])
    assert favorites_words(race, 0.95, same) == ""


def test_runoffs_of_the_country_that_taught_are_counted(simulation: Simulation) -> None:
    def said(day: date, **also: object) -> str:
        changed = replace(
            simulation,
            prepared=replace(simulation.prepared, race=slovak(**also)),
            as_of=day,
        )
        return missing_parts(changed)["finished_runoffs"]

    unseen = said(date(2024, 4, 5))
    assert unseen.startswith("finished runoffs of Slovakia: the record has none")
    assert "the record has none, so the range of the turnout is wide" in unseen
    assert UNSEEN_PRESIDENTS in unseen
    again = {"first_round": date(2029, 3, 24), "runoff": date(2029, 4, 7)}
    assert "of Slovakia: only one to learn from" in said(date(2029, 4, 6), **again)
    chile = {**again, "country": "Chile", "place": "Chile"}
    assert "of Chile: only four to learn from" in said(date(2029, 4, 6), **chile)
    assert "countries outside the record" not in said(date(2029, 4, 6), **chile)
    assert len(races_of("place Chile")) == 4
    # What is quoted of countries never seen is what the plan of scores found.
    held = re.search(r"of the turnouts covered (\d+), (\d+) and (\d+)%", UNSEEN_PRESIDENTS)
    assert held is not None
    root = Path(__file__).parents[2]
    looks = (root / "docs" / "plan-of-scores.md").read_text(encoding="utf-8")
    look = looks.partition("- **Twenty-first look**: the 66 presidents")[2].partition("- ")[0]
    assert f"turnout {'/'.join(held.groups())}" in look


def test_whether_the_chance_depends_on_the_turnout_is_counted(simulation: Simulation) -> None:
    def said(first: list[float], second: list[float]) -> str:
        votes = np.array([first, second]).T[:, None, :]
        draws = replace(simulation.draws, county_votes=np.tile(votes, (100, 1, 1)))
        return chance_by_turnout_words(replace(simulation, draws=draws))

    # The first wins where few vote, and loses where many do.
    text = said([60, 50, 70], [30, 60, 90])
    assert "the chance depends on it" in text
    assert "over 99% in the third of the draws with the lowest turnout, under 1% in the" in text
    assert "hardly depends" in said([60, 60, 90], [30, 80, 70])

    # 33 draws of a hundred each: of the highest third one loses a few.
    def apart(losses: int) -> str:
        wins = [60] * 100 + [70] * 100 + [90] * 100
        second = [50] * 100 + [60] * 100 + [80] * (100 - losses) + [95] * losses
        return said(list(map(float, wins)), list(map(float, second)))

    assert "the chance hardly depends on it" in apart(1)
    assert "the chance depends a little on it" in apart(5)
    assert "the chance depends on it" in apart(12)
