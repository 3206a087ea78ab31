SELECT id, span, parent, kind, source, failed, started, ended, block, place, origin, digest
FROM step WHERE trace = ?1 ORDER BY id
