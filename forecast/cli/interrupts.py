"""Ctrl-C, or SIGTERM, ends the program within two seconds, whatever it is in the middle of.

Python hears Ctrl-C between two of its own steps. A library that compiles or samples may take
long for one of them, or catch what Python raises and go on. A thread that the system wakes at
once waits a moment for the ordinary end, and ends the program if that doesn't come. What is
written is made beside its place and renamed, so that no end leaves half a file; what was not
renamed yet is removed first.
"""

import os
import signal
import socket
import sys
import threading
import time
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
PATIENCE = 1.5
MESSAGE = "interrupted; nothing was left half written"

_heard = threading.Event()
_said = threading.Event()
_terminated = threading.Event()


def interrupted() -> bool:
    """Whether Ctrl-C was pressed, or SIGTERM came."""
    return _heard.is_set()


def exit_code() -> int:
    """What the program ends with: as the shell says that SIGINT or SIGTERM ended it."""
    return TERMINATED if _terminated.is_set() else INTERRUPTED


def say_interrupted() -> None:
    """Say so on standard error."""
    _said.set()
    sys.stderr.write(f"{MESSAGE}\n")
    sys.stderr.flush()


def watch() -> None:
    """Start to listen; where the system or the thread does not allow it, nothing happens."""
    try:
        ours, pythons = socket.socketpair()
        pythons.setblocking(False)
        signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)
        # Without it the system ends the program at once, and its temporary files stay.
        signal.signal(signal.SIGTERM, _terminate)
    except (OSError, ValueError):
        return
    threading.Thread(target=_wait, args=(ours, pythons), daemon=True).start()


def _terminate(_: int, __: FrameType | None) -> None:
    """End as after Ctrl-C."""
    _terminated.set()
    raise KeyboardInterrupt


def _wait(ours: socket.socket, pythons: socket.socket) -> None:
    while not {signal.SIGINT, signal.SIGTERM} & set(heard := ours.recv(64)):
        pass
    if signal.SIGTERM in heard:
        _terminated.set()
    _heard.set()
    time.sleep(PATIENCE)
    if not _said.is_set():
        say_interrupted()
    processes = sys.modules.get("multiprocessing")
    for process in processes.active_children() if processes else ():
        process.kill()
    # Looked up, not imported: the thread that is in the middle may be importing it.
    if files := sys.modules.get("forecast.files"):
        files.remove_unfinished()
    del pythons
    os._exit(exit_code())
