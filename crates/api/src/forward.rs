//! Forwarding: what was accepted waits here for whoever sends it on, as received.
//!
//! An [`Outbox`] puts each accepted request in as a [`Parcel`], or loses it where there is no room;
//! the [`Inbox`] is the other end. A parcel that is dropped unsent counts as lost, so none can
//! vanish uncounted. Nothing here waits: recording never does for forwarding.

mod count;

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName};
use response::{Encoding, Signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use count::Book;
pub use count::Fate;
pub(crate) use count::Figures;

/// The header that names the servers by way of which a request came.
pub const VIA: HeaderName = HeaderName::from_static("mayday-via");

/// Bytes of the queue are counted in units of so many; a request takes at least one.
const UNIT: usize = 1_024;

/// Servers that one request may pass.
const MOST_HOPS: usize = 8;

/// Where accepted requests are put.
#[derive(Debug, Clone)]
pub struct Outbox {
    waiting: UnboundedSender<Parcel>,
    room: Arc<Semaphore>,
    units: usize,
    name: Arc<str>,
    book: Arc<Book>,
}

/// Where they are taken out again, in order.
#[derive(Debug)]
pub struct Inbox {
    waiting: UnboundedReceiver<Parcel>,
}

/// One accepted request: lost when dropped, unless [`Parcel::sent`] was called.
#[derive(Debug)]
pub struct Parcel {
    /// What it holds.
    pub signal: Signal,
    /// How its body is written.
    pub encoding: Encoding,
    /// Its body, as received and unpacked.
    pub body: Bytes,
    /// The servers by way of which it came, this one last: the value of [`VIA`].
    pub via: String,
    items: u64,
    fate: Fate,
    why: String,
    book: Arc<Book>,
    room: Option<OwnedSemaphorePermit>,
}

/// A request as it was accepted.
#[derive(Debug)]
pub(crate) struct Accepted<'a> {
    pub(crate) signal: Signal,
    pub(crate) encoding: Encoding,
    pub(crate) body: &'a [u8],
    pub(crate) items: u64,
    pub(crate) via: String,
}

/// A queue for so many bytes, of the server with this name. No two servers may share a name.
pub fn queue(bytes: usize, name: &str) -> (Outbox, Inbox) {
    let (put, take) = unbounded_channel();
    let units = bytes.div_ceil(UNIT).min(Semaphore::MAX_PERMITS);
    let outbox = Outbox {
        waiting: put,
        room: Arc::new(Semaphore::new(units)),
        units,
        name: name.into(),
        book: Arc::default(),
    };
    (outbox, Inbox { waiting: take })
}

/// The servers by way of which a request came, as its headers say.
pub(crate) fn via(headers: &HeaderMap) -> String {
    let values = headers.get_all(&VIA).into_iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}

impl Outbox {
    /// Puts a request in, or loses it.
    pub(crate) fn put(&self, accepted: Accepted<'_>) {
        let Accepted { signal, encoding, body, items, via } = accepted;
        let mut parcel = Parcel {
            signal,
            encoding,
            body: Bytes::new(),
            via: String::new(),
            items,
            fate: Fate::NotQueued,
            why: String::new(),
            book: Arc::clone(&self.book),
            room: None,
        };
        let hops = via.split(',').map(str::trim).filter(|hop| !hop.is_empty());
        if hops.clone().any(|hop| hop == &*self.name) || hops.clone().count() >= MOST_HOPS {
            return parcel.fail(Fate::CameBack, "it came from here: servers forward in a circle");
        }
        let units = u32::try_from(body.len().div_ceil(UNIT).max(1)).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.room).try_acquire_many_owned(units) else {
            return parcel.fail(Fate::NotQueued, "the queue is full");
        };
        parcel.room = Some(room);
        // A copy has the size that is counted; what was read may hold on to more.
        parcel.body = Bytes::copy_from_slice(body);
        parcel.via = hops.chain([&*self.name]).collect::<Vec<_>>().join(",");
        (parcel.fate, parcel.why) = (Fate::Failed, "the server ended first".to_owned());
        // Without an inbox it is dropped here, and so counted.
        _ = self.waiting.send(parcel);
    }

    /// What became of requests so far, and how full the queue is.
    pub(crate) fn figures(&self) -> Figures {
        let free = self.room.available_permits();
        self.book.figures([self.units.saturating_sub(free) * UNIT, self.units * UNIT])
    }
}

impl Inbox {
    /// The next request; none once every outbox is gone and the queue is empty.
    pub async fn next(&mut self) -> Option<Parcel> {
        self.waiting.recv().await
    }
}

impl Parcel {
    /// It arrived.
    pub fn sent(mut self) {
        self.fate = Fate::Sent;
    }

    /// It is given up, for a reason that tells nothing of what is in it.
    pub fn fail(mut self, fate: Fate, why: &str) {
        (self.fate, self.why) = (fate, why.to_owned());
    }

    /// It is tried once more.
    pub fn retried(&self) {
        self.book.retried();
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        self.book.close(self.fate, self.signal, self.items, &self.why);
    }
}

#[cfg(test)]
mod tests;
