SELECT id, factor, recorded, level FROM level
