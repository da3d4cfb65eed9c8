"""Poll errors with round values, polls of a race, and records simulated from the model."""

from datetime import date, timedelta

import numpy as np

from forecast.evidence.poll_errors import Estimate, PollErrors, RaceErrorScale
from forecast.evidence.poll_kinds import OFFICES, STAGES, RaceKind
from forecast.evidence.poll_record import RecordPoll
from forecast.race.poll_table import Poll
from forecast.runoff.simulation import RunoffDraws

RUNOFF = date(2017, 6, 20)
KIND = RaceKind("House", "special runoff")


def make_errors(**changes):
    sizes = {RaceKind(o, s): RaceErrorScale(0.12, 0.3, 5) for o in OFFICES for s in STAGES}
    values = {
        "before": RUNOFF,
        "newest": date(2017, 5, 25),
        "n_polls": 1000,
        "n_races": 300,
        "race_error": sizes,
        "df": 5.0,
        "undecided_race": 0.4,
        "day": 0.05,
        "design": 1.1,
        "poll": 0.025,
        "undecided_poll": 0.3,
        "drift": 0.03,
        "house": 0.05,
        "sponsor": Estimate(0.08, 0.01),
        "houses": {"Known House": Estimate(0.06, 0.02), "Old Name/New Name": Estimate(-0.04, 0.03)},
        "typical_sample": 600.0,
    }
    return PollErrors(**{**values, **changes})


def make_poll(first=0.48, second=0.46, *, pollster="Somebody", end=date(2017, 6, 12), **changes):
    values = {
        "pollster": pollster,
        "sponsor": "",
        "start": end - timedelta(days=2),
        "end": end,
        "sample": 600,
        "shares": (first, second),
        "undecided": 1 - first - second,
        "source": "made up",
    }
    return Poll(**{**values, **changes})


def draws_of(shares, seed=1):
    """Simulated runoffs of one county whose first finalist has these shares of 10,000 votes."""
    votes = 10_000 * np.stack([shares, 1 - np.asarray(shares)], axis=-1)
    return RunoffDraws(votes[:, None, :], np.zeros((0, 1, 2), np.float32), None, seed)


def simulated_record(rng, *, n_days, races_a_day, true):
    """Polls of House generals and runoffs whose errors follow the model."""
    houses = rng.normal(0, true["house_sd"], 30)
    record = []
    for number in range(n_days):
        day = date(2000, 11, 7) + timedelta(days=180 * number)
        shift = rng.normal(0, true["day_sd"])
        for race in range(races_a_day):
            kind = RaceKind("House", "runoff" if race % 4 == 0 else "general")
            undecided = rng.uniform(0.02, 0.15)
            size = np.hypot(true[kind.stage], true["undecided_race"] * undecided)
            result = rng.normal(0, 0.3)
            common = result + shift + size * rng.standard_t(true["df"])
            for _ in range(rng.integers(2, 8)):
                house, age = int(rng.integers(30)), int(rng.integers(1, 22))
                partisan = int(rng.choice([-1, 0, 0, 0, 1]))
                sample = float(rng.choice([300, 600, 1500]))
                sampling = 4 / (sample * (1 - undecided))
                own = true["design"] * sampling + true["poll"] ** 2
                own += true["drift"] ** 2 * age / 7
                seen = common + houses[house] + true["sponsor"] * partisan
                seen += np.sqrt(own) * rng.standard_normal()
                part = (1 - undecided) / (1 + np.exp(-seen))
                record.append(
                    RecordPoll(
                        race=f"{number}-{race}",
                        kind=kind,
                        election=day,
                        pollster=f"House {house}",
                        partisan=partisan,
                        orientation=1,
                        age=age,
                        sample=sample,
                        shares=(part, 1 - undecided - part),
                        undecided=undecided,
                        result=result,
                    )
                )
    return record
