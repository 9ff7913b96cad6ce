"""One watch at a time in a home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows.lock import HomeBusyError, only_one


def test_a_second_watch_is_refused_with_the_holder_and_a_remedy(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\nfrom flows.lock import only_one\n"
        "with only_one(pathlib.Path(sys.argv[1])):\n print('held', flush=True)\n sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "held"
    try:
        with pytest.raises(HomeBusyError, match=rf"process {holder.pid}.*MOT_HOME"), only_one(tmp_path):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with only_one(tmp_path):  # a killed holder leaves nothing behind
        pass
