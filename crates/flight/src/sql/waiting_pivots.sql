SELECT id, entries FROM waiting_pivot
