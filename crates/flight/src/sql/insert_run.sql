INSERT INTO run (settlement, root, feature, started, ended, outcome, steps, levels, labelled,
    cluster)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
