-- Where one stream stands; 0 if it was not begun yet.
SELECT coalesce(max(version), 0) FROM entry WHERE stream = ?1;
