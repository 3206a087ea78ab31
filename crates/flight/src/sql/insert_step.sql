INSERT INTO step (trace, span, parent, kind, failed, started, ended, digest, origin, traits, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
