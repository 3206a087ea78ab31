SELECT id FROM trace
