"""Who does the tasks of a backtest: nobody else can reach them, and a failure is a result."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from forecast.errors import ForecastError, InputError
from forecast.score.cluster import TlsFiles, connected


def process_of(_: object) -> int:
    return os.getpid()


def add(first: int, second: int) -> int:
    return first + second


def fail(_: object) -> int:
    raise ValueError("no such luck")


def listening(processes: set[int]) -> list[str]:
    """Addresses that some processes listen on, by the sockets that they hold."""
    held = {
        str(link.readlink())
        for process in processes
        for link in Path(f"/proc/{process}/fd").iterdir()
        if link.is_symlink()
    }
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in held:
                found.append(fields[1])
    return found


def test_nobody_can_connect_to_the_processes_of_a_backtest() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert listening({os.getpid()}), "a door that is open is seen"
    with connected(workers=1) as runner:
        worker = runner.submit(process_of, 0).result()
        assert worker != os.getpid()
        assert listening({os.getpid(), worker}) == []
    assert not Path(f"/proc/{worker}").exists()


def test_tasks_take_the_results_of_others_and_a_failure_is_one() -> None:
    with connected(workers=1) as runner:
        three = runner.submit(add, runner.share(1), 2, large=True)
        seven = runner.submit(add, three, 4)
        broken = runner.submit(fail, three)
        late = runner.submit(add, broken, 1)
        more = iter([runner.submit(add, 20, 1)])
        done = list(runner.done([seven, broken, late], lambda: next(more, None)))
        assert len(done) == 4
        assert sorted(task.result() for task in done if not task.exception()) == [7, 21]
        assert [str(task.exception()) for task in (broken, late)] == ["no such luck"] * 2


def half_an_answer(_: object) -> int:
    """Die in the middle of a message: it says that 1,000 bytes come, and two do."""
    for link in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):
            if int(link.name) > 2 and str(link.readlink()).startswith("socket:"):
                os.write(int(link.name), (1000).to_bytes(4, "big") + b"no")
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@pytest.mark.timeout(60)
@pytest.mark.parametrize("last_words", [half_an_answer, os._exit])
def test_a_process_that_dies_ends_the_work_in_one_line(last_words) -> None:
    with connected(workers=2) as runner:
        tasks = [runner.submit(nap, 0.01) for _ in range(4)]
        tasks += [runner.submit(last_words, 7), runner.submit(nap, 60.0)]
        done = []
        with pytest.raises(ForecastError, match=r"ended (by SIGKILL|with exit code 7): .* stored"):
            done.extend(task.result() for task in runner.done(tasks, lambda: None))
        assert set(done) <= {0.01}
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "127.0.0.1:8786", "tls://cluster:8786"]
)
def test_a_cluster_without_tls_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="runs any code"), connected(scheduler=address):
        pass


def test_certificates_that_are_missing_are_named(tmp_path: Path) -> None:
    tls = TlsFiles(tmp_path / "ca.pem", tmp_path / "cert.pem", tmp_path / "key.pem")
    with (
        pytest.raises(InputError, match=r"no file .*ca\.pem, .*cert\.pem"),
        connected(scheduler="tls://cluster:8786", tls=tls),
    ):
        pass


PROGRAM = """
import signal
from forecast.cli import interrupts, main
from forecast.score.cluster import connected
from tests.score.test_cluster import nap, process_of

def work():
    with connected(workers=1) as runner:
        print(runner.submit(process_of, 0).result(), flush=True)
        runner.submit(nap, 60.0).result()

# A shell has jobs in the background ignore Ctrl-C; this one is in front.
signal.signal(signal.SIGINT, signal.default_int_handler)
interrupts.watch()
raise SystemExit(main.run(work))
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_program_that_is_ended_leaves_no_worker(
    by: signal.Signals, code: int, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        time.sleep(0.2)
        program.send_signal(by)
        _, said = program.communicate(timeout=60)
    assert program.returncode == code
    for _ in range(100):
        if not is_running(worker):
            break
        time.sleep(0.1)
    assert not is_running(worker)
    if by is not signal.SIGKILL:
        assert said == "interrupted; nothing was left half written\n"
        assert list(tmp_path.iterdir()) == []


def is_running(process: int) -> bool:
    """Whether a process is there and has not ended; one that nobody waits for stays as a name."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"
