SELECT trace FROM trace WHERE id = ?1
