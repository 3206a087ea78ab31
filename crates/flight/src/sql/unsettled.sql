-- Traces with a step or a label in the file of this day that no settlement in it has seen, with
-- the last of either.
WITH latest AS (
    SELECT trace, max(step) AS step, max(label) AS label
    FROM settlement WHERE day = ?1 GROUP BY trace
),
record AS (
    SELECT trace.trace AS trace, max(step.id) AS step, 0 AS label
    FROM step JOIN trace ON trace.id = step.trace GROUP BY step.trace
    UNION ALL
    SELECT trace, 0 AS step, max(id) AS label FROM label WHERE trace IS NOT NULL GROUP BY trace
)
SELECT record.trace, record.step, record.label
FROM record LEFT JOIN latest ON latest.trace = record.trace
WHERE record.step > coalesce(latest.step, 0) OR record.label > coalesce(latest.label, 0)
