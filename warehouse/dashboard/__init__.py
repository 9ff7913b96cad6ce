"""The dashboard: filters on the left, every figure with the sentences behind it, and SQL on the snapshot.

It reads the published snapshot and nothing else, never writes, listens on this machine only, and sends no statistics
home.
"""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

ADDRESS = "127.0.0.1"


def arguments(snapshot_path: Path, port: int) -> list[str]:
    """What Streamlit's own command is given to serve the dashboard of a snapshot."""
    options = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "theme.primaryColor": "#0f4c5c",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return ["run", str(Path(__file__).with_name("app.py")), *flags, "--", str(snapshot_path.resolve())]


def run(snapshot_path: str | Path, port: int = 8501) -> None:
    """Serve the dashboard on http://127.0.0.1:`port`, in this process, until it is stopped.

    Raises:
        WarehouseError: there is no readable snapshot, Streamlit is not installed, or the port is taken.
    """
    from warehouse.errors import WarehouseError
    from warehouse.snapshot import open_snapshot

    if importlib.util.find_spec("streamlit") is None:
        raise WarehouseError(
            "the dashboard needs Streamlit, which is missing; run: pip install 'momentscope[dashboard]'"
        )
    with open_snapshot(Path(snapshot_path)):
        pass  # said now and in one sentence, not later in the browser
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            reason = f"port {port} of {ADDRESS} cannot be used ({error.strerror})"
            raise WarehouseError(f"{reason}; choose another with --port") from error
    from streamlit.web import cli

    cli.main(arguments(Path(snapshot_path), port), prog_name="mot dashboard", standalone_mode=False)
