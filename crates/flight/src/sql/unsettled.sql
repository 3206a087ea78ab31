-- Traces with a step or a label later than their last settlement in this file has seen.
WITH latest AS (
    SELECT trace, max(step) AS step, max(label) AS label FROM settlement GROUP BY trace
),
record AS (
    SELECT trace, max(id) AS step, 0 AS label FROM step GROUP BY trace
    UNION ALL
    SELECT trace, 0 AS step, max(id) AS label FROM label GROUP BY trace
)
SELECT DISTINCT record.trace
FROM record LEFT JOIN latest ON latest.trace = record.trace
WHERE record.step > coalesce(latest.step, 0) OR record.label > coalesce(latest.label, 0)
