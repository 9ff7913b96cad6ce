"""The published snapshot and its report, made once for all tests of reports and dashboard."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse.report import world
from warehouse.report import build
from warehouse.report.model import Report

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot of the small world."""
    return world.make(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def report(published: Path) -> Report:
    """The report of Nordbrew over all its days."""
    return build(published, "Nordbrew")


@pytest.fixture(scope="session")
def browser() -> Iterator[Callable[..., Any]]:
    """Gives a real browser of a width and height in CSS pixels; skips where there is none, but fails under CI."""
    if not (CHROMIUM.is_file() and DRIVER.is_file()):
        if os.environ.get("CI"):
            pytest.fail(f"no browser: {CHROMIUM} and {DRIVER} are needed under CI")
        pytest.skip(f"no browser on this machine ({CHROMIUM}, {DRIVER})")
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.chrome.service import Service

    opened: dict[tuple[int, int], Any] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profiles:

        def start(width: int = 1280, height: int = 900) -> Any:
            if (width, height) not in opened:
                options = webdriver.ChromeOptions()
                options.binary_location = str(CHROMIUM)
                for flag in (*FLAGS, f"--user-data-dir={profiles}/{width}"):
                    options.add_argument(flag)
                options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
                driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
                size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
                driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                still = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
                driver.execute_cdp_cmd("Emulation.setEmulatedMedia", still)
                opened[width, height] = driver
            driver = opened[width, height]
            driver.get("about:blank")
            driver.get_log("browser")
            return driver

        yield start
        for driver in opened.values():
            driver.quit()
