"""The folds of the hold-out designs: who is forecast together, and who may train."""

from collections import Counter
from datetime import date, timedelta

import pytest

from forecast.defaults import HoldOutDesign
from forecast.score.holdout import N_FOLDS, LeftOut, Occasion, folds_of

PLACES = ("US LA", "US GA", "France", "Croatia")


def occasions(n_days: int = 70) -> list[Occasion]:
    """Several races on most days, in four places over twenty years."""
    first = date(1999, 11, 20)
    return [
        Occasion(first + timedelta(days=101 * number), PLACES[(number + copy) % 4])
        for number in range(n_days)
        for copy in range(1 + number % 5)
    ]


@pytest.mark.parametrize("design", list(HoldOutDesign))
def test_folds_partition_the_races_and_no_member_trains_its_own(design: HoldOutDesign) -> None:
    races = occasions()
    folds = folds_of(design, races, races)
    assert sorted(index for fold in folds for index in fold.members) == list(range(len(races)))
    for fold in folds:
        assert not any(fold.left_out.trains(races[index]) for index in fold.members)


def test_no_day_is_in_two_folds_and_all_other_days_train() -> None:
    races = occasions()
    folds = folds_of(HoldOutDesign.DAYS, races, races)
    assert len(folds) == N_FOLDS
    days = [{races[index].day for index in fold.members} for fold in folds]
    assert sum(map(len, days)) == len(set.union(*days))
    for fold, own in zip(folds, days, strict=True):
        trained = {race.day for race in races if fold.left_out.trains(race)}
        assert trained == {race.day for race in races} - own


def test_days_with_most_races_are_in_different_folds() -> None:
    races = occasions()
    largest = [day for day, _ in Counter(race.day for race in races).most_common(N_FOLDS)]
    folds = folds_of(HoldOutDesign.DAYS, races, races)
    where = [[day in fold.left_out.days for fold in folds].index(True) for day in largest]
    assert sorted(where) == list(range(N_FOLDS))


def test_a_race_of_another_folder_is_forecast_in_the_fold_of_its_day() -> None:
    races = occasions()
    new = Occasion(date(2031, 5, 5), "Poland")
    alone = folds_of(HoldOutDesign.DAYS, races, [races[17], new])
    among = folds_of(HoldOutDesign.DAYS, races, races)
    (own,) = [fold.name for fold in among if 17 in fold.members]
    assert [fold.name for fold in alone if 0 in fold.members] == [own]
    # A day that nobody has forecast is left out too, for what it may share with others.
    (fold,) = [fold for fold in alone if 1 in fold.members]
    assert new.day in fold.left_out.days


def test_only_cycles_before_train_where_the_past_alone_may() -> None:
    # Odd years belong to the even one after them: of 2015 to 2018 the last two are held.
    days = [date(2015, 3, 1), date(2016, 12, 31), date(2017, 1, 1), date(2018, 12, 8)]
    races = [Occasion(day, "US LA") for day in days]
    folds = folds_of(HoldOutDesign.PAST, races, races)
    assert [(fold.name, fold.members) for fold in folds] == [
        ("2015 and 2016", (0, 1)),
        ("2017 and 2018", (2, 3)),
    ]
    later = folds[1].left_out
    assert [later.trains(race) for race in races] == [True, True, False, False]


def test_places_are_left_out_one_at_a_time() -> None:
    races = occasions()
    folds = folds_of(HoldOutDesign.PLACES, races, races)
    assert [fold.name for fold in folds] == sorted(PLACES)
    for fold in folds:
        assert {races[index].place for index in fold.members} == {fold.name}


def test_every_rule_leaves_out_what_it_names() -> None:
    day = date(2017, 6, 20)
    at = Occasion(day, "US GA")
    assert LeftOut().trains(at)
    assert not LeftOut(days=frozenset((day,))).trains(at)
    assert not LeftOut(places=frozenset(("US GA",))).trains(at)
    assert not LeftOut(before=day).trains(at)
    assert LeftOut(before=day + timedelta(days=1)).trains(at)
