UPDATE trace SET people = newer.people, wrapped = newer.wrapped
FROM day.trace AS newer
WHERE newer.id = trace.id AND newer.trace = trace.trace AND newer.key = trace.key
    AND newer.wrapped IS NOT NULL
