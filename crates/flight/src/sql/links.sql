SELECT step, label, settlement, head FROM link ORDER BY id
