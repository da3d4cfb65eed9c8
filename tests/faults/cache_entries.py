"""Stored fits damaged in every way: each is used rightly, or made again with a note."""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import pytest

from forecast.defaults import FitOptions
from forecast.first_round.fitting import FirstRoundFit, get_fit
from forecast.priors.layers import load_priors
from forecast.race.folder import load_race
from forecast.race.prepared import prepare
from tests.faults.runner import chance, stand_in
from tests.fuzz import inputs

FILES = ("arrays.npz", "posterior.nc", "manifest.json")


@dataclass
class EntryTally:
    """What became of the damaged entries, by kind of damage: used, or made again."""

    used: Counter[str] = field(default_factory=Counter)
    made_again: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def _file(entry: Path, random: Random) -> Path:
    return entry / random.choice(FILES)


def truncated(entry: Path, random: Random, _: Path) -> None:
    path = _file(entry, random)
    content = path.read_bytes()
    path.write_bytes(content[: random.randrange(len(content))])


def flipped(entry: Path, random: Random, _: Path) -> None:
    path = _file(entry, random)
    content = bytearray(path.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def emptied(entry: Path, random: Random, _: Path) -> None:
    _file(entry, random).write_bytes(b"")


def zeroed(entry: Path, random: Random, _: Path) -> None:
    path = _file(entry, random)
    path.write_bytes(bytes(path.stat().st_size))


def missing(entry: Path, random: Random, _: Path) -> None:
    _file(entry, random).unlink()


def of_another_version(entry: Path, random: Random, _: Path) -> None:
    """As an older or newer program may write it: keys that lack, that are new, of another kind."""
    path = entry / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    key = random.choice(sorted(manifest))
    if random.random() < 0.5:
        del manifest[key]
    else:
        manifest[key] = random.choice([None, 7, [], {}, "", {"a": 1}])
    path.write_text(json.dumps(manifest), encoding="utf-8")


def files_of_another(entry: Path, random: Random, other: Path) -> None:
    """Some of its files, or all of them, are those of another fit."""
    for name in random.sample(FILES, random.randint(1, len(FILES))):
        shutil.copyfile(other / name, entry / name)


def swapped(entry: Path, random: Random, _: Path) -> None:
    first, second = (entry / name for name in random.sample(FILES, 2))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def no_file(entry: Path, random: Random, _: Path) -> None:
    """A folder, a link to nowhere or to itself in the place of a file or of the entry."""
    path = random.choice([entry, _file(entry, random)])
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    match random.randrange(3):
        case 0:
            path.mkdir()
        case 1:
            path.symlink_to("nowhere")
        case _:
            path.symlink_to(path.name)


def forbidden(entry: Path, random: Random, _: Path) -> None:
    """Nobody may read it; to root, whom nothing is forbidden, it is one byte short."""
    path = random.choice([entry, _file(entry, random)])
    if os.geteuid():
        path.chmod(0)
    else:
        path = path if path.is_file() else entry / FILES[0]
        path.write_bytes(path.read_bytes()[:-1])


DAMAGES: tuple[Callable[[Path, Random, Path], None], ...] = (
    *(truncated, flipped, emptied, zeroed, missing, of_another_version),
    *(files_of_another, swapped, no_file, forbidden),
)


def damage_entries(tries: int, seed: int = 0) -> EntryTally:
    """Read so many damaged entries as a forecast does, every kind in turn."""
    tally = EntryTally()
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        root = Path(name)
        patch.setenv("FORECAST_CACHE", str(root / "cache"))
        stand_in(patch)
        folder = inputs.small_race(root)
        prepared = prepare(load_race(folder), 0.5)
        said: list[str] = []
        fit = partial(get_fit, prepared, folder, load_priors(folder))
        right = fit(FitOptions())
        other = fit(FitOptions(seed=7)).folder
        whole = shutil.copytree(right.folder, root / "whole")
        for number in range(tries):
            damage = DAMAGES[number % len(DAMAGES)]
            random = chance(seed, number)
            _remove(right.folder)
            shutil.copytree(whole, right.folder)
            damage(right.folder, random, other)
            said.clear()
            what = f"{damage.__name__}, try {number}"
            try:
                found = fit(FitOptions(notify=said.append))
            except Exception as error:
                tally.wrong.append(f"{what}: {error!r}")
                continue
            if not _same(found, right):
                tally.wrong.append(f"{what}: another fit was used")
            if found.from_cache:
                tally.used[damage.__name__] += 1
            else:
                tally.made_again[damage.__name__] += 1
                if len([line for line in said if "fitting again" in line]) != 1:
                    tally.wrong.append(f"{what}: made again without a note, but {said}")
            said.clear()
            if not fit(FitOptions(notify=said.append)).from_cache or said:
                tally.wrong.append(f"{what}: not mended: {said}")
    return tally


def _same(found: FirstRoundFit, right: FirstRoundFit) -> bool:
    arrays = zip(vars(found.posterior).values(), vars(right.posterior).values(), strict=True)
    return found.diagnosis == right.diagnosis and all(np.array_equal(a, b) for a, b in arrays)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        entry.chmod(0o700)
        shutil.rmtree(entry)
    else:
        entry.unlink(missing_ok=True)
