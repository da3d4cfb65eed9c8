"""Tasks in processes of this machine, each spoken to through a pipe of its own.

Only the two ends of a pipe hold it, so that a process that dies is the end of what can be read
from it, in whatever it was. A shared queue would wait for the rest of a message, or for a lock.
No thread stands between: tasks are handed out while results are waited for.
"""

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from forecast.errors import ForecastError
from forecast.files import temporary_folder

# A worker is a process with one thread: its linear algebra must not take the other's cores.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
END_WITHIN = 5.0  # seconds from the end of its pipe to the end of a process


@dataclass(frozen=True)
class _Stored:
    """A value in the folder of a pool, which the workers of that pool alone can read."""

    path: Path


@dataclass(eq=False)
class PoolTask:
    """A task that waits, runs or is done."""

    pool: "PoolTasks"
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    large: bool
    is_done: bool = False
    _result: Any = None
    _exception: Exception | None = None

    def result(self) -> Any:
        """What the function returned, waited for; or what it raised."""
        if (exception := self.exception()) is not None:
            raise exception
        return self._result

    def exception(self) -> Exception | None:
        """What the function raised, waited for."""
        self.pool.wait_for(self)
        return self._exception

    def end(self, result: Any, exception: Exception | None = None) -> None:
        """Take what came out; the arguments may be large, and are let go."""
        self._result, self._exception, self.is_done, self.arguments = result, exception, True, ()

    @property
    def is_ready(self) -> bool:
        """Whether the tasks among its arguments are done."""
        return all(a.is_done for a in self.arguments if isinstance(a, PoolTask))


@dataclass(eq=False)
class _Worker:
    """A process, this end of its pipe, and what it is at; None before it has said it is there."""

    process: SpawnProcess
    pipe: "Connection[Any, Any]"
    is_idle: bool = False
    task: PoolTask | None = None


@dataclass(eq=False)
class PoolTasks:
    """A runner of tasks in at most `n_workers` processes, started as they are needed."""

    n_workers: int
    folder: Path
    _workers: list[_Worker] = field(default_factory=list)
    _queue: deque[PoolTask] = field(default_factory=deque)

    def share(self, value: Any) -> Any:
        """The value in a file that each worker reads once."""
        return _stored(value, self.folder)

    def submit(self, function: Callable[..., Any], *arguments: Any, large: bool = False) -> Any:
        """A task; it starts when the tasks among its arguments are done."""
        task = PoolTask(self, function, arguments, large)
        self._queue.append(task)
        idle = sum(worker.is_idle for worker in self._workers)
        if len(self._workers) < self.n_workers and len(self._queue) > idle:
            self._start()
        self._hand_out()
        return task

    def done(self, first: Sequence[Any], following: Callable[[], Any]) -> Iterator[Any]:
        """Tasks as they are done."""
        waiting = list(first)
        while waiting:
            for task in [task for task in waiting if task.is_done]:
                waiting.remove(task)
                yield task
                if (another := following()) is not None:
                    waiting.append(another)
            if waiting and not any(task.is_done for task in waiting):
                self._step()

    def wait_for(self, task: PoolTask) -> None:
        """Go on until a task is done.

        Raises
        ------
        ForecastError
            When a process has died.
        """
        while not task.is_done:
            self._step()

    def close(self) -> None:
        """End the processes, whatever they are in the middle of."""
        for worker in self._workers:
            worker.pipe.close()
            worker.process.kill()
        for worker in self._workers:
            worker.process.join(END_WITHIN)
        self._workers.clear()

    def _start(self) -> None:
        # Each a new program: a fork of this one would have its threads' locks without its threads.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self.folder))
        with _deaf(), _one_thread():
            process.start()
        # Theirs alone holds the other end, so that their death ends ours.
        theirs.close()
        self._workers.append(_Worker(process, ours))

    def _step(self) -> None:
        """Wait for news of any process, take it, and hand out what waits."""
        by_pipe = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(by_pipe)):
            self._hear(by_pipe[pipe])  # type: ignore[index]
        self._hand_out()

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.pipe.recv_bytes()
        except (EOFError, OSError):
            raise _died(worker.process) from None
        task, worker.task, worker.is_idle = worker.task, None, True
        if task is None:
            return
        try:
            task.end(*pickle.loads(message))
        except Exception as error:  # a value that pickles and does not unpickle
            task.end(None, error)

    def _hand_out(self) -> None:
        """Give tasks that are ready to the processes that are idle, in their order."""
        idle = [worker for worker in self._workers if worker.is_idle]
        for task in list(self._queue):
            if not idle:
                return
            if not task.is_ready:
                continue
            self._queue.remove(task)
            try:
                known = [a.result() if isinstance(a, PoolTask) else a for a in task.arguments]
                message = pickle.dumps((task.function, known, task.large))
            except Exception as error:  # of another task, or an argument that does not pickle
                task.end(None, error)
                continue
            worker = idle.pop()
            worker.task, worker.is_idle = task, False
            try:
                worker.pipe.send_bytes(message)
            except OSError:
                raise _died(worker.process) from None


@contextmanager
def local_pool(workers: int) -> Iterator[PoolTasks]:
    """A pool of processes here, which end with it."""
    with temporary_folder() as folder:
        pool = PoolTasks(workers, folder)
        try:
            yield pool
        finally:
            # After Ctrl-C nobody waits for a race of half a minute.
            pool.close()


def _died(process: SpawnProcess) -> ForecastError:
    process.join(END_WITHIN)
    code = process.exitcode
    how = f"with exit code {code}" if code is None or code >= 0 else f"by signal {-code}"
    with suppress(ValueError, TypeError):
        how = f"by {signal.Signals(-(code or 0)).name}"
    return ForecastError(
        f"one of the worker processes was ended {how}: it ran out of memory, or somebody ended it. "
        "What was done is stored; the same command goes on there. Fewer --workers take less memory"
    )


def _work(pipe: "Connection[Any, Any]", folder: Path) -> None:
    """What a worker does: one task after another until its pipe or its parent ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Nothing more is said to a program that is gone.
    with suppress(EOFError, OSError):
        pipe.send_bytes(b"")
        while True:
            pipe.send_bytes(_outcome(pipe.recv_bytes(), folder))


def _end_with_parent() -> None:
    """A task of minutes would go on for a program that was killed."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _outcome(message: bytes, folder: Path) -> bytes:
    """What a task returns, or raises; a large result stays in the folder."""
    try:
        function, arguments, large = pickle.loads(message)
        known = [_loaded(a.path) if isinstance(a, _Stored) else a for a in arguments]
        result = function(*known)
        return pickle.dumps((_stored(result, folder) if large else result, None))
    except Exception as error:
        with suppress(Exception):
            said = pickle.dumps((None, error))
            pickle.loads(said)
            return said
        return pickle.dumps((None, RuntimeError(repr(error))))


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
def _one_thread() -> Iterator[None]:
    """Environment of a worker to start; as it was afterwards."""
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
