SELECT day, step, label FROM settlement WHERE trace = ?1 ORDER BY id DESC LIMIT 1
