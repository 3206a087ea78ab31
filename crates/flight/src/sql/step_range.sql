SELECT step.id, step.span, step.parent, step.kind, step.source, step.failed, step.started,
    step.ended, step.block, step.place, step.origin, step.digest, trace.trace
FROM step LEFT JOIN trace ON trace.id = step.trace
WHERE step.id > ?1 AND step.id <= ?2
ORDER BY step.id
