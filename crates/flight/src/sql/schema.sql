-- One UTC day of what was received. Versions are appended, never changed.

-- A trace, with the key that its personal content is sealed with. That key is wrapped by the
-- tenant's key and by the keys of the people the trace is about, whose ids stand in `people`.
-- Where another key stood here before, `lost` says what became of what that one opened: 1 it was
-- erased, 2 it was dropped.
CREATE TABLE IF NOT EXISTS trace (
    id INTEGER PRIMARY KEY,
    trace BLOB NOT NULL,
    key BLOB NOT NULL,
    people BLOB NOT NULL,
    wrapped BLOB,
    lost INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Where rows of `trace` and of `settlement` are found by their trace: those up to the one in `placed`,
-- which are put in many at a time. Later ones are found by going through them.
CREATE TABLE IF NOT EXISTS trace_place (
    trace BLOB NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (trace, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS settlement_place (
    trace BLOB NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (trace, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS placed (
    name TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS origin (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL
) STRICT;

-- The bodies of steps that came together.
CREATE TABLE IF NOT EXISTS block (
    id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS step (
    id INTEGER PRIMARY KEY,
    trace INTEGER NOT NULL REFERENCES trace (id),
    span BLOB NOT NULL,
    parent BLOB,
    kind INTEGER NOT NULL,
    source INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    digest BLOB NOT NULL,
    origin INTEGER NOT NULL REFERENCES origin (id),
    block INTEGER NOT NULL REFERENCES block (id),
    place INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS step_by_trace ON step (trace, span);

CREATE INDEX IF NOT EXISTS step_of_intents ON step (id) WHERE kind = 11;

-- Content that came together, of one trace, or of all where `trace` is 0. Its addresses stand in
-- `addresses`, sixteen bytes each, in the order of the texts.
CREATE TABLE IF NOT EXISTS chunk (
    id INTEGER PRIMARY KEY,
    trace INTEGER NOT NULL,
    addresses BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS chunk_by_trace ON chunk (trace);

-- Where content is found that is everybody's: there may be much of it in a day. What is of one
-- trace is found by its chunks.
CREATE TABLE IF NOT EXISTS content (
    address BLOB PRIMARY KEY,
    chunk INTEGER NOT NULL REFERENCES chunk (id),
    place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS pivot (
    key BLOB NOT NULL,
    trace INTEGER NOT NULL REFERENCES trace (id),
    PRIMARY KEY (key, trace)
) STRICT, WITHOUT ROWID;

-- What traces can be found by, of requests that came last: entries as in `pivot`, in order, each of
-- 16 bytes of a key and 8 of a trace's id, the least significant first. They wait here to be sorted
-- in together: their keys are spread all over `pivot`, so that each alone would write a page.
CREATE TABLE IF NOT EXISTS waiting_pivot (
    id INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS label (
    id INTEGER PRIMARY KEY,
    trace BLOB,
    pivot BLOB,
    subject TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS label_by_trace ON label (trace) WHERE trace IS NOT NULL;
CREATE INDEX IF NOT EXISTS label_by_pivot ON label (pivot) WHERE pivot IS NOT NULL;

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
    day INTEGER NOT NULL,
    step INTEGER NOT NULL,
    label INTEGER NOT NULL,
    keep TEXT NOT NULL,
    rate REAL NOT NULL,
    digest BLOB NOT NULL
) STRICT;

-- `levels` holds the ids of its levels, four bytes each, the least significant first.
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY,
    settlement INTEGER NOT NULL REFERENCES settlement (id),
    root BLOB,
    feature INTEGER NOT NULL REFERENCES feature (id),
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    levels BLOB NOT NULL,
    labelled INTEGER,
    cluster INTEGER
) STRICT;

CREATE INDEX IF NOT EXISTS run_by_settlement ON run (settlement);
CREATE INDEX IF NOT EXISTS run_by_start ON run (started);

-- The hash chain: a link for each commit, over the digests of all versions up to these.
CREATE TABLE IF NOT EXISTS link (
    id INTEGER PRIMARY KEY,
    step INTEGER NOT NULL,
    label INTEGER NOT NULL,
    settlement INTEGER NOT NULL,
    head BLOB NOT NULL
) STRICT;
