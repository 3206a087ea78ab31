#!/usr/bin/env python3
"""Writes requests.parquet beside itself, with pandas 2 and pyarrow 21: what people have lying about."""

import pathlib
import random

import pandas
import pyarrow
import pyarrow.parquet

rng = random.Random(7)
rows = []
for n in range(3000):
    at = pandas.Timestamp("2026-11-22T00:00:00Z") + pandas.Timedelta(seconds=12 * n)
    incident = at >= pandas.Timestamp("2026-11-22T08:00:00Z")
    region, prompt = rng.choice(["eu", "us", "ap"]), rng.choice(["v6", "v7"])
    fails = rng.random() < (0.6 if incident and region == "eu" and prompt == "v7" else 0.02)
    cost = rng.uniform(0.5, 1.5) * (3 if incident and region == "us" else 1)
    client = rng.choice(["web", "app", None])
    rows.append((at, region, prompt, client, "bad" if fails else "good", cost, ["a", "b"]))

columns = ["at", "region", "prompt", "client", "outcome", "cost", "tags"]
frame = pandas.DataFrame(rows, columns=columns)
frame["region"] = frame["region"].astype("category")
table = pyarrow.Table.from_pandas(frame, preserve_index=False)
to = pathlib.Path(__file__).with_name("requests.parquet")
pyarrow.parquet.write_table(table, to, compression="snappy")
