-- An answered append survives a power cut: the log is synced at every commit.
-- fullfsync is what a sync takes on macOS; elsewhere it does nothing.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
