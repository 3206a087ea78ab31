SELECT keep, rate FROM settlement WHERE trace = ?1 ORDER BY id DESC LIMIT 1
