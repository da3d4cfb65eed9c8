"""One seed, the same numbers: a generator for every block of draws and tile of units.

Draws come in blocks of a fixed size and units in tiles of a fixed size, each with a seed of
its own, derived from the user's by `numpy.random.SeedSequence`. Whoever computes a block,
in whatever order, gets the same bits.
"""

import numpy as np

BLOCK_DRAWS = 512
TILE_UNITS = 1024

_PARAMETERS, _TILES = 0, 1


def parameter_generator(seed: int, block: int) -> np.random.Generator:
    """Generator of what is common to the race in a block of draws."""
    return _generator(seed, _PARAMETERS, block, 0)


def tile_generator(seed: int, block: int, tile: int) -> np.random.Generator:
    """Generator of what happens in a tile of units in a block of draws."""
    return _generator(seed, _TILES, block, tile)


def _generator(seed: int, *key: int) -> np.random.Generator:
    # SFC64 fills normals fastest of NumPy's generators; see the benchmarks.
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))
