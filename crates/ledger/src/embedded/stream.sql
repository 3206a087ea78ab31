SELECT seq, stream, version, at, actor, body, prev, hash
FROM entry
WHERE stream = ?1
ORDER BY version;
