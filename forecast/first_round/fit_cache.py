"""The fits in the user's cache folder, each under a hash of all that it depends on.

An entry is a folder that is written atomically: beside its place, and then renamed. Reading
checks the hash of every file, and of what the manifest itself says; a damaged entry counts as
absent. Whoever can write into the folder can make an entry that is whole: the hashes are against
damage, not against people.
"""

import atexit
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import ForecastError
from forecast.files import (
    CACHE_VARIABLE,
    cache_root,
    one_at_a_time,
    part_of,
    remove,
    temporary_folder,
)
from forecast.priors.prior_set import FIRST_ROUND, PriorSet
from forecast.race.prepared import PreparedRace

# A change of any of these may change a fit.
ARRAYS_FILE, POSTERIOR_FILE = "arrays.npz", "posterior.nc"
# Of a disk that has less left, nothing should be taken.
PROBE = 1 << 20
FILES = {ARRAYS_FILE, POSTERIOR_FILE}
LIBRARIES = ("numpy", "pymc", "pytensor", "nutpie", "arviz")


@dataclass(frozen=True, eq=False)
class CacheEntry:
    """A fit as it was stored: arrays for the core, diagnosis, versions, and its folder."""

    arrays: dict[str, Any]
    diagnosis: dict[str, Any]
    versions: dict[str, str]
    folder: Path


def library_versions() -> dict[str, str]:
    """Versions of the libraries that a fit depends on, without importing them."""
    return {name: version(name) for name in LIBRARIES}


@dataclass(frozen=True, eq=False)
class FitTask:
    """Everything that a fit of the first round depends on, and nothing else.

    Attributes
    ----------
    model, version
        Which model is fitted, and a number that is raised with every change of it.
    prepared
        The race, prepared.
    priors
        Resolved priors and settings. Those of the runoff are left out of the key: a change of
        them needs no new fit.
    seed
        Seed of the sampler.
    """

    model: str
    version: int
    prepared: PreparedRace
    priors: PriorSet
    seed: int

    @property
    def key(self) -> str:
        """Hash of all this, under which the cache has the fit."""
        units, priors = self.prepared.units, self.priors
        description = {
            "model": self.model,
            "model_version": self.version,
            "seed": self.seed,
            "candidates": list(self.prepared.race.first_round.candidates),
            "priors": [[e.path, e.kind, e.values] for e in priors.of_model(FIRST_ROUND)],
            "sampler": asdict(priors.sampler),
            "versions": library_versions(),
        }
        digest = hashlib.sha256(json.dumps(description, sort_keys=True).encode())
        # Of the fields alone: what was computed of them meanwhile must not change the key.
        for name in sorted(field.name for field in fields(units)):
            value = getattr(units, name)
            if isinstance(value, np.ndarray):
                digest.update(f"{name}{value.dtype}{value.shape}".encode())
                digest.update(np.ascontiguousarray(value).tobytes())
            else:
                digest.update(f"{name}{value!r}".encode())
        return digest.hexdigest()[:32]


@dataclass(frozen=True)
class FitCache:
    """A folder of fits."""

    root: Path

    @classmethod
    def of_user(cls) -> "FitCache":
        """The user's cache folder, or what the variable FORECAST_CACHE names."""
        return cls(cache_root() / "fits")

    def or_temporary(self, notify: Callable[[str], None]) -> "FitCache":
        """The same cache, or one that lasts as long as the process, where it can't be written."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with part_of(self.root / "probe") as probe:
                probe.write_bytes(bytes(PROBE))
        except OSError as error:
            notify(
                f"warning: fits can't be kept in {self.root} ({error.strerror or error}); this one "
                f"is used once. Free some space, or name another folder in {CACHE_VARIABLE}"
            )
        else:
            return self
        folder = ExitStack()
        atexit.register(folder.close)
        return FitCache(folder.enter_context(temporary_folder()))

    def one_at_a_time(
        self, key: str, waiting: Callable[[], object]
    ) -> AbstractContextManager[None]:
        """Let one process at a time make an entry."""
        return one_at_a_time(self.root / f".{key}.lock", waiting)

    def load(self, key: str, notify: Callable[[str], None]) -> CacheEntry | None:
        """Read an entry; None, with a line to the user, where it is damaged."""
        folder = self.root / key
        if not os.path.lexists(folder):  # a link to nowhere is a damaged entry
            return None
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if manifest.pop("digest") != _digest(manifest):
                raise ValueError("manifest.json has changed")
            if manifest["key"] != key:
                raise ValueError("it is that of another fit")
            if set(manifest["files"]) != FILES:
                raise ValueError(f"it holds other files than {' and '.join(sorted(FILES))}")
            for name in sorted(FILES):
                if _sha256(folder / name) != manifest["files"][name]:
                    raise ValueError(f"{name} has changed")
            with np.load(folder / ARRAYS_FILE, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return CacheEntry(arrays, manifest["diagnosis"], manifest["versions"], folder)
        except Exception as error:  # whatever is wrong with an entry, it is made again
            notify(
                f"the stored fit {key} is damaged or of an older program ({error!r}); fitting again"
            )
            return None

    def store(
        self,
        key: str,
        *,
        arrays: Mapping[str, Any],
        diagnosis: Mapping[str, Any],
        trace: Any,
        race: str,
        source: str,
    ) -> CacheEntry:
        """Write an entry atomically, in the place of one of the same key.

        Raises
        ------
        ForecastError
            When the cache folder can't be written: no space, no permission.
        """
        folder = self.root / key
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with part_of(folder) as part:
                part.mkdir()
                np.savez(part / ARRAYS_FILE, **arrays)
                trace.to_netcdf(part / POSTERIOR_FILE)
                manifest = {
                    "key": key,
                    "race": race,
                    "source": source,
                    "diagnosis": dict(diagnosis),
                    "versions": library_versions(),
                    "files": {p.name: _sha256(p) for p in sorted(part.iterdir())},
                }
                manifest["digest"] = _digest(manifest)
                text = json.dumps(manifest, indent=1)
                (part / "manifest.json").write_text(text, encoding="utf-8")
                remove(folder)
                part.replace(folder)
        # netCDF says of a full disk that it is an error of HDF.
        except (OSError, RuntimeError) as error:
            raise ForecastError(
                f"the fit can't be stored in {self.root}: {error}. Free some space, or name "
                f"another folder in the environment variable {CACHE_VARIABLE}"
            ) from error
        return CacheEntry(dict(arrays), dict(diagnosis), library_versions(), folder)


def _digest(manifest: Mapping[str, Any]) -> str:
    """Hash of what a manifest says, in whatever order and spacing."""
    # As JSON gives it back, so that it is the same before writing and after reading.
    said = json.loads(json.dumps(manifest))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
