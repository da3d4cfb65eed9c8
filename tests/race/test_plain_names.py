"""Names that a person can read: what nobody sees is refused, shown in messages, or cleaned."""

import pytest

from forecast.race.plain_names import (
    cleaned,
    fault_of_name,
    first_twins,
    spreadsheet_cell,
    visible,
)


@pytest.mark.parametrize(
    "name",
    [
        "Ann Lee",
        "Zoë Ní Bhriain",
        "O'Neil, Ann-Marie (REP)",
        "محمد",
        "می\u200cخواهم",
        "- None -",
        "李",
    ],
)
def test_names_of_people_are_plain(name: str) -> None:
    assert fault_of_name(name) == ""
    assert cleaned(name) == name
    assert visible(name) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("\x1b[31mANN", "U+001B"),
        ("ANN\u202eEEL", "RIGHT-TO-LEFT OVERRIDE"),
        ("AN\u200bN", "ZERO WIDTH SPACE"),
        ("AN\u200dN", "ZERO WIDTH JOINER"),
        ("ANN\u2028", "LINE SEPARATOR"),
        ("ANN\x07", "U+0007"),
        ("=cmd|'/c calc'!A0", "formula"),
        ("@SUM(A1)", "formula"),
        ("+1|x", "formula"),
    ],
)
def test_what_nobody_sees_is_named(name: str, said: str) -> None:
    assert said in fault_of_name(name)
    assert "\x1b" not in fault_of_name(name)


def test_published_names_are_cleaned_and_messages_show_what_was_there() -> None:
    assert cleaned("AN\u200bN\tLEE\x1b") == "ANN LEE"
    assert visible("ANN\x1b[31m\u202e\nBOB") == "ANN\\x1b[31m\\u202e\nBOB"
    assert spreadsheet_cell("=1+1") == "'=1+1"
    assert spreadsheet_cell("Ann") == "Ann"


def test_names_that_look_the_same_are_twins() -> None:
    assert first_twins(["Zoe\u0308", "Zoë"]) == ("Zoe\u0308", "Zoë")
    assert first_twins(["می\u200cخ", "میخ"]) is not None
    assert first_twins(["Ann", "Bob", "Ann"]) is None
