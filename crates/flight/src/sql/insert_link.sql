INSERT INTO link (step, label, settlement, head) VALUES (?1, ?2, ?3, ?4)
