SELECT entries FROM waiting_pivot
