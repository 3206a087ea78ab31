SELECT id, span, parent, kind, source, failed, started, ended, block, place, origin, digest
FROM step ORDER BY id
