-- A reader writes nothing, by accident neither.
PRAGMA query_only = ON;
