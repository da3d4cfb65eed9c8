"""A race as the row that learning and forecasting read: one function, either order of finalists."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.learn import training_table
from forecast.learn.design import nearness
from forecast.learn.learned_priors import candidate_groups
from forecast.learn.race_row import NO_LABELS, SAME_BLOC, TWO_BLOCS, TWO_LABELS, race_row
from forecast.learn.training_table import FinishedRow, load_table, save_table
from forecast.learn.unit_scales import LevelSizes
from forecast.race.orientation import swapped
from forecast.race.prepared import prepare
from forecast.race.situation import situation_of
from tests.learn.races import random_race
from tests.runoff.builders import make_race


def dated(race, day=date(2016, 11, 8)):
    """The same race whose baselines were counted on a day."""
    return replace(race, baselines=tuple(replace(b, held=day) for b in race.baselines))


RACES = [
    dated(random_race()),
    dated(random_race(4, parties=("REP", "REP", "DEM", "DEM"))),
    dated(random_race(5, parties=("REP", "IND", "REP", ""))),
    random_race(7, parties=("", "", "", "")),
]


def row_of(race):
    return race_row(race, situation_of(race))


@pytest.mark.parametrize("race", RACES)
def test_swapping_the_finalists_changes_signs_and_nothing_else(race):
    one, other = row_of(race), row_of(swapped(race))
    np.testing.assert_array_equal(one.shares, other.shares[::-1])
    np.testing.assert_array_equal(one.own, other.own[::-1])
    assert one.consolidation == -other.consolidation
    assert one.eliminated == pytest.approx(other.eliminated)
    assert one.parties == other.parties
    np.testing.assert_array_equal(one.agreement, other.agreement)
    turned = training_table.swapped(FinishedRow(one, "made", 0.6, 0.0)).row
    assert [g.side for g in turned.groups] == [g.side for g in other.groups]
    for name in ("affinity", "lean"):
        found = [getattr(g, name) for g in turned.groups]
        assert found == pytest.approx([getattr(g, name) for g in other.groups], abs=1e-15)


def test_classes_of_finalists():
    named = {"country": "US"}
    contests = [replace(race.contest, **named) for race in RACES]
    races = [replace(race, contest=c) for race, c in zip(RACES, contests, strict=True)]
    assert row_of(races[0]).parties == TWO_BLOCS
    assert row_of(races[1]).parties == SAME_BLOC
    assert row_of(races[2]).parties == NO_LABELS


def test_only_a_baseline_of_an_earlier_day_is_read():
    race = RACES[0]
    assert len(row_of(race).past) == 1
    undated = replace(race, baselines=tuple(replace(b, held=None) for b in race.baselines))
    assert row_of(undated).past == ()


def test_a_group_a_candidate_adds_up_to_the_groups_of_blocs():
    race = RACES[0]
    groups, index = candidate_groups(prepare(race, 0.5))
    assert index.tolist() == [2, 3]
    assert sum(group.share for group in groups) == pytest.approx(row_of(race).eliminated)
    assert [group.side for group in groups] == [1, 0]


def test_blank_votes_are_no_part_of_what_a_race_is_compared_by():
    race = dated(random_race(parties=("REP", "DEM", "REP", "")))
    blank = race.first_round.candidates.index("DOT")
    contest = replace(race.contest, not_candidates=("DOT",))
    votes = race.first_round.votes.copy()
    votes[:, blank] = 0
    without = replace(race, first_round=replace(race.first_round, votes=votes))
    found, expected = row_of(replace(race, contest=contest)), row_of(without)
    assert found.electorate == expected.electorate < row_of(race).electorate
    for one, other in zip(found.groups, expected.groups, strict=True):
        assert vars(one) == pytest.approx(vars(other))
    np.testing.assert_array_equal(found.shares, expected.shares)
    np.testing.assert_array_equal(found.own, expected.own)
    assert found.agreement == expected.agreement


def test_a_finalist_needs_a_first_round_vote():
    votes = RACES[0].first_round.counts.copy()
    votes[:, 1] = 0
    with pytest.raises(ValueError, match="no first-round vote"):
        row_of(make_race(votes))


def test_a_table_gives_back_its_rows(tmp_path):
    scales = LevelSizes(-1.5, 0.1, None, None)
    rows = [
        FinishedRow(row_of(RACES[0]), "made", 0.6, -0.2, "abc", scales, None),
        FinishedRow(row_of(RACES[3]), "other", 0.4, 0.1),
    ]
    save_table(rows, tmp_path / "table.npz")
    again = load_table(tmp_path / "table.npz")
    assert [f.row.id for f in again] == [f.row.id for f in rows]
    assert (again[0].digest, again[0].lean, again[0].turnout) == ("abc", scales, None)
    assert again[1].lean is None
    assert again[0].log_odds == rows[0].log_odds
    for one, other in zip(again, rows, strict=True):
        np.testing.assert_array_equal(one.row.shares, other.row.shares)
        assert [vars(g) for g in one.row.groups] == [vars(g) for g in other.row.groups]
        assert one.row.past == other.row.past


def test_a_race_may_say_where_its_blocs_stand():
    race = random_race(parties=("SOC", "CON", "GRE", ""))
    contest = replace(race.contest, country="Nowhere", blocs={})
    plain = replace(race, contest=contest)
    assert row_of(plain).parties == TWO_LABELS
    positions = {"SOC": -1.0, "CON": 1.0, "GRE": -2.0}
    placed = row_of(replace(race, contest=replace(contest, positions=positions)))
    assert placed.parties == TWO_BLOCS
    assert nearness(placed, "GRE") == 2.0
    assert nearness(row_of(plain), "GRE") == 0.0
