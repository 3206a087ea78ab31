-- What can't be found by its trace, or stands there twice, and what is found and is not there.
SELECT 'trace ' || trace.id FROM trace
WHERE trace.id <= (SELECT id FROM placed WHERE name = 'trace')
    AND NOT EXISTS (
        SELECT 1 FROM trace_place AS place WHERE place.trace = trace.trace AND place.id = trace.id
    )
UNION ALL
SELECT 'settlement ' || settlement.id FROM settlement
WHERE settlement.id <= (SELECT id FROM placed WHERE name = 'settlement')
    AND NOT EXISTS (
        SELECT 1 FROM settlement_place AS place
        WHERE place.trace = settlement.trace AND place.id = settlement.id
    )
UNION ALL
SELECT 'trace ' || place.id FROM trace_place AS place
LEFT JOIN trace ON trace.id = place.id AND trace.trace = place.trace
WHERE trace.id IS NULL
UNION ALL
SELECT 'settlement ' || place.id FROM settlement_place AS place
LEFT JOIN settlement ON settlement.id = place.id AND settlement.trace = place.trace
WHERE settlement.id IS NULL
UNION ALL
SELECT 'trace ' || max(id) FROM trace GROUP BY trace HAVING count(*) > 1
LIMIT 1
