SELECT trace.trace FROM pivot JOIN trace ON trace.id = pivot.trace
WHERE pivot.key = ?1
ORDER BY trace.id DESC
LIMIT ?2
