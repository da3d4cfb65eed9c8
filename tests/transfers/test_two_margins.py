"""Two counts set beside each other: matched, balanced, or refused with the reason."""

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.transfers.two_margins import (
    CHURN,
    LEAVERS,
    LEFT_THE_ROLL,
    NEW_ON_THE_ROLL,
    NEWCOMERS,
    NOT_VOTING,
    CountedElection,
    match_counts,
)


def count(votes, *, name="A", units=("u1", "u2"), labels=("x", "y"), registered=None):
    voters = np.full(len(units), np.nan) if registered is None else np.array(registered, float)
    return CountedElection(name, units, ("c",) * len(units), labels, np.array(votes, float), voters)


def test_equal_sums_are_left_alone():
    margins = match_counts(count([[3, 1], [2, 2]]), count([[2, 2], [1, 3]], name="B"))
    assert (margins.from_labels, margins.to_labels) == (("x", "y"), ("x", "y"))
    assert margins.same == ((0, 0), (1, 1))
    assert not margins.notes


def test_units_are_matched_by_name_not_by_place():
    second = count([[9, 0], [2, 2]], units=("u2", "u1"), name="B")
    margins = match_counts(count([[3, 1], [4, 5]]), second)
    assert margins.to_votes.tolist() == [[2, 2], [9, 0]]


def test_who_does_not_vote_is_the_rest_of_the_roll():
    margins = match_counts(
        count([[3, 1], [2, 2]], registered=[10, 8]),
        count([[5, 1], [2, 1]], name="B", registered=[12, 7]),
    )
    assert margins.from_labels[2:] == (NOT_VOTING, NEW_ON_THE_ROLL)
    assert margins.to_labels[2:] == (NOT_VOTING, LEFT_THE_ROLL)
    assert margins.from_votes.tolist() == [[3, 1, 6, 2], [2, 2, 4, 0]]
    assert margins.to_votes.tolist() == [[5, 1, 6, 0], [2, 1, 4, 1]]
    assert "roll" in margins.notes[0]


def test_a_roll_that_is_too_small_is_raised_to_the_votes():
    margins = match_counts(
        count([[3, 1], [2, 2]], registered=[2, 8]),
        count([[5, 1], [2, 1]], name="B"),
    )
    assert np.array_equal(margins.from_votes.sum(axis=1), margins.to_votes.sum(axis=1))
    assert (margins.from_votes >= 0).all()
    assert (margins.to_votes >= 0).all()
    assert any("more voted than were registered" in note for note in margins.notes)


def test_without_a_roll_leavers_and_newcomers_have_their_own_places():
    margins = match_counts(
        count([[300, 100], [200, 200]]), count([[500, 100], [250, 100]], name="B")
    )
    assert margins.from_labels[-1] == NEWCOMERS
    assert margins.to_labels[-1] == LEAVERS
    assert margins.to_votes[:, -1].tolist() == [CHURN * 400, 50 + CHURN * 350]
    assert np.allclose(margins.from_votes.sum(axis=1), margins.to_votes.sum(axis=1))
    assert "assumed" in margins.notes[0]


def test_counts_of_one_day_get_no_churn():
    margins = match_counts(
        count([[300, 100], [200, 200]]), count([[301, 100], [200, 199]], name="B")
    )
    assert margins.to_votes[:, -1].tolist() == [0, 1]
    assert margins.from_votes[:, -1].tolist() == [1, 0]


def test_units_in_one_count_only_are_refused_by_name():
    second = count([[1, 1], [1, 1]], units=("u2", "u3"), name="B")
    with pytest.raises(InputError, match=r"1 of 2 units are in A only, with 50.0% .* 'u1'"):
        match_counts(count([[1, 1], [1, 1]]), second)


def test_units_in_one_count_only_are_left_out_when_told_so():
    second = count([[1, 1], [1, 1]], units=("u2", "u3"), name="B")
    margins = match_counts(count([[1, 1], [1, 1]]), second, common=True)
    assert margins.units == ("u2",)
    assert len(margins.notes) == 2
    assert "'u3'" in margins.notes[1]


def test_no_unit_in_common_is_refused():
    second = count([[1, 1], [1, 1]], units=("u3", "u4"), name="B")
    with pytest.raises(InputError, match="share no unit"):
        match_counts(count([[1, 1], [1, 1]]), second, common=True)


@pytest.mark.parametrize(
    ("votes", "more", "words"),
    [
        ([[1, -1], [1, 1]], {}, "unit 'u1', 'y': -1 votes"),
        ([[1, 1], [np.nan, 1]], {}, "unit 'u2', 'x': nan votes"),
        ([[1, 1], [1, 1]], {"units": ("u1", "u1")}, "unit 'u1' stands twice"),
        ([[1, 1], [1, 1]], {"labels": ("x", "x")}, "choice 'x' stands twice"),
        ([[0, 0], [0, 0]], {}, "nobody voted"),
        ([[1], [1]], {}, "shape"),
    ],
)
def test_an_unsound_count_is_refused(votes, more, words):
    with pytest.raises(InputError, match=words):
        match_counts(count(votes, **more), count([[1, 1], [1, 1]], name="B"))


def test_a_choice_with_the_name_of_the_unmatched_is_refused():
    first = count([[3, 1], [2, 2]], labels=("x", NOT_VOTING), registered=[10, 8])
    with pytest.raises(InputError, match="rename it"):
        match_counts(first, count([[2, 2], [1, 3]], name="B", registered=[10, 8]))
