-- Where the ledger stands. No row: it is empty.
SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1;
