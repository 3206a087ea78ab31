SELECT people FROM trace WHERE trace = ?1
