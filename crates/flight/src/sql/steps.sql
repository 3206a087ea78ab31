SELECT step.id, step.span, step.parent, step.kind, step.source, step.failed, step.started,
    step.ended, step.block, step.place, step.origin, step.digest
FROM step JOIN trace ON trace.id = step.trace
WHERE trace.trace = ?1
ORDER BY step.id
