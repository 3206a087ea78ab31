SELECT DISTINCT trace.trace FROM step JOIN trace ON trace.id = step.trace
WHERE step.kind = 11
ORDER BY step.id DESC
LIMIT ?1
