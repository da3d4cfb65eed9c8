"""Threads of the linear algebra below NumPy: one is faster than many where matrices are small."""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_blas_thread() -> AbstractContextManager[object]:
    """Matrix products on one thread each: the workers are threads enough.

    Two of them, each with threads of its own, wait for each other most of the time; and a
    product that is cut in other places gives other last bits.
    """
    limit: AbstractContextManager[object] = _thread_pools().limit(limits=1, user_api="blas")
    return limit


@cache
def _thread_pools() -> ThreadpoolController:
    """The libraries of this process that have threads, NumPy's among them."""
    return ThreadpoolController()
