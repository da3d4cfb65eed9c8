"""Ways of voting that are the sum of the others: totals under another name, or a coincidence."""

import numpy as np
import pytest

from forecast.importing.findings import Findings
from forecast.importing.hidden_totals import without_total_mode
from forecast.importing.tally import TallyBuilder

EARLY = [(310, 220), (415, 150), (120, 390)]
DAY = [(510, 640), (305, 750), (420, 190)]
BOTH = [(a + c, b + d) for (a, b), (c, d) in zip(EARLY, DAY, strict=True)]
NONE = [(0, 0)] * 3


def checked(**ways):
    """Ways that are left, and what is said; "_" in a name is a space."""
    builder = TallyBuilder()
    for unit in range(3):
        for way, votes in ways.items():
            for choice, name in enumerate(("Anna Berg", "Carl Dahl")):
                at = builder.unit("Ash", f"P{unit}"), builder.choice(name, "")
                builder.add(*at, way.replace("_", " "), votes[unit][choice], 9)
    findings = Findings("t.csv")
    tally = without_total_mode(builder.build(), findings)
    return [tally.modes[m] for m in np.unique(tally.mode_index)], findings


def test_an_unnamed_sum_of_two_others_is_an_error():
    _, findings = checked(Early=EARLY, Day=DAY, Urns=BOTH)
    (fault,) = findings.faults
    assert "'Urns' is the sum of the others wherever it stands" in fault.message
    assert "--leave-out 'Urns'" in fault.message


def test_a_sum_that_fails_in_one_unit_is_none():
    votes = [*BOTH[:2], (BOTH[2][0] + 1, BOTH[2][1])]
    assert checked(Early=EARLY, Day=DAY, Urns=votes)[1].faults == []


def test_two_equal_ways_beside_their_total_are_two_ways():
    """Each would be the sum of the others, were their total one that is not known."""
    twice = [(2 * a, 2 * b) for a, b in EARLY]
    left, findings = checked(Early=EARLY, Day=EARLY, Total=twice)
    assert (left, findings.faults) == (["Early", "Day", "Total"], [])
    left, findings = checked(Early=EARLY, Day=EARLY, Mail=NONE, Total=twice)
    assert (len(left), findings.faults) == (4, [])


def test_two_equal_ways_beside_another_total_are_not_taken_for_totals():
    assert checked(Early=EARLY, Day=EARLY, Total=EARLY)[1].faults == []


def test_a_few_votes_add_up_by_chance():
    few = [(1, 2), (2, 0), (0, 1)]
    assert checked(Early=few, Mail=few, Day=NONE)[1].faults == []


def test_early_votes_alone_do_not_make_an_error_of_a_total_that_is_called_one():
    left, findings = checked(Early=EARLY, Day=NONE, Ash_Total=EARLY)
    assert left == ["Early", "Day"]
    assert [fault.message for fault in findings.faults] == [
        "left out: 'Ash Total', the sum of the other ways of voting"
    ]


@pytest.mark.parametrize("total", ["Ash_Total", "Total_of_Ash"])
def test_one_way_beside_what_is_called_its_total_is_not_counted_twice(total):
    assert checked(Early=EARLY, **{total: EARLY})[0] == ["Early"]


def test_of_two_equal_ways_without_others_a_person_must_say_which_is_the_total():
    _, findings = checked(Early=EARLY, Day=NONE, Urns=EARLY)
    (fault,) = findings.faults
    assert "--leave-out 'Early' or --leave-out 'Urns'" in fault.message
