-- Keys, each wrapped by the master key. What is deleted is overwritten.
CREATE TABLE IF NOT EXISTS secret (
    name TEXT PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS subject (
    id BLOB PRIMARY KEY,
    person BLOB NOT NULL,
    wrapped BLOB,
    destroyed INTEGER
) STRICT;

CREATE INDEX IF NOT EXISTS subject_by_person ON subject (person);
