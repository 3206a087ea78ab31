INSERT INTO step (
    trace, span, parent, kind, source, failed, started, ended, digest, origin, block, place
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
