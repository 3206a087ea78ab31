SELECT day, step, label FROM settlement WHERE id = ?1
