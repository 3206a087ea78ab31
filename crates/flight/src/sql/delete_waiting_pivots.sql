DELETE FROM waiting_pivot
