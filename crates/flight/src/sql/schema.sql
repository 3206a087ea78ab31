-- One UTC day of what was received. Versions are appended, never changed.
CREATE TABLE IF NOT EXISTS origin (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS content (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS step (
    id INTEGER PRIMARY KEY,
    trace BLOB NOT NULL,
    span BLOB NOT NULL,
    parent BLOB,
    kind INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    digest BLOB NOT NULL,
    origin INTEGER NOT NULL REFERENCES origin (id),
    traits BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS step_by_trace ON step (trace, span);

CREATE TABLE IF NOT EXISTS label (
    id INTEGER PRIMARY KEY,
    trace BLOB NOT NULL,
    subject TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS label_by_trace ON label (trace);

CREATE TABLE IF NOT EXISTS feature (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE IF NOT EXISTS level (
    id INTEGER PRIMARY KEY,
    factor TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    level TEXT NOT NULL,
    UNIQUE (factor, recorded, level)
) STRICT;

CREATE TABLE IF NOT EXISTS settlement (
    id INTEGER PRIMARY KEY,
    trace BLOB NOT NULL,
    step INTEGER NOT NULL,
    label INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS settlement_by_trace ON settlement (trace);

CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY,
    settlement INTEGER NOT NULL REFERENCES settlement (id),
    root BLOB,
    feature INTEGER NOT NULL REFERENCES feature (id),
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    steps INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS run_by_settlement ON run (settlement);
CREATE INDEX IF NOT EXISTS run_by_start ON run (started);

CREATE TABLE IF NOT EXISTS run_level (
    run INTEGER NOT NULL REFERENCES run (id),
    level INTEGER NOT NULL REFERENCES level (id),
    PRIMARY KEY (run, level)
) STRICT, WITHOUT ROWID;
