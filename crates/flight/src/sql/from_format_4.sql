-- Where rows are found by their trace.
CREATE TABLE trace_place (
    trace BLOB NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (trace, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settlement_place (
    trace BLOB NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (trace, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE placed (
    name TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO trace_place SELECT trace, id FROM trace ORDER BY trace, id;
INSERT INTO settlement_place SELECT trace, id FROM settlement ORDER BY trace, id;
INSERT INTO placed SELECT 'trace', max(id) FROM trace HAVING max(id) IS NOT NULL;
INSERT INTO placed SELECT 'settlement', max(id) FROM settlement HAVING max(id) IS NOT NULL;

DROP INDEX settlement_by_trace;
