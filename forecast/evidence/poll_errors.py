"""What was learned of the errors of polls, as values and as a YAML document.

Everything in the document is in points of the two-candidate share at an even split, as in
`forecast.stats.distributions`: 25 times the log-odds. A document holds what was learned for
several dates, each from elections before it only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from forecast.errors import InputError
from forecast.evidence.poll_kinds import RaceKind
from forecast.files import shipped_folder, write_atomically
from forecast.race.labels import folded
from forecast.stats.distributions import POINTS_PER_LOGIT
from forecast.yaml_text import load_yaml

POLLS_DOCUMENT = "polls.yaml"


@dataclass(frozen=True)
class Estimate:
    """A learned value: posterior mean and standard deviation, on the log-odds scale."""

    mean: float
    sd: float


@dataclass(frozen=True)
class RaceErrorScale:
    """Scale of the error that all polls of a race share, for one kind of race.

    Attributes
    ----------
    median
        Posterior median of the Student t's scale, log-odds.
    log_sd
        Posterior standard deviation of its logarithm.
    races
        How many races of the kind it was learned from; with 0 it is borrowed.
    """

    median: float
    log_sd: float
    races: int


@dataclass(frozen=True)
class PollErrors:
    """Errors of polls, learned from the elections before a day; all on the log-odds scale.

    Attributes
    ----------
    before
        Only elections before this day were used; None for the whole record.
    newest, n_polls, n_races
        The last election used, and how much there was.
    race_error
        Scale of the error that the polls of a race share, by kind.
    df
        Degrees of freedom of that error.
    undecided_race
        Added scale of it per unit of the mean undecided share.
    day
        Standard deviation of the part that all races of a day share, towards a party.
    design
        Factor on the variance of simple random sampling.
    poll, undecided_poll
        Standard deviation of a poll's own error, and what is added per unit of undecided.
    drift
        Standard deviation added by a week between interviews and election.
    house
        Standard deviation of the house effects of pollsters.
    sponsor
        Shift towards the party that paid.
    houses
        House effects towards the Democrat, of the pollsters in the record.
    typical_sample
        Median sample, for polls that publish none.
    """

    before: date | None
    newest: date
    n_polls: int
    n_races: int
    race_error: Mapping[RaceKind, RaceErrorScale]
    df: float
    undecided_race: float
    day: float
    design: float
    poll: float
    undecided_poll: float
    drift: float
    house: float
    sponsor: Estimate
    houses: Mapping[str, Estimate]
    typical_sample: float

    def house_effect(self, pollster: str) -> Estimate | None:
        """House effect of a pollster, None for one that the record does not know.

        Names are compared without case; one that the record joins with others ("A/B") is
        found by any of them.
        """
        wanted = set(_names(pollster))
        for name, effect in self.houses.items():
            if wanted & set(_names(name)):
                return effect
        return None

    def document(self) -> dict[str, Any]:
        """Nested mapping in points, as it stands in the YAML document."""
        return {
            "before": self.before,
            "learned_from": {
                "polls": self.n_polls,
                "races": self.n_races,
                "newest_election": self.newest,
            },
            "race_error": {
                str(kind): {
                    "points": _points(size.median),
                    "log_sd": round(size.log_sd, 3),
                    "races": size.races,
                }
                for kind, size in self.race_error.items()
            },
            "race_error_df": round(self.df, 2),
            "race_error_per_undecided": _points(self.undecided_race),
            "day_error": _points(self.day),
            "design_factor": round(self.design, 3),
            "poll_error": _points(self.poll),
            "poll_error_per_undecided": _points(self.undecided_poll),
            "drift_per_week": _points(self.drift),
            "house_spread": _points(self.house),
            "sponsor_shift": [_points(self.sponsor.mean), _points(self.sponsor.sd)],
            "typical_sample": round(self.typical_sample),
            "houses": {
                name: [_points(effect.mean), _points(effect.sd)]
                for name, effect in self.houses.items()
            },
        }

    @classmethod
    def from_document(cls, entry: Mapping[str, Any]) -> "PollErrors":
        """Read what `document` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            When something is missing or not of its form.
        """
        sizes = {}
        for label, size in entry["race_error"].items():
            office, _, stage = label.partition(" ")
            sizes[RaceKind(office, stage)] = RaceErrorScale(
                _logit(size["points"]), float(size["log_sd"]), int(size["races"])
            )
        source = entry["learned_from"]
        return cls(
            before=entry["before"],
            newest=source["newest_election"],
            n_polls=int(source["polls"]),
            n_races=int(source["races"]),
            race_error=sizes,
            df=float(entry["race_error_df"]),
            undecided_race=_logit(entry["race_error_per_undecided"]),
            day=_logit(entry["day_error"]),
            design=float(entry["design_factor"]),
            poll=_logit(entry["poll_error"]),
            undecided_poll=_logit(entry["poll_error_per_undecided"]),
            drift=_logit(entry["drift_per_week"]),
            house=_logit(entry["house_spread"]),
            sponsor=Estimate(*map(_logit, entry["sponsor_shift"])),
            houses={name: Estimate(*map(_logit, pair)) for name, pair in entry["houses"].items()},
            typical_sample=float(entry["typical_sample"]),
        )


def shipped_poll_errors(runoff: date, path: Path | None = None) -> PollErrors:
    """Read the newest learned errors that no election on or after a runoff's day helped to learn.

    Parameters
    ----------
    runoff
        Day of the runoff to forecast.
    path
        A document; the shipped one by default.

    Raises
    ------
    InputError
        When the document cannot be read, or holds nothing early enough.
    """
    path = path or shipped_folder("models") / POLLS_DOCUMENT
    entries = read_poll_errors(path)
    fit = [entry for entry in entries if entry.newest < runoff]
    if not fit:
        raise InputError(
            f"{path}: nothing in it was learned from elections before {runoff} only; "
            f"add it with `forecast polls learn --before {runoff}`"
        )
    return max(fit, key=lambda entry: entry.newest)


def read_poll_errors(path: Path) -> tuple[PollErrors, ...]:
    """Read a document of learned errors.

    Raises
    ------
    InputError
        When it cannot be read or is not of the form that the learning writes.
    """
    remedy = "write it again with `forecast polls learn`"
    try:
        loaded = load_yaml(path.read_text(encoding="utf-8"))
        return tuple(PollErrors.from_document(entry) for entry in loaded["learned"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {remedy}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a document of poll errors ({error!r}); {remedy}") from error


def write_poll_errors(path: Path, learned: Iterable[PollErrors]) -> None:
    """Write a document of learned errors, oldest date first."""
    newest_last = sorted(learned, key=lambda errors: errors.newest)
    document = {"learned": [errors.document() for errors in newest_last]}
    header = (
        "# Errors of polls, learned from data/polls; written by `forecast polls learn`.\n"
        "# In points of the two-candidate share at an even split. docs/polls.md explains them.\n"
        "# Houses: [effect towards the Democrat, its standard deviation].\n"
    )
    text = yaml.safe_dump(
        document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    write_atomically(path, header + text)


def _names(pollster: str) -> list[str]:
    return [" ".join(folded(name).split()) for name in pollster.split("/")]


def _points(log_odds: float) -> float:
    return round(POINTS_PER_LOGIT * log_odds, 3)


def _logit(points: float) -> float:
    return float(points) / POINTS_PER_LOGIT
