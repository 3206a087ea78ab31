INSERT INTO label (trace, pivot, subject, outcome, source, at, digest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
