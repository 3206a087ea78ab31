SELECT coalesce((SELECT max(id) FROM step), 0), coalesce((SELECT max(id) FROM label), 0),
    coalesce((SELECT max(id) FROM settlement), 0)
