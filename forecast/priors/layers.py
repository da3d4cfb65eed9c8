"""The prior documents: YAML in people's units, in layers, checked before anything runs.

Layers, each over the one before: the defaults under ``models/``, what finished runoffs say of
the race (`forecast.learn.learned_priors`), the ``priors.yaml`` of the race folder, a file of the
user's, and single values from the command line.
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
from forecast.priors.prior_set import (
    ASSUMED_TURNOUT,
    KINDS,
    Bound,
    PriorEntry,
    PriorSet,
    SamplerSettings,
    assumed_turnout,
)
from forecast.race.contest import Race

DEFAULT_FILES = ("first_round.yaml", "runoff.yaml", "settings.yaml")
RACE_FILE = "priors.yaml"
SETTINGS, BOUNDS = "settings", "bounds"
ASSUMPTIONS = "settings.assumptions"
# Words that a document may change, and what a prior is, which it may only repeat.
_WORDS = ("name", "meaning", "why", "source")
_WHAT_IT_IS = ("unit", "support")
_FORMERLY = {"ratio": "share"}  # which a document may still say


@dataclass(frozen=True)
class Layer:
    """A document that is laid over the priors before it.

    Attributes
    ----------
    document
        Nested names and values.
    origin
        What to call the layer: race, file, command line or scenario.
    where
        Where it stands, for an error.
    file
        The file that it was read from; None for single values and scenarios.
    """

    document: Mapping[str, Any]
    origin: str
    where: str
    file: Path | None = None


@dataclass(frozen=True)
class PriorLayers:
    """Every prior document of a race, read once and not yet laid over one another.

    Attributes
    ----------
    defaults
        The priors that ship, which define the names there are.
    settings
        The settings that ship, by their path.
    layers
        The documents over them: of the race folder, of the user, single values.
    bounds
        The values that a setting may have, by its path.
    """

    defaults: tuple[PriorEntry, ...]
    settings: Mapping[str, float]
    layers: tuple[Layer, ...]
    bounds: Mapping[str, Bound]

    def turnout_if_unknown(self, race: Race) -> float:
        """The first-round turnout assumed where the registered voters are unknown, a share.

        It is wanted before the other values: the race is prepared with it, and what is learned
        of a race is read from the race as it is prepared.

        Raises
        ------
        InputError
            When a layer has an impossible value there; with the other faults of that layer.
        """
        path = f"{ASSUMPTIONS}.{assumed_turnout(race)}"
        value: Any = self.settings[path]
        for layer in self.layers:
            value = _value_at(layer.document, path, value)
        if _setting_fault(path, value, self.settings, self.bounds):
            return self.resolve().turnout_if_unknown(race)
        return float(value)

    def resolve(
        self, learned: Sequence[PriorEntry] = (), learned_file: Path | None = None
    ) -> PriorSet:
        """Lay the documents over the defaults, what was learned first.

        Parameters
        ----------
        learned
            What finished runoffs say of this race (`forecast.learn.learned_priors`), in place
            of the defaults of the same path.
        learned_file
            The file that it was read from.

        Raises
        ------
        InputError
            With every fault of a layer: unknown names (and the known ones nearest to them),
            wrong types, impossible values, each with its YAML path.
        """
        resolver = _Resolver({e.path: e for e in self.defaults}, dict(self.settings), self.bounds)
        faults = [fault for entry in learned for fault in entry.faults()]
        _raise_faults("what finished runoffs taught", faults)
        resolver.entries |= {entry.path: entry for entry in learned}
        for layer in self.layers:
            resolver.overlay(layer)
        shipped = (shipped_folder("models") / name for name in DEFAULT_FILES)
        files = (*shipped, learned_file, *(layer.file for layer in self.layers))
        return replace(resolver.resolve(), files=tuple(file for file in files if file))


def read_layers(
    race_folder: Path | None = None, file: Path | None = None, settings: Sequence[str] = ()
) -> PriorLayers:
    """Read the prior documents of a race, each once.

    Parameters
    ----------
    race_folder
        Folder of a race; its priors.yaml is used where there is one.
    file
        A prior file of the user's, whole or in part.
    settings
        Single values as ``path=value``, "runoff.loyalty.low=0.9".

    Raises
    ------
    InputError
        When a document is not what it should be, whatever the names in it.
    """
    layers = []
    if race_folder is not None and (race_folder / RACE_FILE).exists():
        path = race_folder / RACE_FILE
        layers.append(Layer(read_document(path), "race", str(path), path))
    if file is not None:
        layers.append(Layer(read_document(file), "file", str(file), file))
    # All settings at once: two ends of a range may only be right together.
    if settings:
        where = " ".join(f"--set {setting}" for setting in settings)
        layers.append(Layer(parse_settings(settings), "command line", where))
    defaults, shipped, bounds = _shipped()
    return PriorLayers(defaults, shipped, tuple(layers), bounds)


def load_priors(
    race_folder: Path | None = None, file: Path | None = None, settings: Sequence[str] = ()
) -> PriorSet:
    """Read the default priors and lay others over them, without anything learned.

    Parameters
    ----------
    race_folder, file, settings
        As for `read_layers`.

    Raises
    ------
    InputError
        With every fault of a layer, as `PriorLayers.resolve`.
    """
    return read_layers(race_folder, file, settings).resolve()


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
    resolver = _Resolver({entry.path: entry for entry in priors.entries}, {})
    resolver.overlay(Layer(document, "scenario", where))
    return replace(priors, entries=tuple(resolver.entries.values()))


def _shipped() -> tuple[tuple[PriorEntry, ...], dict[str, float], dict[str, Bound]]:
    """The priors that ship, the settings by their path, and the bounds of the settings."""
    entries: list[PriorEntry] = []
    settings: dict[str, float] = {}
    bounds: dict[str, Bound] = {}
    for name in DEFAULT_FILES:
        path = shipped_folder("models") / name
        document = read_document(path)
        settings |= dict(_leaves({SETTINGS: document.pop(SETTINGS, {})}))
        here = {name: Bound(**bound) for name, bound in document.pop(BOUNDS).items()}
        bounds |= here
        found = [_entry(where, leaf, here) for where, leaf in _leaves(document)]
        _raise_faults(str(path), [fault for entry in found for fault in entry.faults()])
        entries += found
    return tuple(entries), settings, bounds


def _entry(path: str, leaf: Mapping[str, Any], bounds: Mapping[str, Bound]) -> PriorEntry:
    """A prior as a shipped document writes it, with everything that it must say."""
    kind = KINDS[leaf["distribution"]]
    return PriorEntry(
        path=path,
        name=str(leaf.get("name", path)),
        meaning=str(leaf["meaning"]),
        why=str(leaf["why"]),
        source=str(leaf["source"]),
        unit=leaf["unit"],
        support=leaf["support"],
        distribution=kind.make(*(leaf[name] for name in kind.names)),
        origin="default",
        bound=bounds[leaf["unit"]],
    )


@dataclass
class _Resolver:
    """Lays documents over priors, and collects the faults of each."""

    entries: dict[str, PriorEntry]
    settings: dict[str, float]
    bounds: Mapping[str, Bound] = field(default_factory=dict)

    def overlay(self, layer: Layer) -> None:
        """Lay a document over what is there; every name in it must be known."""
        faults: list[str] = []
        self._overlay(layer.document, "", layer.origin, faults)
        _raise_faults(layer.where, faults)

    def _overlay(self, node: Any, path: str, origin: str, faults: list[str]) -> None:
        if path in self.entries:
            self._overlay_entry(node, path, origin, faults)
        elif path in self.settings:
            fault = _setting_fault(path, node, self.settings, self.bounds)
            if fault:
                faults.append(fault)
            else:
                self.settings[path] = node
        elif path == BOUNDS:
            if node != self._said_bounds(node):
                faults.append(f"{path}: those that ship hold; leave them out or as they are")
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
        # What was learned is drawn; a plain value in its place is a known one.
        plain = "fixed" if entry.is_joint and "value" in node else entry.kind
        kind = node.get("distribution", plain)
        if not isinstance(kind, str) or kind not in entry.kinds:
            faults.append(f"{path}.distribution: one of {', '.join(entry.kinds)}, not {kind!r}")
            return
        names = KINDS[kind].names
        values = entry.values if kind == entry.kind else {}
        before_it = dict(values)
        for name, value in node.items():
            if name == "distribution" or name in _WORDS:
                continue
            if name in _WHAT_IT_IS:
                if value not in ((fixed := getattr(entry, name)), _FORMERLY.get(fixed)):
                    faults.append(f"{path}.{name}: is {fixed} and stays that, not {value!r}")
            elif name not in names:
                faults.append(f"{path}.{name}: unknown name{_nearest(str(name), names)}")
            elif not _is_number(value):
                faults.append(f"{path}.{name}: a number, not {value!r}")
            else:
                values[name] = float(value)
        if missing := [name for name in names if name not in values]:
            faults.append(f"{path}: distribution {kind} also needs {', '.join(missing)}")
            return
        changes: dict[str, Any] = {word: str(node[word]) for word in _WORDS if word in node}
        before = entry if origin == "race" else None
        changes |= {"origin": origin, "before_race": before, "without_positions": None}
        distribution = KINDS[kind].make(*(values[name] for name in names))
        changed = replace(entry, distribution=distribution, **changes)
        found = changed.faults()
        kept = [name for name in names if name not in node and name in before_it]
        if found and kept:
            said = ", ".join(f"{name} is {before_it[name]:g}" for name in kept)
            how = "learned from finished runoffs" if entry.origin == "learned" else entry.origin
            found = [
                f"{fault}; {said}, {how}: set it too" if "must be below" in fault else fault
                for fault in found
            ]
        faults += found
        self.entries[path] = changed

    def _said_bounds(self, node: Any) -> dict[str, Any] | None:
        """The bounds that ship, of those units and settings that a copy of a document has."""
        if not isinstance(node, dict) or not set(node) <= set(self.bounds):
            return None
        bare = Bound()
        return {
            name: {
                word: value
                for word, value in vars(self.bounds[name]).items()
                if value != getattr(bare, word)
            }
            for name in node
        }

    def _children(self, path: str) -> tuple[str, ...]:
        above = tuple(path.split(".")) if path else ()
        known = [tuple(name.split(".")) for name in (*self.entries, *self.settings)]
        known += [(BOUNDS,)] * bool(self.bounds)
        below = [name[len(above)] for name in known if name[: len(above)] == above]
        return tuple(dict.fromkeys(below))

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
            assumed_turnout={name: float(settings[name]) for name in ASSUMED_TURNOUT},
        )


def _leaves(node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, child in node.items():
        below = f"{path}.{name}" if path else name
        if isinstance(child, dict) and "distribution" not in child:
            yield from _leaves(child, below)
        else:
            yield below, child


def _value_at(document: Any, path: str, default: Any) -> Any:
    """The value of a document at a dotted path, or the default where it has none."""
    for name in path.split("."):
        if not isinstance(document, dict) or name not in document:
            return default
        document = document[name]
    return document


def _setting_fault(
    path: str, value: Any, settings: Mapping[str, float], bounds: Mapping[str, Bound]
) -> str | None:
    """What is wrong with the value of a setting, which is whole where its default is."""
    whole = isinstance(settings[path], int)
    if _is_number(value) and value > 0 and not (whole and value != int(value)):
        fault = bounds[path].fault(value) if path in bounds else ""
        return f"{path}: {fault}" if fault else None
    return f"{path}: a {'whole number' if whole else 'number'} above 0, not {value!r}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _nearest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{hint}; the known names here: {', '.join(known)}"


def _raise_faults(where: str, faults: Sequence[str]) -> None:
    if faults:
        raise InputError(f"{where}: {len(faults)} fault(s) in the priors", faults)
