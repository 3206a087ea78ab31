UPDATE trace SET people = newer.people, wrapped = newer.wrapped
FROM day.trace AS newer
WHERE newer.trace = trace.trace AND newer.key = trace.key AND newer.wrapped IS NOT NULL
