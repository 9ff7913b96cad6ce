"""The dashboard as it is started for a user, driven in a real browser."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from warehouse.dashboard import filters, run
from warehouse.errors import WarehouseError

pytest.importorskip("streamlit", reason="the dashboard's library is not installed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address(published: Path, browser: Callable[..., Any]) -> Iterator[str]:
    """Where the dashboard of the small world is served."""
    port = free_port()
    code = f"from warehouse.dashboard import run; run({str(published)!r}, {port})"
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                break
            assert server.poll() is None, server.communicate()[0]
            time.sleep(0.25)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(30)


def wait(driver: Any, wanted: Callable[[], Any]) -> Any:
    """What `wanted` gives once it gives something; fails after a minute."""
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(driver, 60, 0.25, [StaleElementReferenceException]).until(lambda _: wanted())


def metrics(driver: Any) -> dict[str, str]:
    """Names and values of the figures on screen."""
    script = """return [...document.querySelectorAll('[data-testid=stMetric]')].map(m => [
        m.querySelector('[data-testid=stMetricLabel]').innerText.trim(),
        m.querySelector('[data-testid=stMetricValue]').innerText.trim()])"""
    return {name: value for name, value in driver.execute_script(script) if name}


def click(driver: Any, selector: str, words: str = "") -> None:
    """Click the first element that the selector finds and that holds the words, as soon as it is there and at rest."""
    from selenium.common.exceptions import ElementClickInterceptedException, ElementNotInteractableException

    def clicked() -> bool:
        found = [each for each in driver.find_elements("css selector", selector) if words in each.text]
        with contextlib.suppress(ElementClickInterceptedException, ElementNotInteractableException):
            if found:
                found[0].click()
                return True
        return False

    wait(driver, clicked)


def tab(driver: Any, name: str) -> None:
    click(driver, "[role=tab]", name)


def pick(driver: Any, label: str, value: str) -> None:
    """Choose a value of a box in the sidebar, with the keyboard."""
    box = driver.find_element("css selector", f"[data-testid=stSidebar] input[aria-label*='{label}']")
    box.click()
    box.send_keys(value)
    wait(driver, lambda: driver.find_elements("css selector", "[role=option]"))
    box.send_keys("\ue007")


def texts(driver: Any) -> str:
    return str(driver.execute_script("return document.body.innerText"))


def test_figures_filters_and_drill_down(address: str, browser: Callable[..., Any]) -> None:
    driver = browser(1400, 1000)
    driver.get(address)
    wait(driver, lambda: metrics(driver).get("Items") == "27")
    assert metrics(driver)["Mean rating"] == "3.2"
    click(driver, "[data-testid=stButton] button", "Sentences")
    wait(driver, lambda: "42 sentences" in texts(driver))
    click(driver, "[role=dialog] button[aria-label=Close]")
    wait(driver, lambda: not driver.find_elements("css selector", "[role=dialog]"))
    pick(driver, "Language", "de")
    wait(driver, lambda: metrics(driver).get("Items") == "1")
    tab(driver, "Voices")
    wait(driver, lambda: "Die Lieferung kam zu spät." in texts(driver))


def test_hostile_text_is_text_and_nothing_leaves_the_machine(address: str, browser: Callable[..., Any]) -> None:
    driver = browser(1400, 1000)
    driver.get(address)
    wait(driver, lambda: metrics(driver).get("Items") == "27")
    tab(driver, "Voices")
    wait(driver, lambda: "<img src=x onerror=\"window.hacked = 'body'\"> Evil esrever word" in texts(driver))
    assert driver.execute_script("return window.hacked === undefined")
    assert driver.execute_script("return document.querySelector(\"a[href^='javascript']\") === null")
    links = driver.execute_script("return [...document.querySelectorAll('.voice a')].map(a => [a.protocol, a.rel])")
    assert links and {tuple(link) for link in links} == {("https:", "noopener noreferrer")}
    asked = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert asked and not [each for each in asked if not each.startswith((address, "data:", "blob:"))]


def test_sql_box_answers_and_cannot_write(address: str, browser: Callable[..., Any]) -> None:
    driver = browser(1400, 1000)
    driver.get(address)
    wait(driver, lambda: metrics(driver).get("Items") == "27")
    tab(driver, "SQL")

    def query(sql: str) -> None:
        box = wait(driver, lambda: driver.find_elements("css selector", "textarea"))[0]
        box.send_keys("\ue009a\ue000", sql)
        click(driver, "[data-testid=stFormSubmitButton] button")

    query("SELECT count(*) + 1000 AS answer FROM items")
    wait(driver, lambda: driver.find_elements("css selector", "[data-testid=stDataFrame] [role=gridcell]"))
    cells = driver.execute_script("return [...document.querySelectorAll('[role=gridcell]')].map(c => c.textContent)")
    assert any("1034" in cell.replace(",", "") for cell in cells), cells
    query("DROP TABLE items")
    wait(driver, lambda: "read-only" in texts(driver) and "DROP" in texts(driver))
    query("SELECT * FROM read_csv('/etc/passwd')")
    wait(driver, lambda: "This cannot be answered" in texts(driver) and "disabled" in texts(driver))


def test_sentences_out_of_reach_are_told(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.testing.v1 import AppTest

    def page(path: str) -> None:
        from pathlib import Path

        from warehouse.dashboard.app import main

        main(Path(path))

    def told() -> list[str]:
        app.run()
        assert not app.exception
        return [each.value.split(":")[0] for each in app.caption if each.value.startswith("From ")]

    app = AppTest.from_function(page, args=(str(published),), default_timeout=60)
    filters.report.clear()
    assert told() == []
    monkeypatch.setattr(filters, "VOICES", 30)
    filters.report.clear()
    assert told() == ["From 30 of 42 sentences"]
    # Of one moment: seven sentences at wait, fewer of which are among the thirty.
    next(box for box in app.selectbox if box.label == "Moment").set_value("wait")
    (told_of_wait,) = told()
    assert told_of_wait.endswith(" of 7 sentences") and int(told_of_wait.split()[1]) < 7
    filters.report.clear()


def test_what_cannot_be_served_is_said_in_one_sentence(published: Path, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="no snapshot at"):
        run(tmp_path / "nothing.duckdb", free_port())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(WarehouseError, match="choose another with --port"):
            run(published, taken.getsockname()[1])
