-- What an excerpt is to hold.
CREATE TEMP TABLE wanted (trace BLOB PRIMARY KEY, id INTEGER);

CREATE TEMP TABLE shared (address BLOB PRIMARY KEY);

CREATE TEMP TABLE span (first INTEGER NOT NULL, after INTEGER NOT NULL);
