SELECT id FROM placed WHERE name = ?1
