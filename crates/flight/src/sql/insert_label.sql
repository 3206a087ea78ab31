INSERT INTO label (trace, subject, outcome, source, at) VALUES (?1, ?2, ?3, ?4, ?5)
