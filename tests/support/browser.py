"""A real browser without a display, which records what a page must not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import program


@contextmanager
def opened_browser() -> Iterator[Any]:
    """Start Chromium; nothing is downloaded."""
    path = program("chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        # The sandbox needs rights that containers do not give.
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened_page(browser: Any, path: Path, **context: Any) -> Iterator[Any]:
    """Open a report page; errors in the console and requests that leave it fail the test."""
    wrong: list[str] = []
    window = browser.new_context(accept_downloads=True, **context)
    page = window.new_page()
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    own = ("file:", "data:", "blob:")
    page.on("request", lambda one: one.url.startswith(own) or wrong.append(one.url))
    page.goto(path.as_uri())
    page.evaluate("started")
    yield page
    window.close()
    assert wrong == []
