SELECT id, span, parent, kind, started, ended, traits FROM step WHERE trace = ?1 ORDER BY id
