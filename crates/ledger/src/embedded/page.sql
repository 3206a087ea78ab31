SELECT seq, stream, version, at, actor, body, prev, hash
FROM entry
WHERE seq >= ?1
ORDER BY seq
LIMIT ?2;
