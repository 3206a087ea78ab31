INSERT INTO entry (seq, stream, version, at, actor, body, prev, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
