"""python -m tests.corpus [COUNT]: prints how often preflight and the simulated Chorus Pro agree."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.corpus.anything import anything
from tests.corpus.make import examples
from tests.corpus.run import Figures, run

COUNT = 5000


def main(count: int) -> None:
    """Ask about so many invoices and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(run(examples(count), Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        odd = asyncio.run(run(anything(count // 5, seed=count), Path(folder)))
    print(f"{'rule':26}{'broken':>8}{'told':>8}{'blocked':>9}{'refused':>9}")  # noqa: T201
    for rule, (broken, told, blocked, refused) in report.by_rule().items():
        print(f"{rule:26}{broken:8}{told:8}{blocked:9}{refused:9}")  # noqa: T201
    print()  # noqa: T201
    for name, figures in (
        ("clean", Figures.of(report.clean)),
        ("static rules", report.static),
        ("overall", report.overall),
        ("any values", odd.overall),
    ):
        print(  # noqa: T201
            f"{name:14} recall {figures.recall:.4f}  precision {figures.precision:.4f}  "
            f"(right {figures.right}, missed {figures.missed}, wrong {figures.wrong}, fine {figures.fine})"
        )
    each = 1000 * report.seconds / max(1, report.preflight.count)
    print(f"preflight of {report.preflight.count}: {report.seconds:.2f} s, {each:.2f} ms each")  # noqa: T201
    for one in (*report.asked, *odd.asked):
        if bool(one.blocked) != bool(one.refusal):
            print(one.example.index, one.example.defects, sorted(one.blocked), one.refusal)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
