-- Where the ledger stands, and where one stream stands in it. No row: the ledger is empty.
SELECT
    seq,
    hash,
    (SELECT coalesce(max(version), 0) FROM entry WHERE stream = ?1)
FROM entry
ORDER BY seq DESC
LIMIT 1;
