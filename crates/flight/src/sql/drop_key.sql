UPDATE trace SET wrapped = NULL WHERE id = ?1
