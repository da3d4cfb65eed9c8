"""Ctrl-C ends the program within two seconds, whatever it is in the middle of.

Python hears Ctrl-C between two of its own steps. A library that compiles or samples may take
long for one of them, or catch what Python raises and go on. A thread that the system wakes at
once waits a moment for the ordinary end, and ends the program if that doesn't come. What is
written is made beside its place and renamed, so that no end leaves half a file.
"""

import os
import signal
import socket
import sys
import threading
import time

INTERRUPTED = 130
PATIENCE = 1.5
MESSAGE = "interrupted; nothing was left half written"

_heard = threading.Event()
_said = threading.Event()


def interrupted() -> bool:
    """Whether Ctrl-C was pressed."""
    return _heard.is_set()


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
    except (OSError, ValueError):
        return
    threading.Thread(target=_wait, args=(ours, pythons), daemon=True).start()


def _wait(ours: socket.socket, pythons: socket.socket) -> None:
    while signal.SIGINT not in ours.recv(64):
        pass
    _heard.set()
    time.sleep(PATIENCE)
    if not _said.is_set():
        say_interrupted()
    processes = sys.modules.get("multiprocessing")
    for process in processes.active_children() if processes else ():
        process.kill()
    del pythons
    os._exit(INTERRUPTED)
