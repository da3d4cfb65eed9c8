"""One seed, the same numbers: a generator for every block of draws and tile of units.

Draws come in blocks of a fixed size and units in tiles of a fixed size, each with a seed of
its own, derived from the user's by `numpy.random.SeedSequence`. Whoever computes a block,
in whatever order, gets the same bits.
"""

import numpy as np

from forecast.stats.stratified import StratifiedGenerator

BLOCK_DRAWS = 1024
TILE_UNITS = 128

_PARAMETERS, _TILES = 0, 1


def parameter_generator(seed: int, block: int, *, stratified: bool = False) -> np.random.Generator:
    """Generator of what is common to the race in a block of draws, stratified or not."""
    kind = StratifiedGenerator if stratified else np.random.Generator
    return kind(_bits(seed, _PARAMETERS, block, 0))


def tile_generator(seed: int, block: int, tile: int) -> np.random.Generator:
    """Generator of what happens in a tile of units in a block of draws."""
    return np.random.Generator(_bits(seed, _TILES, block, tile))


def _bits(seed: int, *key: int) -> np.random.BitGenerator:
    # SFC64 is the fastest of NumPy's generators; see the benchmarks.
    return np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key))
