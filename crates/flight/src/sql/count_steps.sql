SELECT count(*) FROM step
