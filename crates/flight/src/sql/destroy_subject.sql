UPDATE subject SET wrapped = NULL, destroyed = ?2 WHERE person = ?1 AND wrapped IS NOT NULL
