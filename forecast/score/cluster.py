"""Who does the tasks of a backtest: processes of this machine, or a cluster elsewhere.

Whoever can connect to a scheduler of dask can run any code on its workers. On this machine tasks
go to processes through pipes, which nobody else can open, and no port listens. A cluster is joined
by TLS alone, whose certificates say who may connect.
"""

import multiprocessing
import os
import pickle
import queue
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from forecast.errors import ForecastError, InputError
from forecast.files import temporary_folder

# A worker is a process with one thread: its linear algebra must not take the other's cores.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
TLS = "tls://"


class TaskRunner(Protocol):
    """Runs functions elsewhere; a task has `result()` and `exception()`, as a future has."""

    @property
    def n_workers(self) -> int:
        """How many tasks run at a time."""

    def share(self, value: Any) -> Any:
        """What stands for a large value among the arguments of many tasks."""

    def submit(self, function: Callable[..., Any], *arguments: Any, large: bool = False) -> Any:
        """Start a task; its arguments may be shared values and other tasks.

        `large` says that the result is large and goes to other tasks, not to this process.
        """

    def done(self, first: Sequence[Any], following: Callable[[], Any]) -> Iterator[Any]:
        """Tasks as they are done; after each one, what `following` starts is waited for too."""


@dataclass(frozen=True)
class TlsFiles:
    """Certificates of a cluster: of the authority, and this client's own with its key."""

    ca: Path
    cert: Path
    key: Path


@contextmanager
def connected(
    workers: int | None = None, scheduler: str | None = None, tls: TlsFiles | None = None
) -> Iterator[TaskRunner]:
    """A runner of tasks, closed at the end with the processes that it started.

    Parameters
    ----------
    workers
        Processes to start here; one a core by default. Not with `scheduler`.
    scheduler
        Address of a running scheduler ("tls://host:8786"), whose workers have this program.
    tls
        Its certificates.

    Raises
    ------
    InputError
        When the address is none of TLS, or the certificates are missing.
    ForecastError
        When dask.distributed is not installed, or the scheduler does not answer.
    """
    if scheduler is None:
        with _local(workers or os.cpu_count() or 1) as runner:
            yield runner
        return
    if workers is not None:
        raise InputError("give --workers or --scheduler, not both")
    if not scheduler.startswith(TLS) or tls is None:
        raise InputError(
            f"--scheduler {scheduler}: whoever reaches a scheduler without TLS runs any code on "
            "its workers and reads what is sent to it. Start it with --tls-ca-file, --tls-cert and "
            "--tls-key, and give tls://HOST:PORT with --tls-ca, --tls-cert and --tls-key"
        )
    if missing := [str(path) for path in vars(tls).values() if not path.is_file()]:
        raise InputError(f"no file {', '.join(missing)} for the TLS of {scheduler}")
    with _remote(scheduler, tls) as runner:
        yield runner


@contextmanager
def _remote(scheduler: str, tls: TlsFiles) -> Iterator[TaskRunner]:
    try:
        from distributed import Client  # noqa: PLC0415  (an extra)
        from distributed.security import Security  # noqa: PLC0415
    except ImportError:
        raise ForecastError(
            "a cluster takes dask.distributed: install it with "
            "`uv sync --extra backtest` or `pip install 'runoff-forecast[backtest]'`"
        ) from None
    # A country of 35,000 units is sent once; the advice to spread it does not help.
    warnings.filterwarnings("ignore", message="Sending large graph")
    security = Security(
        tls_ca_file=str(tls.ca),
        tls_client_cert=str(tls.cert),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )
    try:
        client = Client(scheduler, security=security, timeout=20)
    except (OSError, ValueError) as error:
        raise ForecastError(f"no scheduler answers at {scheduler}: {error}") from None
    with client:
        yield DaskTasks(client)


@dataclass(frozen=True)
class DaskTasks:
    """Tasks on the workers of a cluster."""

    client: Any

    @property
    def n_workers(self) -> int:
        """Workers that the scheduler knows now."""
        return max(len(self.client.scheduler_info(n_workers=-1)["workers"]), 1)

    def share(self, value: Any) -> Any:
        """The value on every worker."""
        return self.client.scatter(value, broadcast=True)

    def submit(self, function: Callable[..., Any], *arguments: Any, large: bool = False) -> Any:
        """A task; results stay where they were made until they are asked for, large or not."""
        del large
        return self.client.submit(function, *arguments, pure=False)

    def done(self, first: Sequence[Any], following: Callable[[], Any]) -> Iterator[Any]:
        """Tasks as they are done."""
        from distributed import as_completed  # noqa: PLC0415  (an extra)

        waiting = as_completed(first)
        for task in waiting:
            yield task
            if (another := following()) is not None:
                waiting.add(another)


@dataclass(frozen=True)
class _Stored:
    """A value in the folder of a pool, which the workers of that pool alone can read."""

    path: Path


@lru_cache(maxsize=4)
def _loaded(path: Path) -> Any:
    """A shared value, read once a worker for the tasks that follow one another."""
    # Written by this program into a folder of mode 700.
    return pickle.loads(path.read_bytes())


def _stored(value: Any, folder: Path) -> _Stored:
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
    return _Stored(Path(name))


def _work(function: Callable[..., Any], arguments: Sequence[Any], folder: Path | None) -> Any:
    """What a worker does with a task; a large result stays in the folder."""
    known = (_loaded(a.path) if isinstance(a, _Stored) else a for a in arguments)
    result = function(*known)
    return result if folder is None else _stored(result, folder)


class PoolTasks:
    """Tasks in processes of this machine, which are spoken to through pipes."""

    def __init__(self, pool: ProcessPoolExecutor, n_workers: int, folder: Path) -> None:
        self._pool = pool
        self._n_workers = n_workers
        self._folder = folder

    @property
    def n_workers(self) -> int:
        """Processes of the pool."""
        return self._n_workers

    def share(self, value: Any) -> Any:
        """The value in a file that each worker reads once."""
        return _stored(value, self._folder)

    def submit(self, function: Callable[..., Any], *arguments: Any, large: bool = False) -> Any:
        """A task; the tasks among its arguments are waited for."""
        try:
            known = [a.result() if isinstance(a, Future) else a for a in arguments]
        except Exception as error:
            failed: Future[Any] = Future()
            failed.set_exception(error)
            return failed
        with _deaf():
            return self._pool.submit(_work, function, known, self._folder if large else None)

    def done(self, first: Sequence[Any], following: Callable[[], Any]) -> Iterator[Any]:
        """Tasks as they are done."""
        finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        running = 0
        for task in first:
            task.add_done_callback(finished.put)
            running += 1
        while running:
            yield finished.get()
            running -= 1
            if (another := following()) is not None:
                another.add_done_callback(finished.put)
                running += 1


@contextmanager
def _local(workers: int) -> Iterator[TaskRunner]:
    before = {process.pid for process in multiprocessing.active_children()}
    # Each a new program: a fork of this one would have its threads' locks without its threads.
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
    try:
        with temporary_folder() as folder, _one_thread_each():
            yield PoolTasks(pool, workers, folder)
            pool.shutdown()
    finally:
        # After Ctrl-C nobody waits for a race of half a minute.
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            if process.pid not in before:
                process.kill()


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C: this one hears it and ends them."""
    try:
        heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, which alone is interrupted
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


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
