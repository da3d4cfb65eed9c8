"""An interrupt that the ordinary end can't answer in time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Whoever waits for a disk hears Ctrl-C when the disk has answered, as this one hears nothing.
DEAF = """
import signal, sys, time
from pathlib import Path
from forecast.cli import interrupts
from forecast.files import part_of, temporary_folder

interrupts.watch()
for pressed in (signal.SIGINT, signal.SIGTERM):
    signal.signal(pressed, lambda *_: None)
with part_of(Path("fit")) as fit, part_of(Path("page.html")) as page, temporary_folder() as folder:
    fit.mkdir()
    (fit / "posterior.nc").write_bytes(b"half")
    page.write_bytes(b"half")
    (folder / "snapshot.csv").write_bytes(b"half")
    print("writing", flush=True)
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        time.sleep(0.1)
"""


@pytest.mark.skipif(os.name == "nt", reason="a Unix signal")
@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_half_written_is_removed_where_the_program_is_ended_in_the_middle(
    by: signal.Signals, code: int, tmp_path: Path
) -> None:
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", DEAF],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=here,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "writing\n"
        program.send_signal(by)
        _, said = program.communicate(timeout=60)
    assert program.returncode == code
    assert said == "interrupted; nothing was left half written\n"
    assert [*here.iterdir(), *temporary.iterdir()] == []
