"""Numbers and names as people say them."""

from datetime import date

import pytest

from forecast.output import words
from forecast.race.level_words import plural


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("KAREN HANDEL", "Handel"),
        ("JON OSSOFF", "Ossoff"),
        ("MARINE LE PEN", "Le Pen"),
        ("John Smith, Jr.", "Smith"),
        ("Henry McLeish III", "McLeish"),
        ("ANN ORR (I)", "Orr"),
        ("Lula", "Lula"),
        ("JR.", "Jr."),
        ("", ""),
        ("LE PEN", "Le Pen"),
        ("VAN JONES", "Jones"),
        ("Candidate 3", "Candidate 3"),
    ],
)
def test_last_names(name: str, last: str) -> None:
    assert words.last_name(name).rstrip(".") == last.rstrip(".")


def test_full_names_where_last_names_are_the_same() -> None:
    assert words.short_names(("ANN ORR", "BOB ORR", "CY POE")) == ("Ann Orr", "Bob Orr", "Poe")


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.574, ("57%", "43%")),
        (0.5, ("50%", "50%")),
        (0.001, ("under 1%", "over 99%")),
        (0.999, ("over 99%", "under 1%")),
        (0.005, ("under 1%", "over 99%")),
        (0.995, ("over 99%", "under 1%")),
        (0.0, ("under 1%", "over 99%")),
        (1.0, ("over 99%", "under 1%")),
    ],
)
def test_chances_add_up(probability: float, said: tuple[str, str]) -> None:
    assert words.chances(probability) == said


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.25, "about 1 in 4"),
        (0.75, "about 3 in 4"),
        (0.73, "about 3 in 4"),
        (0.7, "about 7 in 10"),
        (0.71, "about 7 in 10"),
        (0.67, "about 2 in 3"),
        (0.3, "about 3 in 10"),
        (0.41, "about 2 in 5"),
        (0.55, "about 5 in 9"),
        (0.56, "about 5 in 9"),
        (0.54, "about 5 in 9"),
        (0.6, "about 3 in 5"),
        (0.79, "about 4 in 5"),
        (0.84, "about 5 in 6"),
        (0.5, "about even"),
        (0.033, "about 1 in 30"),
        (0.95, "about 19 in 20"),
        (0.004, "under 1 in 100"),
        (0.997, "over 99 in 100"),
        (1.0, "always in these draws"),
    ],
)
def test_a_chance_in_words(probability: float, said: str) -> None:
    assert words.chance_in_words(probability) == said


def test_a_county_without_a_name_is_called_so() -> None:
    assert (words.county_name(""), words.county_name("FULTON")) == ("no county", "Fulton")


def test_one_percent_is_said_in_one_way() -> None:
    assert {words.chance_in_words(p) for p in (0.626, 0.63, 0.634)} == {"about 3 in 5"}


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1st"), (12, "12th"), (23, "23rd"), (91, "91st"), (111, "111th")]
)
def test_ordinals(number: int, said: str) -> None:
    assert words.ordinal(number) == said


@pytest.mark.parametrize(
    ("margin", "said"),
    [(0.011, "Handel +1.1"), (-0.026, "Ossoff +2.6"), (0.0004, "even"), (-0.0004, "even")],
)
def test_a_margin_names_who_leads(margin: float, said: str) -> None:
    assert words.lead(margin, ("Handel", "Ossoff")) == said


def test_initials_only_where_they_differ() -> None:
    assert words.initials(("Handel", "Ossoff")) == ("H", "O")
    assert words.initials(("Adams", "Allen")) == ("Adams", "Allen")


@pytest.mark.parametrize(
    ("votes", "said"), [(231_049, "231,000"), (6_437, "6,440"), (437, "437"), (0, "0")]
)
def test_votes_are_rounded_in_prose(votes: float, said: str) -> None:
    assert words.rounded_votes(votes) == said


@pytest.mark.parametrize(
    ("count", "word", "said"),
    [
        (1, "parish", "1 parish"),
        (2, "parish", "2 parishes"),
        (3, "county", "3 counties"),
        (4, "precinct (all modes)", "4 precincts"),
        (1, "precinct (election day) + one unit a parish", "1 precinct"),
    ],
)
def test_plurals(count: int, word: str, said: str) -> None:
    assert plural(count, word) == said


@pytest.mark.parametrize(
    ("bloc", "tag"),
    [
        ("R", "(R)"),
        ("IND", "(IND)"),
        ("Socialist", "(S)"),
        ("", ""),
        ("far_left", "(far left)"),
        ("right", "(right)"),
    ],
)
def test_party_tags(bloc: str, tag: str) -> None:
    assert words.party_tag(bloc) == tag


def test_days() -> None:
    assert words.day(date(2017, 6, 20)) == "June 20, 2017"


@pytest.mark.parametrize(
    ("value", "said"), [(0.04, "0.0"), (-0.04, "0.0"), (-0.06, "-0.1"), (1.25, "+1.2"), (0, "0.0")]
)
def test_zero_has_no_sign(value: float, said: str) -> None:
    assert words.signed(value) == said


@pytest.mark.parametrize(
    ("error", "said"), [(0.0002, "under 0.1 points"), (0.002, "±0.2 points or less")]
)
def test_an_error_that_is_nothing_is_not_printed_as_zero(error: float, said: str) -> None:
    assert words.error_at_most(error) == said


@pytest.mark.parametrize(
    ("part", "said"),
    [(1.0, "100%"), (0.9951, "over 99%"), (0.994, "99%"), (0.004, "under 1%"), (0.0, "0%")],
)
def test_a_part_is_rounded_neither_to_all_nor_to_none(part: float, said: str) -> None:
    assert words.in_percent(part) == said


def test_whole_numbers_add_up_to_the_rounded_sum() -> None:
    assert words.whole_numbers([0.5, 0.5, 0.5, 0.5]) == [1, 1, 0, 0]
    assert words.whole_numbers([632.6, 255.5, 171.2]) == [633, 255, 171]
    assert words.whole_numbers([]) == []
