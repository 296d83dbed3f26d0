"""Every benchmark of the house in one run: `make bench`. Each line prints its budget; none fails on time.

python -m tests.bench [PART]…     parts: store, work, directory, ui, burst, preflight, flow, composing
"""

import importlib
import sys
from pathlib import Path

PARTS = ("store", "work", "ui", "burst", "preflight", "flow", "composing")


def main(chosen: list[str]) -> None:
    """Run the parts named, or all of them."""
    there = {path.stem.removesuffix("_bench") for path in Path(__file__).parent.glob("*_bench.py")}
    for part in chosen or PARTS:
        if part not in there:
            raise SystemExit(f"no such part: {part}; there are {', '.join(PARTS)}")
        print(f"\n── {part}", flush=True)  # noqa: T201  # a benchmark prints
        importlib.import_module(f"tests.bench.{part}_bench").main()


if __name__ == "__main__":
    main(sys.argv[1:])
