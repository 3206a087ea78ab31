INSERT INTO temp.span (first, after) VALUES (?1, ?2)
