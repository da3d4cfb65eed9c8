"""The prior documents: YAML in people's units, in layers, checked before anything runs.

Layers, each over the one before: the defaults under ``models/``, what finished runoffs say of
the race (`forecast.learn.resolve`), the ``priors.yaml`` of the race folder, a file of the user's,
and single values from the command line.
"""

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.priors.documents import parse_settings, read_document
from forecast.priors.prior_set import KINDS, PriorEntry, PriorSet, SamplerSettings

DEFAULT_FILES = ("first_round.yaml", "runoff.yaml", "settings.yaml")
RACE_FILE = "priors.yaml"


def load_priors(
    race_folder: Path | None = None,
    file: Path | None = None,
    settings: Sequence[str] = (),
    learned: Mapping[str, Any] | None = None,
) -> PriorSet:
    """Read the default priors and lay others over them, from what is learned to the settings.

    Parameters
    ----------
    race_folder
        Folder of a race; its priors.yaml is used where there is one.
    file
        A prior file of the user's, whole or in part.
    settings
        Single values as ``path=value``, "runoff.loyalty.low=0.9".
    learned
        What finished runoffs say of this race (`forecast.learn.resolve`), the first layer
        over the defaults.

    Raises
    ------
    InputError
        With every fault of the layer: unknown names (and the known ones nearest to them),
        wrong types, impossible values, each with its YAML path.
    """
    resolver = _Resolver()
    folder = shipped_folder("models")
    for name in DEFAULT_FILES:
        resolver.add(read_document(folder / name), "default", str(folder / name))
    if learned is not None:
        resolver.overlay(learned, "learned", "what finished runoffs taught")
    if race_folder is not None and (race_folder / RACE_FILE).exists():
        path = race_folder / RACE_FILE
        resolver.overlay(read_document(path), "race", str(path))
    if file is not None:
        resolver.overlay(read_document(file), "file", str(file))
    # All settings at once: two ends of a range may only be right together.
    if settings:
        where = " ".join(f"--set {setting}" for setting in settings)
        resolver.overlay(parse_settings(settings), "command line", where)
    return resolver.resolve()


def priors_with(priors: PriorSet, document: Mapping[str, Any], where: str) -> PriorSet:
    """Lay a document over priors that are resolved already: a scenario, "what if".

    Parameters
    ----------
    priors
        What it changes; not touched.
    document
        Nested names as in a prior file, first-round and runoff priors only.
    where
        What to call the document in an error.

    Raises
    ------
    InputError
        With every fault, as `load_priors`.
    """
    resolver = _Resolver(entries={entry.path: entry for entry in priors.entries})
    resolver.overlay(document, "scenario", where)
    return replace(priors, entries=tuple(resolver.entries.values()))


# What a fixed value, or any other, must satisfy because of what it is.
_SIGNED = ("shift", "correlation", "slope", "drift", "affinity", "transfer.lean")
_WORDS = ("meaning", "why", "source")


