"""The fits in the user's cache folder, each under a hash of all that it depends on.

An entry is a folder that is written atomically: beside its place, and then renamed. Reading
checks the hash of every file; a damaged entry counts as absent.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import ForecastError
from forecast.files import CACHE_VARIABLE, cache_root, part_of
from forecast.priors.prior_set import FIRST_ROUND, PriorSet
from forecast.race.prepared import PreparedRace

# A change of any of these may change a fit.
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

    def load(self, key: str, notify: Callable[[str], None]) -> CacheEntry | None:
        """Read an entry; None, with a line to the user, where it is damaged."""
        folder = self.root / key
        if not folder.exists():
            return None
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            for name, expected in manifest["files"].items():
                if _sha256(folder / name) != expected:
                    raise ValueError(f"{name} has changed")
            with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return CacheEntry(arrays, manifest["diagnosis"], manifest["versions"], folder)
        except (OSError, ValueError, KeyError, TypeError) as error:
            notify(f"the stored fit {key} is damaged ({error}); fitting again")
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
                np.savez(part / "arrays.npz", **arrays)
                trace.to_netcdf(part / "posterior.nc")
                manifest = {
                    "race": race,
                    "source": source,
                    "diagnosis": dict(diagnosis),
                    "versions": library_versions(),
                    "files": {p.name: _sha256(p) for p in sorted(part.iterdir())},
                }
                text = json.dumps(manifest, indent=1)
                (part / "manifest.json").write_text(text, encoding="utf-8")
                shutil.rmtree(folder, ignore_errors=True)
                part.replace(folder)
        except OSError as error:
            raise ForecastError(
                f"the fit can't be stored in {self.root}: {error}. Free some space, or name "
                f"another folder in the environment variable {CACHE_VARIABLE}"
            ) from error
        return CacheEntry(dict(arrays), dict(diagnosis), library_versions(), folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
