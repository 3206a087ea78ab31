SELECT 0, id, digest FROM step
UNION ALL SELECT 1, id, digest FROM label
UNION ALL SELECT 2, id, digest FROM settlement
ORDER BY 1, 2
