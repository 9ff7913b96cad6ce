"""The recorded services (../shared, not part of this repository) as a proxy, crawls through it, and what its log tells.

Run as a script, it crawls every source with all its recorded targets without faults and then with them, and prints what
differs and where a host was asked sooner than it had said:

    python -m tests.crawlers.recordings                      # every source, five seeds
    python -m tests.crawlers.recordings reddit --seeds 3     # one source, one seed
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
CHAOS = 0.3
#: Keys that the recordings do not look at.
KEYS = dict.fromkeys(
    ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "YOUTUBE_API_KEY", "BAZAARVOICE_PASSKEY"), "made-up-key"
)


@dataclass
class Landed:
    """What a crawl of recorded targets has landed."""

    manifest: dict[str, Any]
    ids: set[str]


@dataclass
class Comparison:
    """What one crawl with faults differs in from one without, and what the log of the replay holds against it."""

    source: str
    seed: int
    items: int
    missing: set[str]
    extra: set[str]
    status: str
    requests: int
    waits: int
    too_soon: list[str]
    faults: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        same = "same ids"
        if self.missing | self.extra:
            same = f"MISSING {sorted(self.missing)[:3]}, MORE {sorted(self.extra)[:3]}"
        soon = f"TOO SOON {self.too_soon}" if self.too_soon else f"{self.waits} waits kept"
        return (
            f"{self.source} seed {self.seed}: {self.items} items, {same}, {self.status}, {self.requests} requests,"
            f" {sum(self.faults.values())} faults, {soon}"
        )


def expected(source: str | None = None) -> dict[str, Any]:
    """target → what it holds, of a source; of all sources by name without one."""
    listed: dict[str, Any] = json.loads((SHARED / "replay" / "expected.json").read_text("utf-8"))
    return listed[source] if source else listed


@contextmanager
def replay(log: Path | None = None, seed: int | None = None) -> Iterator[str]:
    """The address of a proxy that answers from the recordings, with faults where there is a seed."""
    command = [sys.executable, str(SHARED / "replay" / "replay.py"), "--port", "0", str(SHARED / "replay")]
    command += ["--log", str(log)] if log else []
    command += ["--chaos", str(CHAOS), "--seed", str(seed)] if seed is not None else []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split()[-1]
        finally:
            process.terminate()


def crawl(source: str, targets: Sequence[str], proxy: str, folder: Path) -> Landed:
    """Crawl recorded targets into a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "author.key").write_text("ab" * 32)  # ids of reviews without one hold the author's key
    environment = {**os.environ, **KEYS, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    command = [sys.executable, "-m", "crawlers", "crawl", source, "--home", str(folder), "--landing", str(folder / "l")]
    command += ["--log-file", str(folder / "log"), "--", *targets]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=540)
    package = Path(json.loads(said.stdout)["package"])
    lines = [gzip.decompress(path.read_bytes()).splitlines() for path in sorted(package.glob("items-*"))]
    records = [json.loads(line) for found in lines for line in found]
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    return Landed(manifest, {record["item_id"] for record in records if not record.get("deleted")})


def asked_too_soon(log: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """(how often a host named a wait, the requests that came before its end): Retry-After of faults, and Crawl-delay
    and Request-rate of recorded robots.txt."""
    from protego import Protego

    hosts = defaultdict(list)
    for entry in log:
        hosts[urlsplit(entry["url"]).netloc].append(entry)
    waits, found = 0, []
    for entries in hosts.values():
        entries.sort(key=lambda entry: entry["t"])
        delay = 0.0
        for entry, following in zip(entries, [*entries[1:], None], strict=True):
            least = delay
            if entry["fault"] == "429":
                least = max(least, 1.0)
            if entry["url"].endswith("/robots.txt") and entry["file"] and not entry["fault"]:
                text = (SHARED / "replay" / entry["file"]).read_text("utf-8", "replace")
                least = delay = float(Protego.parse(text).crawl_delay("momentscope") or 0.0)
            if least and following:
                waits += 1
                if following["t"] - entry["t"] < least:
                    found.append(f"{following['url']} {following['t'] - entry['t']:.3f} s after {entry['url']}")
    return waits, found


def compare(source: str, seed: int, calm: Landed, targets: Sequence[str], folder: Path) -> Comparison:
    """A crawl with faults beside one without."""
    folder.mkdir(parents=True)
    log = folder / "replay.jsonl"
    with replay(log, seed) as proxy:
        found = crawl(source, targets, proxy, folder)
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    waits, too_soon = asked_too_soon(entries)
    faults: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        if entry["fault"]:
            faults[entry["fault"]] += 1
    return Comparison(
        source, seed, len(found.ids), calm.ids - found.ids, found.ids - calm.ids, found.manifest["status"],
        len(entries), waits, too_soon, faults,
    )  # fmt: skip


def crawl_delays(folder: Path) -> str:
    """Ask three pages of every recorded host that states a Crawl-delay (none is a target); what the log says."""
    recorded = [json.loads(line) for line in (SHARED / "replay" / "manifest.jsonl").read_text("utf-8").splitlines()]
    robots = [entry for entry in recorded if str(entry["url"]).endswith("/robots.txt")]
    slow = [
        e["url"]
        for e in robots
        if "crawl-delay" in (SHARED / "replay" / e["file"]).read_text("utf-8", "replace").lower()
    ]
    targets = [url.replace("robots.txt", path) for url in slow for path in ("a-kettle", "b-kettle", "c-kettle")]
    log = folder / "delays.jsonl"
    with replay(log) as proxy:
        crawl("product_page", targets, proxy, folder)
    entries = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    waits, too_soon = asked_too_soon(entries)
    hosts = sorted({urlsplit(entry["url"]).netloc for entry in entries})
    return f"Crawl-delay of {', '.join(hosts)}: {len(entries)} requests, {waits} waits, too soon: {too_soon or 'none'}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--jobs", type=int, default=4)
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="mot-chaos-") as name, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(name)
        sources = options.sources or list(expected())
        with replay() as proxy:
            undisturbed = pool.map(lambda one: crawl(one, list(expected(one)), proxy, folder / one), sources)
            calm = dict(zip(sources, undisturbed, strict=True))
        runs = [(source, seed) for seed in options.seeds for source in sources]
        for found in pool.map(
            lambda run: compare(*run, calm[run[0]], list(expected(run[0])), folder / f"{run[0]}-{run[1]}"), runs
        ):
            print(found, flush=True)
            wrong += bool(found.missing or found.extra or found.too_soon)
        if not options.sources:
            print(crawl_delays(folder), flush=True)
    print(f"{len(runs)} crawls with faults, {wrong} of them with a difference")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
