SELECT keep, rate FROM settlement WHERE id = ?1
