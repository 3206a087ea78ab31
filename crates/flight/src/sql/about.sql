SELECT count(*) FROM trace WHERE instr(people, ?1) > 0 AND wrapped IS NOT NULL
