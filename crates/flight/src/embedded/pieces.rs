//! Several texts in one stored value: compressed together, read one by one.

use std::fmt;
use std::io;

use crate::error::FlightError;

/// Compression level: the fastest that still halves JSON several times over.
pub const LEVEL: i32 = 1;

/// Values shorter than this are kept as they are: a frame around them would be longer.
const WORTH_COMPRESSING: usize = 96;

/// Most bytes that a stored value may unpack to; what is appended together is far smaller.
const MOST_BYTES: usize = 1 << 30;

/// Bytes of a buffer that is kept for the next value, at most.
const MOST_HELD: usize = 1 << 20;

/// Bytes of room for texts that is kept for others, at most.
const MOST_ROOM: usize = 4 << 20;

/// A packed value that is kept as it is.
const PLAIN: u8 = 0;

/// A packed value that is a zstd frame.
const ZSTD: u8 = 1;

/// Compresses values, one after the other. The first byte of a packed value says how it is packed.
pub(super) struct Packer {
    compressor: zstd::bulk::Compressor<'static>,
    /// Where a frame is made, kept for the next one.
    frame: Vec<u8>,
    /// Room for texts, kept for others.
    room: Vec<Pieces>,
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

impl Packer {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            compressor: zstd::bulk::Compressor::new(LEVEL)?,
            frame: Vec::new(),
            room: Vec::new(),
        })
    }

    /// Room for texts that are to be packed, used before if there is any.
    pub(super) fn pieces(&mut self) -> Pieces {
        self.room.pop().unwrap_or_default()
    }

    /// Takes room for texts back, as much as is kept.
    pub(super) fn put_back(&mut self, mut pieces: Pieces) {
        pieces.clear();
        let held: usize = self.room.iter().map(Pieces::room).sum();
        if held + pieces.room() <= MOST_ROOM {
            self.room.push(pieces);
        }
    }

    pub(super) fn pack(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        if bytes.len() < WORTH_COMPRESSING {
            return Ok([&[PLAIN], bytes].concat());
        }
        self.frame.clear();
        self.frame.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        self.compressor.compress_to_buffer(bytes, &mut self.frame)?;
        let packed = [&[ZSTD], self.frame.as_slice()].concat();
        self.frame.shrink_to(MOST_HELD);
        Ok(packed)
    }
}

pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>, FlightError> {
    let broken = |why: Box<dyn std::error::Error + Send + Sync>| FlightError::Corrupt {
        what: "packed value",
        source: why,
    };
    match packed.split_first() {
        Some((&PLAIN, bytes)) => Ok(bytes.to_vec()),
        Some((&ZSTD, frame)) => {
            let size = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten();
            let size = size.and_then(|size| usize::try_from(size).ok());
            let size = size.filter(|size| *size <= MOST_BYTES);
            let size = size.ok_or_else(|| broken("it does not say how long it is".into()))?;
            zstd::bulk::decompress(frame, size).map_err(|error| broken(error.into()))
        }
        _ => Err(broken("it does not say how it is packed".into())),
    }
}

/// Texts on their way into one value.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Pieces {
    /// Adds a text, and gives its place.
    pub(super) fn push(&mut self, text: &[u8]) -> u32 {
        self.bytes.extend_from_slice(text);
        self.end()
    }

    /// Adds what is written, and gives it with its place.
    pub(super) fn add(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<(u32, &[u8])> {
        let start = self.bytes.len();
        write(&mut self.bytes)?;
        Ok((self.end(), &self.bytes[start..]))
    }

    fn end(&mut self) -> u32 {
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// Bytes that it holds, or has room for.
    fn room(&self) -> usize {
        size_of::<Self>() + self.bytes.capacity() + 4 * self.ends.capacity()
    }

    /// Bytes of all texts.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The texts, where each ends, and how many there are: numbers of four bytes, the least
    /// significant first.
    pub(super) fn join(&mut self) -> &[u8] {
        let count = self.ends.len() as u32;
        let ends = self.ends.iter().chain([&count]);
        self.bytes.extend(ends.flat_map(|number| number.to_le_bytes()));
        &self.bytes
    }

    /// Makes room for other texts.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(MOST_HELD);
        self.ends.clear();
    }
}

/// The text at a place of what [`Pieces::join`] gave; none if it holds no such place.
pub(super) fn piece(joined: &[u8], place: u32) -> Option<&[u8]> {
    let number = |at: usize| {
        let bytes = joined.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    let at_count = joined.len().checked_sub(4)?;
    let (count, place) = (number(at_count)?, place as usize);
    if place >= count {
        return None;
    }
    let texts = at_count.checked_sub(count.checked_mul(4)?)?;
    let start = if place == 0 { 0 } else { number(texts + 4 * (place - 1))? };
    joined[..texts].get(start..number(texts + 4 * place)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_more_room_is_kept_than_there_may_be_however_often_some_is_given_back() {
        let mut packer = Packer::new().unwrap();
        for size in [10, 300_000, 5_000_000].into_iter().cycle().take(1_000) {
            let mut pieces = Pieces::default();
            pieces.push(&vec![7; size]);
            packer.put_back(pieces);
        }
        let held: usize = packer.room.iter().map(Pieces::room).sum();
        assert!((MOST_ROOM / 2..=MOST_ROOM).contains(&held), "{held}");
        assert_eq!(packer.pieces().size(), 0);
    }

    proptest! {
        #[test]
        fn texts_come_back_each_at_its_place(
            texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..9)
        ) {
            let mut pieces = Pieces::default();
            let places: Vec<u32> = texts.iter().map(|text| pieces.push(text)).collect();
            let packed = Packer::new().unwrap().pack(pieces.join()).unwrap();
            let joined = unpack(&packed).unwrap();
            for (place, text) in places.into_iter().zip(&texts) {
                prop_assert_eq!(piece(&joined, place).unwrap(), text.as_slice());
            }
            prop_assert_eq!(piece(&joined, texts.len() as u32), None);
        }

        #[test]
        fn no_bytes_make_reading_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
            place in any::<u32>(),
        ) {
            let _ = (unpack(&bytes), piece(&bytes, place % 8), piece(&bytes, place));
        }
    }
}
