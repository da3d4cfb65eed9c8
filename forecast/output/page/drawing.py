"""Pictures of Vega-Lite charts, and Vega's own script, made by a process of their own.

The library that makes them holds the interpreter for seconds at a time: beside it Ctrl-C would not
be heard. The process starts with the first picture, draws all that follow, and ends with this one.
"""

import atexit
import json
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

from forecast.errors import ForecastError

_MODULE = "forecast.output.page.draw_requests"


def png(spec: dict[str, Any], scale: float = 1) -> bytes:
    """A chart as PNG, `scale` pixels for each of its own.

    Raises
    ------
    ForecastError
        When the chart can't be drawn, or the process that draws was ended.
    """
    return _drawer.answer({"what": "png", "spec": spec, "scale": scale})


def svg(spec: dict[str, Any]) -> str:
    """A chart as SVG; raises as `png` does."""
    return _drawer.answer({"what": "svg", "spec": spec}).decode()


def vega_javascript() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; raises as `png` does."""
    return _drawer.answer({"what": "script"}).decode()


class _Drawer:
    """The process that draws, started when it is first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        atexit.register(self.end)

    def answer(self, request: dict[str, Any]) -> bytes:
        """What the process answers; see `draw_requests`."""
        with self._lock:
            process = self._started()
            try:
                error, content = _exchange(process, json.dumps(request).encode() + b"\n")
            except BaseException:
                # What is left in the pipes belongs to this request, not to the next one.
                self.end()
                raise
        if error:
            raise ForecastError(f"a figure can't be drawn: {error}")
        return content

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            # A session of its own: Ctrl-C is for this program, which ends it.
            self._process = subprocess.Popen(
                [sys.executable, "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self._process

    def end(self) -> None:
        """End the process, whatever it is in the middle of."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                assert pipe is not None, "it was started with pipes"
                pipe.close()
        process.wait()


def _exchange(process: "subprocess.Popen[bytes]", request: bytes) -> tuple[str, bytes]:
    """Send a request, wait for the answer: what went wrong, and the content."""
    to, back = process.stdin, process.stdout
    assert to is not None, "it was started with pipes"
    assert back is not None, "it was started with pipes"
    with suppress(BrokenPipeError):
        to.write(request)
        to.flush()
        if (line := back.readline()).endswith(b"\n"):
            answer = json.loads(line)
            content = back.read(answer["bytes"])
            if len(content) == answer["bytes"]:
                return answer["error"], content
    raise ForecastError(
        f"the process that draws figures was ended (exit code {process.wait()}): it ran out of "
        "memory, or somebody ended it. Run the command again"
    )


_drawer = _Drawer()
