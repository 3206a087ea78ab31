-- Where what traces can be found by waits to be sorted in.
CREATE TABLE waiting_pivot (
    id INTEGER PRIMARY KEY,
    entries BLOB NOT NULL
) STRICT;
