//! A way through the bytes of a message, field by field.

use prost::encoding::{WireType, decode_varint};

/// What is left of a message.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

/// What a field holds.
pub(super) enum Held<'a> {
    /// A number of any length.
    Number(u64),
    /// Eight bytes, the least significant first.
    Fixed64(u64),
    /// Four bytes, the least significant first.
    Fixed32(u32),
    /// Text, bytes or a message.
    Bytes(&'a [u8]),
}

impl<'a> Cursor<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next field; none if it is no protobuf, or a group, which OTLP does not have.
    #[inline]
    pub(super) fn field(&mut self) -> Option<(u32, Held<'a>)> {
        let key = u32::try_from(self.number()?).ok()?;
        let held = match WireType::try_from(u64::from(key & 7)).ok()? {
            WireType::Varint => Held::Number(self.number()?),
            WireType::SixtyFourBit => Held::Fixed64(u64::from_le_bytes(self.fixed()?)),
            WireType::ThirtyTwoBit => Held::Fixed32(u32::from_le_bytes(self.fixed()?)),
            WireType::LengthDelimited => {
                let length = usize::try_from(self.number()?).ok()?;
                let (bytes, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Held::Bytes(bytes)
            }
            WireType::StartGroup | WireType::EndGroup => return None,
        };
        (key >= 8).then_some((key >> 3, held))
    }

    /// The next number: mostly of one byte, which is nothing to decode.
    #[inline]
    fn number(&mut self) -> Option<u64> {
        match self.0.split_first() {
            Some((byte, rest)) if *byte < 0x80 => {
                self.0 = rest;
                Some(u64::from(*byte))
            }
            _ => decode_varint(&mut self.0).ok(),
        }
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*bytes)
    }
}
