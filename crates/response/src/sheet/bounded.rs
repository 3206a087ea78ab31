//! A reader that gives up on a record that never ends.

use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind, Read, Result};

/// How much is read at once.
pub(super) const BUFFER: usize = 64 * 1024;

/// Longest record, up to what the buffer holds beside it.
const LONGEST_RECORD: usize = 1024 * 1024;

/// What is said of a longer one.
pub(super) const TOO_LONG: &str = "a record is longer than 1 MiB";

/// Counts what was read since the last record began.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    source: RefCell<R>,
    since: Cell<usize>,
}

impl<R> Bounded<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source: RefCell::new(source), since: Cell::new(0) }
    }

    /// A record has been read; the next begins.
    pub(super) fn start_record(&self) {
        self.since.set(0);
    }
}

impl<R: Read> Read for &Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.since.get() > LONGEST_RECORD {
            return Err(Error::new(ErrorKind::InvalidData, TOO_LONG));
        }
        let read = self.source.borrow_mut().read(buffer)?;
        self.since.set(self.since.get() + read);
        Ok(read)
    }
}
