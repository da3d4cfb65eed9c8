"""Who does the tasks of a backtest: processes of this machine, or a cluster elsewhere.

Whoever can connect to a scheduler of dask can run any code on its workers. On this machine tasks
go to processes through pipes, which nobody else can open, and no port listens. A cluster is joined
by TLS alone, whose certificates say who may connect.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from forecast.errors import ForecastError, InputError
from forecast.score.worker_pool import local_pool

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
        When dask.distributed is not installed, or the scheduler does not answer. Within: when a
        process has died.
    """
    if scheduler is None:
        with local_pool(workers or os.cpu_count() or 1) as runner:
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
