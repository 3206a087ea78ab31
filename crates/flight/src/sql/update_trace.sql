UPDATE trace SET key = ?2, people = ?3, wrapped = ?4,
    lost = CASE WHEN key = ?2 THEN lost WHEN wrapped IS NULL THEN 2 ELSE 1 END
WHERE id = ?1
