-- Traces that something is in the file of a day of, or about.
SELECT trace FROM trace
UNION ALL
SELECT trace FROM label WHERE trace IS NOT NULL
