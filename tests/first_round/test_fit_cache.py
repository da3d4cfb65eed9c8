"""A stored fit: whole or not there, whatever became of its files; made once by two processes."""

import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from forecast.files import one_at_a_time
from forecast.first_round.fit_cache import FitCache


class Trace:
    def to_netcdf(self, path: Path) -> None:
        path.write_bytes(b"draws" * 50)


def stored(root: Path) -> FitCache:
    cache = FitCache(root)
    cache.store(
        "key",
        arrays={"a": np.arange(30.0)},
        diagnosis={"divergences": 0, "worst": ("x", "y", "z")},
        trace=Trace(),
        race="r",
        source="s",
    )
    return cache


def test_a_whole_entry_is_read(tmp_path: Path) -> None:
    entry = stored(tmp_path).load("key", pytest.fail)
    assert entry is not None
    assert entry.arrays["a"].tolist() == list(range(30))


def test_no_damage_is_taken(tmp_path: Path) -> None:
    """Every byte of the manifest, and some of the others, flipped; cut; emptied."""
    cache = stored(tmp_path)
    rng = np.random.default_rng(3)
    spaces = 0
    for name in ("manifest.json", "arrays.npz", "posterior.nc"):
        path = tmp_path / "key" / name
        whole = path.read_bytes()
        places = range(len(whole)) if name == "manifest.json" else rng.integers(0, len(whole), 40)
        for place in places:
            flipped = bytearray(whole)
            flipped[place] ^= 1 << int(rng.integers(8))
            path.write_bytes(bytes(flipped))
            said: list[str] = []
            entry = cache.load("key", said.append)
            if entry is not None:
                # The space between two values is no part of what the manifest says.
                assert name == "manifest.json"
                assert json.loads(bytes(flipped)) == json.loads(whole)
                spaces += 1
            else:
                assert len(said) == 1
        for cut in (whole[: len(whole) // 2], b"", b"\0" * len(whole)):
            path.write_bytes(cut)
            assert cache.load("key", lambda _: None) is None
        path.write_bytes(whole)
    assert spaces < 20
    assert cache.load("key", pytest.fail) is not None


def test_a_whole_entry_in_the_place_of_another_is_not_taken(tmp_path: Path) -> None:
    cache = stored(tmp_path)
    (tmp_path / "key").rename(tmp_path / "other")
    said: list[str] = []
    assert cache.load("other", said.append) is None
    assert "of another fit" in said[0]


@pytest.mark.parametrize("target", ["nowhere", "key"])
def test_a_link_in_the_place_of_an_entry_is_replaced(tmp_path: Path, target: str) -> None:
    (tmp_path / "key").symlink_to(target)
    said: list[str] = []
    assert FitCache(tmp_path).load("key", said.append) is None
    assert len(said) == 1
    assert stored(tmp_path).load("key", pytest.fail) is not None


def test_a_file_in_the_place_of_an_entry_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no folder", encoding="utf-8")
    assert stored(tmp_path).load("key", pytest.fail) is not None


@pytest.mark.parametrize(
    "manifest", [[], {}, {"digest": 1}, None, 7, {"digest": "x", "files": []}, {"files": {}}]
)
def test_manifests_made_by_hand(tmp_path: Path, manifest: object) -> None:
    cache = stored(tmp_path)
    (tmp_path / "key" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert cache.load("key", lambda _: None) is None


def test_a_cache_that_cannot_be_written_is_told_of_and_gone_without(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    said: list[str] = []
    other = FitCache(blocked / "fits").or_temporary(said.append)
    assert other.root.is_dir()
    assert "can't be kept" in said[0]
    assert FitCache(tmp_path / "fits").or_temporary(pytest.fail).root == tmp_path / "fits"


def hold(path: Path, log: Path, name: str) -> None:
    with one_at_a_time(path, lambda: None):
        for word in ("in", "out"):
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{name} {word}\n")


def test_two_processes_take_turns(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    log = tmp_path / "log"
    some = [
        context.Process(target=hold, args=(tmp_path / "lock", log, name)) for name in ("one", "two")
    ]
    for process in some:
        process.start()
    for process in some:
        process.join()
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    assert [word for _, word in lines] == ["in", "out", "in", "out"]
    assert lines[0][0] == lines[1][0]
