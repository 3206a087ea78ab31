INSERT INTO settlement (trace, day, step, label, keep, rate, digest)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
