SELECT run, level FROM run_level ORDER BY run, level
