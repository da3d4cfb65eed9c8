"""What finished races say of nights: how forecasts err within a race, and how a count finishes.

`tools/learn_night.py` writes the document, for several dates, each from elections before it only.
What it lacks, and all nights before the first date, take the judgement below.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.yaml_text import load_yaml

NIGHT_DOCUMENT = "night.yaml"


@dataclass(frozen=True)
class NightScales:
    """Scales of a night, all in log-odds or logs. The values here are judgement.

    Attributes
    ----------
    share_terms, vote_terms
        What is added to the standard deviation of each coefficient of the forecast's errors:
        terms of `forecast.night.prior_levels`. The race's own is the forecast's.
    share_means, vote_means
        Means of the coefficients: by how much the units of finished races were stretched beyond
        what was forecast. Only of terms that do not turn round when the finalists are exchanged.
    share_bend
        Standard deviation of the change of the slope along the lean at each of its knots:
        `forecast.night.lean_bends`.
    share_county_log_mean, share_unit_log_mean, vote_county_log_mean, vote_unit_log_mean
        How the spread of counties and units differs from what the forecast says, in logs.
    share_county_log_sd, share_unit_log_sd, vote_county_log_sd, vote_unit_log_sd
        How far it is from that in a race.
    share_shared_ratio, vote_shared_ratio
        Standard deviation of the departures that units of a like make-up share, in multiples of a
        unit's own.
    share_shared_log_sd, vote_shared_log_sd
        How far it is from that in a race, in logs.
    share_unit_powers, vote_unit_powers
        By which power a unit's own departure falls with its votes, and with 4 p (1 - p).
    share_apart, vote_apart
        The departure of a unit that holds one way of voting of a county, in multiples of that of
        a usual unit.
    mode_lean_sd, mode_split_sd
        How the lean of a way of voting, and its part of the votes, change between the rounds.
    mode_county_part
        The same for a large county beside its race, as a part of these.
    mode_lean_unit_sd, mode_split_unit_sd
        The same for a unit beside its race.
    unknown_modes
        By what these grow where round one told no ways of voting apart.
    usual_split
        Part of each way of voting where round one does not say.
    part_lean_sd
        How the votes out of all units that are counted in part differ from those in, where ways of
        voting are not told apart.
    late_log_share, late_log_sd, late_lean_sd
        Votes that come when every unit is complete, as a share of the rest: mean and standard
        deviation of its log, and how far their lean is from the rest's.
    n_races
        From how many races it was learned.
    """

    share_terms: tuple[float, ...] = (0.0, 0.4, 0.05, 0.2, 0.2)
    vote_terms: tuple[float, ...] = (0.0, 0.2, 0.1, 0.15, 0.5)
    share_means: tuple[float, ...] = (0.0,) * 5
    vote_means: tuple[float, ...] = (0.0,) * 5
    share_bend: float = 0.4
    share_county_log_mean: float = 0.0
    share_unit_log_mean: float = 0.0
    vote_county_log_mean: float = 0.0
    vote_unit_log_mean: float = 0.0
    share_county_log_sd: float = 0.5
    share_unit_log_sd: float = 0.6
    vote_county_log_sd: float = 0.5
    vote_unit_log_sd: float = 0.6
    share_shared_ratio: float = 1.0
    vote_shared_ratio: float = 1.0
    share_shared_log_sd: float = 0.6
    vote_shared_log_sd: float = 0.6
    share_apart: float = 1.5
    vote_apart: float = 3.0
    share_unit_powers: tuple[float, float] = (0.25, 0.1)
    vote_unit_powers: tuple[float, float] = (0.25, 0.0)
    mode_lean_sd: Mapping[str, float] = field(
        default_factory=lambda: {"election_day": 0.1, "early": 0.2, "mail": 0.4, "provisional": 0.6}
    )
    mode_split_sd: Mapping[str, float] = field(
        default_factory=lambda: {"election_day": 0.2, "early": 0.4, "mail": 0.4, "provisional": 0.8}
    )
    mode_county_part: float = 0.5
    mode_lean_unit_sd: float = 0.2
    mode_split_unit_sd: float = 0.3
    unknown_modes: float = 2.0
    usual_split: Mapping[str, float] = field(
        default_factory=lambda: {
            "election_day": 0.65,
            "early": 0.27,
            "mail": 0.08,
            "provisional": 0.002,
        }
    )
    part_lean_sd: float = 0.3
    late_log_share: float = -6.2
    late_log_sd: float = 1.0
    late_lean_sd: float = 0.5
    n_races: int = 0

    def document(self) -> dict[str, Any]:
        """Plain values, as the document has them."""
        found: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, Mapping):
                found[name] = {key: round(number, 4) for key, number in value.items()}
            elif isinstance(value, tuple):
                found[name] = [round(number, 4) for number in value]
            else:
                found[name] = round(value, 4)
        return found


# Of a way of voting that is none of the known ones.
OTHER_MODE = "mail"


@cache
def night_scales(runoff: date, document: Path | None = None) -> NightScales:
    """What elections before a runoff say of its night.

    Parameters
    ----------
    runoff
        The day of the runoff.
    document
        The document; the one that ships by default.

    Raises
    ------
    InputError
        When the document is not what it should be.
    """
    path = document or shipped_folder("models") / NIGHT_DOCUMENT
    content = load_yaml(path.read_text(encoding="utf-8")) if path.is_file() else {}
    known = {entry.name for entry in fields(NightScales)}
    best: tuple[date, dict[str, Any]] | None = None
    for entry in content.get("learned", []) if isinstance(content, dict) else []:
        values = dict(entry)
        before = values.pop("before", None)
        unknown = sorted(set(values) - known)
        if not isinstance(before, date) or unknown:
            what = f"unknown values {', '.join(unknown)}" if unknown else "an entry without a date"
            raise InputError(f"{path} has {what}; write it again with tools/learn_night.py")
        if before <= runoff and (best is None or before > best[0]):
            best = before, values
    if best is None:
        return NightScales()
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in best[1].items()
    }
    return replace(NightScales(), **values)
