SELECT people FROM trace WHERE id = ?1
