"""`python -m flows.demo [--port N] [--seed N] [--state 1|2]`: run the demo site until interrupted."""

from __future__ import annotations

import argparse
import threading

from flows.demo.site import DemoSite
from flows.demo.watchlist import watchlist_text


def main() -> int:
    """Run the site; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.demo", description="Serve the demo site of invented brands.")
    parser.add_argument("--port", type=int, default=0, help="port on the loopback; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="another seed makes another site")
    parser.add_argument("--state", type=int, choices=(1, 2), default=1, help="2 is the same site a day later")
    parser.add_argument("--watchlist", action="store_true", help="print the watchlist for this site as well")
    chosen = parser.parse_args()
    try:
        site = DemoSite(chosen.seed, chosen.state, chosen.port).start()
    except OSError as error:
        print(f"Port {chosen.port} of the loopback cannot be used ({error.strerror}); choose another with --port.")
        return 1
    print(f"Demo site at {site.url} (state {chosen.state}); stop it with Ctrl-C.", flush=True)
    if chosen.watchlist:
        print(watchlist_text(site.url), flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        site.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
