"""The fits in the user's cache folder, each under a hash of all that it depends on.

An entry is a folder that appears whole or not at all: it is written beside its place and
renamed. Reading checks the hash of every file; a damaged entry counts as absent.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import ForecastError
from forecast.files import CACHE_VARIABLE, cache_root, part_of
from forecast.priors.prior_set import PriorSet
from forecast.race.units import UnitData

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


def fit_key(
    model: str,
    units: UnitData,
    candidates: Sequence[str],
    priors: PriorSet,
    seed: int,
    model_version: int,
) -> str:
    """Hash everything that a fit of the first round depends on, and nothing else.

    The runoff priors are left out: a change of them needs no new fit.

    Parameters
    ----------
    model
        Which model it is a fit of.
    units, candidates, priors, seed
        As the fit takes them.
    model_version
        Raised with every change of the models.
    """
    digest = hashlib.sha256()
    fitted = [e for e in priors.entries if e.path.startswith("first_round.")]
    description = {
        "model": model,
        "model_version": model_version,
        "seed": seed,
        "candidates": list(candidates),
        "priors": [[e.path, e.kind, dict(e.values)] for e in fitted],
        "sampler": asdict(priors.sampler),
        "versions": library_versions(),
    }
    digest.update(json.dumps(description, sort_keys=True).encode())
    for name, value in sorted(vars(units).items()):
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
