"""A race is known by its content: whatever changes in it changes its digest, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.race.contest import Baseline, Contest, Race, Returns, RunoffResult
from forecast.record.finished_races import CONTESTS, FOLDERS, RecordRace
from forecast.record.race_digest import race_digest

Change = Callable[[RecordRace], RecordRace]


def returns(*votes: tuple[int, ...]) -> Returns:
    names = ("ANN", "BOB", "CYD")[: len(votes[0])]
    units = tuple(f"u{index}" for index in range(len(votes)))
    unknown = np.full(len(votes), np.nan)
    counts = np.array(votes, dtype=np.int64)[:, :, None]
    return Returns(units, units, units, unknown, unknown, names, names, ("",), counts)


def made() -> RecordRace:
    """The same race, made again from nothing."""
    days = (date(2015, 10, 24), date(2015, 11, 21))
    contest = Contest("r", "T", "O", "P", "precinct", *days, ("ANN", "BOB"), {"left": ("ANN",)})
    past = Baseline("2012 president", date(2012, 11, 6), returns((5, 6), (7, 8)), np.ones(2, bool))
    result = RunoffResult(returns((30, 20), (10, 40)), ())
    return RecordRace(Race(contest, returns((9, 8, 7), (4, 5, 6)), (past,)), result, FOLDERS)


def in_race(**changes: object) -> Change:
    return lambda r: replace(r, race=replace(r.race, **changes))  # type: ignore[arg-type]


def in_contest(**changes: object) -> Change:
    return lambda r: replace(
        r,
        race=replace(r.race, contest=replace(r.race.contest, **changes)),  # type: ignore[arg-type]
    )


def in_baseline(**changes: object) -> Change:
    def change(r: RecordRace) -> RecordRace:
        (past,) = r.race.baselines
        return in_race(baselines=(replace(past, **changes),))(r)  # type: ignore[arg-type]

    return change


def in_result(**changes: object) -> Change:
    return lambda r: replace(r, result=replace(r.result, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        in_contest(runoff=date(2015, 11, 22)),
        in_contest(blocs={"right": ("ANN",)}),
        in_contest(finalists=("BOB", "ANN")),
        in_race(first_round=returns((9, 8, 7), (4, 5, 7))),
        in_race(baselines=()),
        in_baseline(held=None),
        in_baseline(present=np.array([True, False])),
        in_baseline(returns=returns((5, 6), (8, 7))),
        in_result(returns=returns((20, 30), (40, 10))),
        in_result(unmatched=("u9",)),
    ],
)
def test_every_change_is_seen(change: Change) -> None:
    assert race_digest(change(made())) != race_digest(made())


def test_the_same_content_has_the_same_digest_wherever_it_came_from() -> None:
    assert race_digest(made()) == race_digest(made())
    assert race_digest(replace(made(), collection=CONTESTS)) == race_digest(made())
    named = replace(
        made().race.contest,
        county_kind="ward",
        short_names={"ANN": "Ann"},
        license="MIT",
        notes="N",
    )
    labelled = replace(made(), race=replace(made().race, contest=named))
    assert race_digest(labelled) == race_digest(made())
    # Pinned: the table that ships has digests that were made on another machine.
    assert race_digest(made()) == "40c8f42a99209a6b857e"
