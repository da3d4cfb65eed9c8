"""A real Firefox, spoken to in WebDriver BiDi, which it understands without a driver.

Playwright drives a Firefox of its own alone, which no system packages.
"""

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("firefox", "firefox-esr")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
SECONDS = 120.0


def find_firefox() -> str | None:
    """Path of the system's Firefox."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Firefox:
    """One window of a running Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.numbers = itertools.count(1)
        self.said: list[str] = []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.window = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a command and wait for its answer; what pages log on the way goes to `said`."""
        number = next(self.numbers)
        self.connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            heard = json.loads(self.connection.recv(timeout=SECONDS))
            if heard.get("method") == "log.entryAdded":
                self.said.append(heard["params"]["text"])
            if heard.get("id") == number:
                if heard["type"] == "error":
                    raise RuntimeError(f"{method}: {heard['message']}")
                return heard["result"]

    def open(self, path: Path, width: int, height: int) -> None:
        """Open a page of this program in a window of so many pixels, until it is drawn."""
        size = {"width": width, "height": height}
        self.ask("browsingContext.setViewport", context=self.window, viewport=size)
        self.ask(
            "browsingContext.navigate", context=self.window, url=path.as_uri(), wait="complete"
        )
        self.evaluate(
            "new Promise(drawn => { const look = () => document.documentElement.dataset.ready"
            " ? drawn(true) : setTimeout(look, 50); look(); })"
        )

    def evaluate(self, expression: str) -> Any:
        """Value of an expression of JavaScript, by way of JSON."""
        found = self.ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self.window},
            awaitPromise=True,
        )
        if found["type"] == "exception":
            raise RuntimeError(found["exceptionDetails"]["text"])
        return json.loads(found["result"].get("value", "null"))


@contextmanager
def running_firefox(path: str) -> Iterator[Firefox]:
    """Start a Firefox with a profile of its own, and end it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        with subprocess.Popen(
            [path, *words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as process:
            try:
                assert process.stderr is not None
                found = next(filter(None, map(LISTENING.search, process.stderr)))
                address = f"{found[1]}/session"
                with connect(address, max_size=None, open_timeout=SECONDS) as connection:
                    yield Firefox(connection)
            finally:
                process.terminate()
