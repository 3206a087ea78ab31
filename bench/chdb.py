#!/usr/bin/env python3
"""Asks Mayday's engine and ClickHouse's to group the same runs, and says how long each takes.

Usage: bench/chdb.py PATH-TO-MAYDAY [--runs 1000000] [--rounds 9] [--cache DIR] [--json]

Installs `chdb` and `numpy` with pip into a virtual environment below the cache directory, unless they
are there. The rows are those of `mayday bench moved`, made here by the same rule: sixteen factors and
an outcome for each run, half of the runs before a moment and half after. Both engines have them in
memory as small integers and are warm; both may use two threads.

The grouping is that on which every answer rests: for each factor, how many runs of either side stand at
which level and ended in which way. ClickHouse is asked in the ways that suggest themselves, and the
fastest counts. What Mayday takes for its whole answer, of which the grouping is a part, stands beside.
Rounds of ClickHouse come before and after those of Mayday, so that a load on the machine meets both.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

# This file has the name of the package that it imports.
sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]

NEEDS = ["chdb==4.4.0", "numpy==2.4.6"]
FACTORS = 16
MOVES = 4
MANY = 13
LEVELS = 3


def main():
    arguments = read_arguments()
    python = environment(arguments.cache)
    if Path(sys.prefix) != python.parent.parent:
        os.execv(python, [str(python), *sys.argv])
    database = Database(arguments.runs)
    before = database.measure(arguments.rounds)
    ours = mayday(arguments)
    after = database.measure(arguments.rounds)
    theirs = {way: statistics.median(before[way] + after[way]) for way in before}
    way = min(theirs, key=theirs.get)
    report = {
        "runs": arguments.runs,
        "clickhouse": database.version,
        "clickhouse_ms": {way: round(ms, 1) for way, ms in theirs.items()},
        "fastest": way,
        "grouping_ms": ours["group_ms"]["median"],
        "answer_ms": ours["answer_ms"]["median"],
        "grouping_ratio": round(ours["group_ms"]["median"] / theirs[way], 2),
        "answer_ratio": round(ours["answer_ms"]["median"] / theirs[way], 2),
    }
    if arguments.json:
        print(json.dumps(report, indent=2))
        return
    for way, ms in report["clickhouse_ms"].items():
        print(f"ClickHouse {database.version}, {way}: {ms:.1f} ms")
    print(f"Mayday, the same grouping: {report['grouping_ms']:.1f} ms ({report['grouping_ratio']} x)")
    print(f"Mayday, the whole answer: {report['answer_ms']:.1f} ms ({report['answer_ratio']} x)")


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("mayday", type=Path)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--cache", type=Path, default=Path("target/bench-chdb"))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def environment(cache):
    """A virtual environment with what is needed; its python."""
    home = (cache / "venv").resolve()
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    probe = [str(python), "-c", "import chdb, numpy"]
    if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *NEEDS], check=True)
    return python


def rows(runs):
    """The columns of `mayday bench moved`: factors, outcome (0 good, 1 bad, 2 unknown)."""
    import numpy

    number = numpy.arange(runs, dtype=numpy.uint64)
    draw = (number * numpy.uint64(0x9E3779B97F4A7C15)) >> numpy.uint64(20)
    exposed = (number > runs // 2) & (draw % 3 == 0)
    bad = draw // 64 % 1000 < numpy.where(exposed, 130, 30)
    outcome = numpy.where(draw // 8 % 11 == 0, 2, bad.astype(numpy.int64))
    columns = {}
    for factor in range(FACTORS):
        if factor == MOVES:
            level = exposed
        elif factor == MANY:
            level = draw // 512 % LEVELS
        else:
            level = (number >> numpy.uint64(factor % 16)) % 3
        columns[f"f{factor}"] = level.astype(numpy.uint8)
    return columns | {
        "outcome": outcome.astype(numpy.uint8),
        "side": (number >= runs // 2).astype(numpy.uint8),
    }


class Database:
    """ClickHouse's engine in this process, with the rows in a table in memory."""

    def __init__(self, runs):
        import chdb.session
        import numpy

        self.session = chdb.session.Session()
        self.version = self.ask("SELECT version()").strip().strip('"')
        columns = rows(runs)
        schema = ", ".join(f"{name} UInt8" for name in columns)
        path = Path(f"runs-{os.getpid()}.bin").resolve()
        numpy.stack(list(columns.values()), axis=1).tofile(path)
        try:
            self.ask("CREATE DATABASE b")
            self.ask(f"CREATE TABLE b.runs ({schema}) ENGINE = Memory")
            self.ask(f"INSERT INTO b.runs SELECT * FROM file('{path}', RowBinary, '{schema}')")
        finally:
            path.unlink()
        self.ways = ways()
        self.check(columns)

    def ask(self, query):
        return str(self.session.query(query, "CSV"))

    def check(self, columns):
        """Every way must count every run once for each factor."""
        runs = len(columns["outcome"])
        for way, query in self.ways.items():
            lines = [line.split(",") for line in self.ask(query).splitlines()]
            if sum(int(line[-1]) for line in lines) != runs * FACTORS:
                sys.exit(f"{way} does not count every run once for each factor")

    def measure(self, rounds):
        took = {way: [] for way in self.ways}
        for _ in range(rounds):
            for way, query in self.ways.items():
                began = time.perf_counter()
                self.session.query(query, "CSV")
                took[way].append((time.perf_counter() - began) * 1e3)
        return took


def ways():
    """The same question in several forms; the last column is the count."""
    names = [f"f{factor}" for factor in range(FACTORS)]
    settings = "SETTINGS max_threads = 2"
    each = [
        f"SELECT {place} AS factor, {name} AS level, side, outcome, count() AS runs "
        f"FROM b.runs GROUP BY level, side, outcome"
        for place, name in enumerate(names)
    ]
    packed = [
        f"SELECT toUInt8({name} * 6 + side * 3 + outcome) AS key, count() AS runs "
        f"FROM b.runs GROUP BY key"
        for name in names
    ]
    sets = ", ".join(f"({name}, side, outcome)" for name in names)
    pairs = ", ".join(f"toUInt16({place * 256} + {name})" for place, name in enumerate(names))
    return {
        "a query for each factor, joined": f"SELECT * FROM ({' UNION ALL '.join(each)}) {settings}",
        "the same by one small key": f"SELECT * FROM ({' UNION ALL '.join(packed)}) {settings}",
        "grouping sets": f"SELECT {', '.join(names)}, side, outcome, count() FROM b.runs "
        f"GROUP BY GROUPING SETS ({sets}) {settings}",
        "an array of levels, unfolded": f"SELECT pair, side, outcome, count() FROM b.runs "
        f"ARRAY JOIN [{pairs}] AS pair GROUP BY pair, side, outcome {settings}",
    }


def mayday(arguments):
    """What Mayday measures of itself on the same rows."""
    command = [str(arguments.mayday), "bench", "moved", "--json"]
    command += ["--runs", str(arguments.runs), "--rounds", str(arguments.rounds)]
    found = subprocess.run(command, capture_output=True, check=True)
    return json.loads(found.stdout)["measured"]


if __name__ == "__main__":
    main()
