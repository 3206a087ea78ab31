DELETE FROM waiting_pivot WHERE id <= ?1
