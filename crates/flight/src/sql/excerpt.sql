-- What an excerpt holds of a day, which is attached as `day`: of the traces in `wanted`, and the
-- runs that began in a row of `span`. Ids stay. Bodies are put into a block of their own afterwards.
INSERT INTO trace SELECT * FROM day.trace WHERE id IN (SELECT id FROM wanted);

INSERT INTO step SELECT * FROM day.step WHERE trace IN (SELECT id FROM trace);

INSERT INTO origin SELECT * FROM day.origin WHERE id IN (SELECT origin FROM step);

INSERT INTO content
SELECT * FROM day.content WHERE address IN (SELECT address FROM shared);

INSERT INTO chunk SELECT * FROM day.chunk WHERE trace IN (SELECT id FROM trace);

INSERT INTO chunk SELECT * FROM day.chunk WHERE id IN (SELECT chunk FROM content);

INSERT INTO pivot SELECT * FROM day.pivot WHERE trace IN (SELECT id FROM trace);

INSERT INTO waiting_pivot SELECT * FROM day.waiting_pivot;

INSERT INTO label SELECT * FROM day.label WHERE trace IN (SELECT trace FROM wanted);

INSERT INTO settlement SELECT * FROM day.settlement
WHERE id IN (
    SELECT settlement FROM day.run JOIN span
    WHERE day.run.started >= span.first AND day.run.started < span.after
);

INSERT INTO run SELECT * FROM day.run WHERE settlement IN (SELECT id FROM settlement);

INSERT INTO feature SELECT * FROM day.feature WHERE id IN (SELECT feature FROM run);