@dataclass
class _Resolver:
    """Collects the layers and the faults of each."""

    entries: dict[str, PriorEntry] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)

    def add(self, document: Mapping[str, Any], origin: str, where: str) -> None:
        """Take the shipped documents, which define the names there are."""
        faults: list[str] = []
        for path, leaf in _leaves(document):
            if path.startswith("settings."):
                self.settings[path] = leaf
                continue
            values = {name: leaf[name] for name in KINDS[leaf["distribution"]].names}
            entry = PriorEntry(
                path=path,
                meaning=str(leaf["meaning"]),
                why=str(leaf["why"]),
                source=str(leaf["source"]),
                kind=leaf["distribution"],
                values=values,
                origin=origin,
            )
            faults += _value_faults(entry)
            self.entries[path] = entry
        _raise_faults(where, faults)

    def overlay(self, document: Mapping[str, Any], origin: str, where: str) -> None:
        """Lay a document over what is there; every name in it must be known."""
        faults: list[str] = []
        self._overlay(document, "", origin, faults)
        _raise_faults(where, faults)

    def _overlay(self, node: Any, path: str, origin: str, faults: list[str]) -> None:
        if path in self.entries:
            self._overlay_entry(node, path, origin, faults)
        elif path in self.settings:
            whole = isinstance(self.settings[path], int)
            if not _is_number(node) or node <= 0 or (whole and node != int(node)):
                kind = "whole number" if whole else "number"
                faults.append(f"{path}: a {kind} above 0, not {node!r}")
            else:
                self.settings[path] = node
        elif not isinstance(node, dict):
            faults.append(f"{path or 'the document'}: a mapping of names, not {node!r}")
        else:
            known = self._children(path)
            for name, child in node.items():
                below = f"{path}.{name}" if path else str(name)
                if str(name) in known:
                    self._overlay(child, below, origin, faults)
                else:
                    faults.append(f"{below}: unknown name{_nearest(str(name), known)}")

    def _overlay_entry(self, node: Any, path: str, origin: str, faults: list[str]) -> None:
        if not isinstance(node, dict):
            example = f"{path}.{next(iter(self.entries[path].values))}"
            faults.append(f"{path}: a mapping, not {node!r}; an example of a value: {example}")
            return
        entry = self.entries[path]
        kind = node.get("distribution", entry.kind)
        if not isinstance(kind, str) or kind not in self._allowed(entry):
            allowed = ", ".join(self._allowed(entry))
            faults.append(f"{path}.distribution: one of {allowed}, not {kind!r}")
            return
        names = KINDS[kind].names
        values = dict(entry.values) if kind == entry.kind else {}
        for name, value in node.items():
            if name == "distribution" or name in _WORDS:
                continue
            if name not in names:
                faults.append(f"{path}.{name}: unknown name{_nearest(str(name), names)}")
            elif not _is_number(value):
                faults.append(f"{path}.{name}: a number, not {value!r}")
            else:
                values[name] = float(value)
        if missing := [name for name in names if name not in values]:
            faults.append(f"{path}: distribution {kind} also needs {', '.join(missing)}")
            return
        words = {word: str(node[word]) for word in _WORDS if word in node}
        before = entry if origin == "race" else None
        changed = replace(
            entry, kind=kind, values=values, origin=origin, before_race=before, **words
        )
        faults += _value_faults(changed)
        self.entries[path] = changed

    def _allowed(self, entry: PriorEntry) -> tuple[str, ...]:
        """Distributions that this prior may have; the first-round model builds one only."""
        if entry.path.startswith("first_round."):
            return (entry.kind,)
        if entry.unit == "share":
            return ("share", "fixed")
        return (
            ("points_size", "size_range", "points", "fixed")
            if entry.unit == "points"
            else ("fixed",)
        )

    def _children(self, path: str) -> tuple[str, ...]:
        start = f"{path}." if path else ""
        below = [
            known.removeprefix(start)
            for known in (*self.entries, *self.settings)
            if known.startswith(start)
        ]
        return tuple(dict.fromkeys(name.split(".")[0] for name in below))

    def resolve(self) -> PriorSet:
        """The set, once every layer is in."""
        settings = {path.split(".")[-1]: value for path, value in self.settings.items()}
        return PriorSet(
            entries=tuple(self.entries.values()),
            sampler=SamplerSettings(
                chains=int(settings["chains"]),
                tune=int(settings["tune"]),
                draws=int(settings["draws"]),
                target_accept=float(settings["target_accept"]),
                approximate_above=int(settings["approximate_above"]),
            ),
            turnout_if_unknown=float(settings["turnout_if_unknown"]),
        )


def _leaves(node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, child in node.items():
        below = f"{path}.{name}" if path else name
        if isinstance(child, dict) and "distribution" not in child:
            yield from _leaves(child, below)
        else:
            yield below, child


def _value_faults(entry: PriorEntry) -> list[str]:
    faults = [f"{entry.path}.{fault}" for fault in KINDS[entry.kind].faults(entry.values)]
    if entry.kind == "fixed":
        value = entry.values["value"]
        if entry.path.endswith("correlation") and not -1 < value < 1:
            faults.append(f"{entry.path}.value: a correlation lies between -1 and 1, not {value:g}")
        elif entry.unit == "share" and not 0 < value < 1:
            faults.append(f"{entry.path}.value: a share lies between 0 and 1, not {value:g}")
        elif entry.path.endswith("tail") and value <= 0:
            faults.append(f"{entry.path}.value: degrees of freedom are above 0, not {value:g}")
        elif not entry.path.endswith(_SIGNED) and value < 0:
            faults.append(f"{entry.path}.value: must be 0 or more, not {value:g}")
    return faults


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{hint}; the known names here: {', '.join(known)}"


def _raise_faults(where: str, faults: Sequence[str]) -> None:
    if faults:
        raise InputError(f"{where}: {len(faults)} fault(s) in the priors", faults)
