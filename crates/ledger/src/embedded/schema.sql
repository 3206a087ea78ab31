-- Format 1 of the ledger. Any change here is a new format.
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    stream TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    at INTEGER NOT NULL, -- nanoseconds since 1970-01-01T00:00:00Z
    actor TEXT NOT NULL,
    body TEXT NOT NULL, -- the fact as JSON; the hash covers these very bytes
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (stream, version)
) STRICT;

-- Against accidents. Against intent there is the hash chain.
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;
