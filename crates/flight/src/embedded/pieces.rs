//! Several texts in one stored value: compressed together, read one by one.

use std::fmt;

use crate::error::FlightError;

/// Compression level: the fastest that still halves JSON several times over.
pub const LEVEL: i32 = 1;

/// Values shorter than this are kept as they are: a frame around them would be longer.
const WORTH_COMPRESSING: usize = 96;

/// Most bytes that a stored value may unpack to; what is appended together is far smaller.
const MOST_BYTES: usize = 1 << 30;

/// A packed value that is kept as it is.
const PLAIN: u8 = 0;

/// A packed value that is a zstd frame.
const ZSTD: u8 = 1;

/// Compresses values, one after the other. The first byte of a packed value says how it is packed.
pub(super) struct Packer {
    compressor: zstd::bulk::Compressor<'static>,
}

impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

impl Packer {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { compressor: zstd::bulk::Compressor::new(LEVEL)? })
    }

    pub(super) fn pack(&mut self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        if bytes.len() < WORTH_COMPRESSING {
            return Ok([&[PLAIN], bytes].concat());
        }
        let mut packed = Vec::with_capacity(1 + zstd::zstd_safe::compress_bound(bytes.len()));
        packed.push(ZSTD);
        let frame = self.compressor.compress(bytes)?;
        packed.extend_from_slice(&frame);
        packed.shrink_to_fit();
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
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }

    /// Bytes of all texts.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// How many texts there are, where each ends, and the texts: numbers of four bytes, the least
    /// significant first.
    pub(super) fn join(&self) -> Vec<u8> {
        let mut joined = Vec::with_capacity(4 + 4 * self.ends.len() + self.bytes.len());
        joined.extend_from_slice(&(self.ends.len() as u32).to_le_bytes());
        self.ends.iter().for_each(|end| joined.extend_from_slice(&end.to_le_bytes()));
        joined.extend_from_slice(&self.bytes);
        joined
    }
}

/// The text at a place of what [`Pieces::join`] gave; none if it holds no such place.
pub(super) fn piece(joined: &[u8], place: u32) -> Option<&[u8]> {
    let number = |at: usize| {
        let bytes = joined.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    let (count, place) = (number(0)?, place as usize);
    if place >= count {
        return None;
    }
    let texts = joined.get(count.checked_mul(4)?.checked_add(4)?..)?;
    let start = if place == 0 { 0 } else { number(4 * place)? };
    texts.get(start..number(4 + 4 * place)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_come_back_each_at_its_place(
            texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..9)
        ) {
            let mut pieces = Pieces::default();
            let places: Vec<u32> = texts.iter().map(|text| pieces.push(text)).collect();
            let packed = Packer::new().unwrap().pack(&pieces.join()).unwrap();
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
