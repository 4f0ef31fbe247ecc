"""Firefox without a display, by WebDriver BiDi, which it speaks without a driver program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.support.programs import program

Run = Callable[[Callable[[], Awaitable[Any]]], Any]
"""Runs a function of the socket and returns its result."""

OWN = ("file:", "data:", "blob:")
"""Beginnings of the requests that a page may make."""


ENTER = "\ue007"

KEYS = ("keyDown", "keyUp")


class FirefoxPage:
    """A page in Firefox, which records what it must not do."""

    def __init__(self, run: Run, socket: WebSocketClientConnection) -> None:
        self._run, self._socket, self._number = run, socket, 0
        self.wrong: list[str] = []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.window = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method: str, **parameters: Any) -> Any:
        """Run a command and return its result."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        self._run(lambda: self._socket.write_message(json.dumps(command)))
        while True:
            answer = json.loads(self._run(self._socket.read_message))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]
            event = answer["params"]
            if answer["method"] == "log.entryAdded":
                self.wrong.append(event["text"])
            elif not event["request"]["url"].startswith(OWN):
                self.wrong.append(event["request"]["url"])

    def open(self, path: Path) -> None:
        """Open a report page, or the same again."""
        self.call(
            "browsingContext.navigate", context=self.window, url=path.as_uri(), wait="complete"
        )
        self.evaluate("started.then(() => null)")

    def evaluate(self, expression: str) -> Any:
        """JSON value of an expression, or of what it promises."""
        text = f"(async () => JSON.stringify(await ({expression})))()"
        target = {"context": self.window}
        found = self.call("script.evaluate", expression=text, target=target, awaitPromise=True)
        assert found["type"] == "success", found
        return json.loads(found["result"].get("value", "null"))

    def point(self, x: int, y: int) -> None:
        """Move the mouse to a place in the window."""
        self._act("pointer", {"type": "pointerMove", "x": x, "y": y})

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        self._act("key", *({"type": kind, "value": key} for key in keys for kind in KEYS))

    def _act(self, kind: str, *actions: dict[str, Any]) -> None:
        source = {"type": kind, "id": kind, "actions": actions}
        self.call("input.performActions", context=self.window, actions=[source])


@contextmanager
def opened_firefox(profile: Path) -> Iterator[FirefoxPage]:
    """Start Firefox; errors in the console and requests that leave the page fail the test."""
    path = shutil.which("firefox-esr") or program("firefox")
    command = [path, "--headless", "--no-remote", "--profile", str(profile)]
    command += ["--remote-debugging-port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    loop = IOLoop(make_current=False)
    # In a thread of its own: Playwright has a loop in that of the tests.
    with ThreadPoolExecutor(1) as thread:

        def run(work: Callable[[], Awaitable[Any]]) -> Any:
            return thread.submit(loop.run_sync, work).result()

        try:
            assert process.stderr is not None
            found = (re.search(r"BiDi listening on (ws:\S+)", line) for line in process.stderr)
            address = next(match[1] for match in found if match)
            socket = run(lambda: websocket_connect(f"{address}/session"))
            page = FirefoxPage(run, socket)
            yield page
            socket.close()
        finally:
            process.terminate()
            process.communicate()
            thread.submit(loop.close).result()
    assert page.wrong == []
