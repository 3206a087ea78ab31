INSERT INTO run (settlement, root, feature, started, ended, outcome, steps)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
