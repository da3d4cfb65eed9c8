"""A dask.distributed client: of processes on this machine, or of a cluster elsewhere."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from forecast.errors import ForecastError, InputError

if TYPE_CHECKING:
    from distributed import Client

# A worker is a process with one thread: its linear algebra must not take the other's cores.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def connected(workers: int | None = None, scheduler: str | None = None) -> Iterator["Client"]:
    """A client, closed at the end with the workers that it started.

    Parameters
    ----------
    workers
        Processes to start here; one a core by default. Not with `scheduler`.
    scheduler
        Address of a running scheduler ("tcp://host:8786"), whose workers have this program.

    Raises
    ------
    ForecastError
        When dask.distributed is not installed, or the scheduler does not answer.
    """
    if workers is not None and scheduler is not None:
        raise InputError("give --workers or --scheduler, not both")
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415  (an extra)
    except ImportError:
        raise ForecastError(
            "a backtest needs dask.distributed: install it with "
            "`uv sync --extra backtest` or `pip install 'runoff-forecast[backtest]'`"
        ) from None
    # A country of 35,000 units is sent once; the advice to spread it does not help.
    warnings.filterwarnings("ignore", message="Sending large graph")
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=20)
        except (OSError, ValueError) as error:
            raise ForecastError(f"no scheduler answers at {scheduler}: {error}") from None
        with client:
            yield client
        return
    with (
        _one_thread_each(),
        LocalCluster(
            n_workers=workers or os.cpu_count() or 1,
            threads_per_worker=1,
            dashboard_address=None,
            memory_limit=0,
            # What failed comes back with the task; workers complain when they are closed.
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Environment of the workers to start; as it was afterwards."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
