"""race.yaml: what an election is, read and validated, every fault with its YAML path."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from forecast.race.cells import MAX_DIGITS
from forecast.race.coded_columns import table_stem
from forecast.race.contest import Contest
from forecast.race.faults import Fault
from forecast.race.office_words import LEVELS
from forecast.race.plain_names import fault_of_name
from forecast.race.situation import KINDS
from forecast.yaml_text import load_yaml

RACE_FILE = "race.yaml"
REQUIRED = ("id", "title", "office", "place", "unit_kind", "first_round", "runoff", "finalists")
SITUATION = ("country", "state", "level", "kind")
# Both spellings; the sources of a race may each have their own instead.
LICENSE = ("licence", "license")
OPTIONAL = (
    *("blocs", "positions", "not_a_candidate", "is_a_candidate", *SITUATION),
    *("short_names", "county_kind", "baselines", "sources", "totals", "covers"),
    *(*LICENSE, "notes"),
)
TOTALS_OF = ("first_round", "runoff")


@dataclass(frozen=True)
class BaselineEntry:
    """One line of `baselines:`: the file, the election in words, its day where known."""

    file: str
    election: str
    held: date | None


@dataclass(frozen=True)
class RaceFile:
    """race.yaml as read.

    Attributes
    ----------
    contest
        The contest.
    baselines
        In the order of the file, newest first.
    totals
        "first_round" and "runoff" to candidate to votes, to check the tables against.
    sure
        Choices that are candidates, though their counts look like those of voters.
    """

    contest: Contest
    baselines: tuple[BaselineEntry, ...]
    totals: Mapping[str, Mapping[str, int]]
    sure: tuple[str, ...] = ()


@dataclass
class _YamlReader:
    """Collects the faults while the values are read."""

    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: str, message: str) -> None:
        self.faults.append(Fault(RACE_FILE, f"{path}: {message}"))

    def text(self, path: str, value: object) -> str:
        if isinstance(value, str) and value.strip():
            # A text may stand on several lines; a name that does is none.
            line = " ".join(value.strip().splitlines())
            if wrong := fault_of_name(line):
                self.fault(path, wrong)
            return line
        # YAML reads NO, ON, 12 and 2017-04-18 as something else than text.
        remedy = (
            "" if value is None or isinstance(value, str | list | dict) else "; put it in quotes"
        )
        self.fault(path, f"must be text, not {_said(value)}{remedy}")
        return ""

    def day(self, path: str, value: object) -> date | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            self.fault(path, f"must be a day like 2017-04-18, not {_said(value)}")
            return None

    def mapping(self, path: str, value: object) -> dict[str, Any]:
        if value is None:
            return {}
        if isinstance(value, dict):
            return {str(key): entry for key, entry in value.items()}
        self.fault(path, f"must be a mapping, not {_said(value)}")
        return {}

    def items(self, path: str, value: object) -> list[Any]:
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.fault(path, f"must be a list, not {_said(value)}")
        return []


def _said(value: object) -> str:
    return "nothing" if value is None else repr(value)


def read_race_file(folder: Path) -> tuple[RaceFile | None, list[Fault]]:
    """Read and validate race.yaml.

    Returns
    -------
    tuple
        What the file says, None where it has errors, and every fault.
    """
    path = folder / RACE_FILE
    reader = _YamlReader()
    document = _load(path, reader)
    if document is None:
        return None, reader.faults
    _check_keys(document, reader)
    contest = _contest(document, reader)
    runoff = contest.runoff if contest else None
    baselines = tuple(
        entry
        for index, value in enumerate(reader.items("baselines", document.get("baselines")))
        if (entry := _baseline(f"baselines[{index}]", value, runoff, reader)) is not None
    )
    totals = _totals(document.get("totals"), reader)
    sure = _names("is_a_candidate", document, reader)
    if reader.faults or contest is None:
        return None, reader.faults
    return RaceFile(contest, baselines, totals, sure), []


def _load(path: Path, reader: _YamlReader) -> dict[str, Any] | None:
    try:
        document = load_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        reader.faults.append(Fault(RACE_FILE, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        reader.faults.append(Fault(RACE_FILE, f"is not UTF-8 at byte {error.start}"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        reader.faults.append(Fault(RACE_FILE, f"is not YAML: {_first_line(error)}", line))
    else:
        if isinstance(document, dict):
            return {str(key): value for key, value in document.items()}
        reader.faults.append(
            Fault(RACE_FILE, "must be a mapping with the keys " + _listed(REQUIRED))
        )
    return None


def _first_line(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _check_keys(document: Mapping[str, Any], reader: _YamlReader) -> None:
    for key in document:
        if key not in REQUIRED + OPTIONAL:
            reader.fault(key, f"unknown key; the keys are {_listed(REQUIRED + OPTIONAL)}")
    for key in REQUIRED:
        if key not in document:
            reader.fault(key, "is missing")


def _contest(document: Mapping[str, Any], reader: _YamlReader) -> Contest | None:
    words = {
        key: reader.text(key, document[key]) if key in document else ""
        for key in ("id", "title", "office", "place", "unit_kind")
    }
    # The id becomes part of file names, in the cache and in outputs.
    if words["id"] and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", words["id"]):
        reader.fault("id", f"letters, digits, '-', '_' and '.' only, not {words['id']!r}")
    days = {key: reader.day(key, document[key]) for key in TOTALS_OF if key in document}
    first_round, runoff = days.get("first_round"), days.get("runoff")
    if first_round and runoff and runoff <= first_round:
        reader.fault("runoff", f"must be after the first round ({first_round}), not {runoff}")
    finalists = _finalists(document.get("finalists"), reader) if "finalists" in document else None
    blocs = _blocs(document.get("blocs"), reader)
    sources = tuple(
        _source(f"sources[{index}]", value, reader)
        for index, value in enumerate(reader.items("sources", document.get("sources")))
    )
    not_candidates = _names("not_a_candidate", document, reader)
    situation = {
        key: _situation(key, document[key], reader) for key in SITUATION if key in document
    }
    positions = _positions(document.get("positions"), reader)
    short_names = _short_names(document.get("short_names"), reader)
    county_kind, covers = (
        reader.text(key, document[key]) if key in document else ""
        for key in ("county_kind", "covers")
    )
    license_ = " ".join(filter(None, (_license(key, document, reader) for key in LICENSE)))
    if first_round is None or runoff is None or finalists is None:
        return None
    if both := [name for name in not_candidates if name in finalists]:
        reader.fault("not_a_candidate", f"a finalist is a candidate: {', '.join(both)}")
    return Contest(
        **words,
        first_round=first_round,
        runoff=runoff,
        finalists=finalists,
        blocs=blocs,
        sources=sources,
        not_candidates=not_candidates,
        positions=positions,
        county_kind=county_kind,
        short_names=short_names,
        covers=covers,
        license=license_,
        notes=_notes(document.get("notes")),
        **situation,
    )


def _notes(value: object) -> str:
    """The notes in one line: a text, or a list of texts; "" where there are none."""
    several = value if isinstance(value, list) else [value]
    return " ".join(" ".join(note.split()) for note in several if isinstance(note, str)).strip()


def _license(key: str, document: Mapping[str, Any], reader: _YamlReader) -> str:
    """The license of the whole folder under one of its spellings; "" where it is not there."""
    return reader.text(key, document[key]) if document.get(key) else ""


def _names(key: str, document: Mapping[str, Any], reader: _YamlReader) -> tuple[str, ...]:
    return tuple(
        reader.text(f"{key}[{index}]", name)
        for index, name in enumerate(reader.items(key, document.get(key)))
    )


def _finalists(value: object, reader: _YamlReader) -> tuple[str, str] | None:
    entries = reader.items("finalists", value)
    names = [reader.text(f"finalists[{index}]", name) for index, name in enumerate(entries)]
    if len(names) != 2 or names[0] == names[1]:
        reader.fault("finalists", f"must be two different names, not {names}")
        return None
    return names[0], names[1]


def _blocs(value: object, reader: _YamlReader) -> dict[str, tuple[str, ...]]:
    blocs: dict[str, tuple[str, ...]] = {}
    home: dict[str, str] = {}
    for bloc, labels in reader.mapping("blocs", value).items():
        parties = tuple(
            reader.text(f"blocs.{bloc}[{index}]", label)
            for index, label in enumerate(reader.items(f"blocs.{bloc}", labels))
        )
        for party in parties:
            if home.setdefault(party, bloc) != bloc:
                reader.fault(f"blocs.{bloc}", f"party {party} is already in bloc {home[party]}")
        blocs[bloc] = parties
    return blocs


def _situation(key: str, value: object, reader: _YamlReader) -> str:
    """A word by which races are pooled; levels and kinds are those of a list."""
    word = reader.text(key, value)
    known = {"level": LEVELS, "kind": KINDS}.get(key, ())
    if word and known and word not in known:
        near = difflib.get_close_matches(word, known, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        reader.fault(key, f"one of {_listed(known)}, not {word!r}{hint}")
    return word


# The United States go from -1 to 1, France from -2 to 2, and a step was learned from these.
FARTHEST = 3


def _positions(value: object, reader: _YamlReader) -> dict[str, float]:
    """Where blocs stand, in steps as those of the countries whose positions are known."""
    found = {}
    for bloc, place in reader.mapping("positions", value).items():
        number = isinstance(place, int | float) and not isinstance(place, bool)
        if number and abs(place) <= FARTHEST:
            found[bloc] = float(place)
        else:
            rule = f"a number of steps from -{FARTHEST} (left) to {FARTHEST} (right)"
            reader.fault(f"positions.{bloc}", f"must be {rule}, not {_said(place)}")
    return found


def _short_names(value: object, reader: _YamlReader) -> dict[str, str]:
    """Short names by candidate; no two candidates have the same."""
    found: dict[str, str] = {}
    for name, value_of_name in reader.mapping("short_names", value).items():
        short = reader.text(f"short_names.{name}", value_of_name)
        if short and (others := [other for other, known in found.items() if known == short]):
            reader.fault(
                f"short_names.{name}",
                f"{others[0]} is {short!r} already; give each a name of its own",
            )
        found[name] = short
    return found


def _baseline(
    path: str, value: object, runoff: date | None, reader: _YamlReader
) -> BaselineEntry | None:
    entry = reader.mapping(path, value)
    for key in entry:
        if key not in ("file", "election", "date"):
            reader.fault(f"{path}.{key}", "unknown key; the keys are file, election, date")
    file = reader.text(f"{path}.file", entry.get("file"))
    if Path(file).name != file:
        reader.fault(f"{path}.file", f"must be a file of the race folder, not {file!r}")
    election = reader.text(f"{path}.election", entry.get("election"))
    known = entry.get("date") is not None
    held = reader.day(f"{path}.date", entry["date"]) if known else None
    if table_stem(file) in TOTALS_OF:
        reader.fault(
            f"{path}.file",
            f"{file} is a round of this election; a baseline is an earlier one, and the runoff "
            "must not move its own forecast",
        )
    if held and runoff and held >= runoff:
        reader.fault(
            f"{path}.date",
            f"{held} is not before the runoff ({runoff}); a forecast knows earlier elections only",
        )
    return BaselineEntry(file, election, held) if file and election else None


def _source(path: str, value: object, reader: _YamlReader) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {entry}" for key, entry in value.items())
    return reader.text(path, value)


def _totals(value: object, reader: _YamlReader) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for which, counts in reader.mapping("totals", value).items():
        if which not in TOTALS_OF:
            reader.fault(f"totals.{which}", f"unknown key; the keys are {_listed(TOTALS_OF)}")
            continue
        totals[which] = {}
        for candidate, votes in reader.mapping(f"totals.{which}", counts).items():
            if (
                isinstance(votes, int)
                and not isinstance(votes, bool)
                and 0 <= votes < 10**MAX_DIGITS
            ):
                totals[which][candidate] = votes
            else:
                reader.fault(f"totals.{which}.{candidate}", f"must be votes, not {_said(votes)}")
    return totals
