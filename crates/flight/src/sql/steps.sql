SELECT step.span, step.parent, step.kind, step.failed, step.started, step.ended, step.traits,
    step.body, origin.body
FROM step JOIN origin ON origin.id = step.origin
WHERE step.trace = ?1
ORDER BY step.id
