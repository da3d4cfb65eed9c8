"""Large arrays that come and go by the tile, without the system clearing their pages each time."""

import numpy as np


def keep_freed_memory() -> None:
    """Have the C library keep what a tile frees for the next one.

    The GNU library hands large blocks back to the system at once, which then clears every
    page again: a third of the time of a simulation. Once a block of nearly 32 MiB was freed, it
    keeps blocks up to that size. This one is never touched and takes no memory; elsewhere it
    does nothing.
    """
    np.empty(31 * 2**20, dtype=np.uint8)
