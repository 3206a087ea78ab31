//! The log beside a day file, and how what is in it comes into the file.
//!
//! That takes as long as writing many requests, so it is done beside the writer, who then has
//! little left to do: only when all of the log is in the file can it begin anew.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::{Connection, OpenFlags};

/// Pages in a log at which it is written back: 8 MB.
const LONG: i64 = 1000;

/// Pages that the writer itself writes back, so that the log can begin anew.
const FEW: i64 = LONG / 2;

/// Pages in a log beyond which the writer waits until all of it is written back.
const TOO_LONG: i64 = 8 * LONG;

/// How long a log is, and how much of it is in the file already, in pages.
#[derive(Debug, Clone, Copy)]
struct Length {
    pages: i64,
    written_back: i64,
}

impl Length {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        checkpoint(connection, "NOOP")
    }

    fn left(self) -> i64 {
        self.pages - self.written_back
    }
}

/// Writes back as much as can be without waiting for anybody.
fn write_back(connection: &Connection) -> rusqlite::Result<()> {
    checkpoint(connection, "PASSIVE").map(|_| ())
}

fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Length> {
    let mut statement = connection.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?;
    statement.query_row([], |row| Ok(Length { pages: row.get(1)?, written_back: row.get(2)? }))
}

/// The writer's end: what it does about a log after each commit.
#[derive(Debug)]
pub(super) struct Shortener {
    days: SyncSender<PathBuf>,
}

impl Shortener {
    /// Both ends: what is asked of the one is done by the other, on a thread of its own.
    pub(super) fn new() -> (Self, Helper) {
        let (days, asked) = sync_channel(1);
        (Self { days }, Helper { asked })
    }

    /// Sees to it that the log of the day that a connection writes is written back while it is
    /// long. If that fails, all is in the log still, and the next commit tries again.
    pub(super) fn look_after(&self, day: &Path, connection: &Connection) -> rusqlite::Result<()> {
        let length = Length::of(connection)?;
        if length.pages < LONG {
            return Ok(());
        }
        if length.left() <= FEW || length.pages > TOO_LONG {
            return write_back(connection);
        }
        // If the other end is at work or gone, the log grows until the writer does it alone.
        _ = self.days.try_send(day.to_path_buf());
        Ok(())
    }
}

/// Writes logs back beside the writer.
pub(super) struct Helper {
    asked: Receiver<PathBuf>,
}

impl Helper {
    /// Writes back what is asked for, until nobody can ask any more.
    pub(super) fn run(self) {
        while let Ok(day) = self.asked.recv() {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let opened = Connection::open_with_flags(&day, flags);
            if let Err(error) = opened.and_then(|connection| write_back(&connection)) {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, path = %day.display(), "the log was not written back");
            }
        }
    }
}
