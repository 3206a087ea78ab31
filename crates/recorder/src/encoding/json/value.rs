//! OTLP in JSON: the values, each in every form in which it may come.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::id::unhex;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1::SeverityNumber;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// Most digits that are read as an id; the longest there is, a trace's, has 32.
const LONGEST_ID: usize = 64;

/// Text.
///
/// JavaScript may cut a text amid a character and still write it: half a pair of surrogates then
/// stands there as an escape. Such a half becomes U+FFFD, as it does in JavaScript's own UTF-8.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) String);

/// An id in hexadecimal; empty, and so no id, if it is not hexadecimal.
#[derive(Debug, Default)]
pub(super) struct Id(pub(super) Vec<u8>);

/// A whole number, as a number or as text.
#[derive(Debug, Default)]
pub(super) struct Int<T>(pub(super) T);

/// A value of an enumeration, as a number or by name. A name that nobody knows is its zero.
#[derive(Debug, Default)]
pub(super) struct Enumerated(pub(super) i32);

/// A real number, or as text one that JSON can't write.
struct Real(f64);

/// Bytes in base 64, in either alphabet, with padding or without.
struct Bytes(Vec<u8>);

/// A message: an object, never a list of the values of its fields.
pub(super) struct Object<T>(pub(super) T);

/// A list of messages, which may be null.
#[derive(Debug)]
pub(super) struct List<T>(Vec<T>);

/// A value of an attribute.
#[derive(Debug, Default)]
pub(super) struct Any(Option<any_value::Value>);

/// An attribute.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Pair {
    key: Text,
    value: Option<Any>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, U: From<T>> From<List<T>> for Vec<U> {
    fn from(list: List<T>) -> Self {
        list.0.into_iter().map(U::from).collect()
    }
}

impl From<Any> for AnyValue {
    fn from(any: Any) -> Self {
        Self { value: any.0 }
    }
}

impl From<Pair> for KeyValue {
    fn from(pair: Pair) -> Self {
        Self { key: pair.key.0, value: pair.value.map(AnyValue::from), ..Self::default() }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let list: Option<Vec<Object<T>>> = Option::deserialize(from)?;
        Ok(Self(list.into_iter().flatten().map(|Object(one)| one).collect()))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_option(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_none<E>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
        from.deserialize_bytes(self)
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
        Ok(mended(bytes.to_vec()))
    }
}

/// The text in these bytes, with U+FFFD for each half of a pair of surrogates.
fn mended(bytes: Vec<u8>) -> String {
    let mut bytes = match String::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error.into_bytes(),
    };
    let is_half = |at: &usize| matches!(bytes[*at..], [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..]);
    let halves: Vec<usize> = (0..bytes.len()).filter(is_half).collect();
    for at in halves {
        bytes[at..at + 3].copy_from_slice("\u{FFFD}".as_bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(from)?;
        let short = Some(text).filter(|text| text.len() <= LONGEST_ID);
        Ok(Self(short.and_then(|text| unhex(&text)).unwrap_or_default()))
    }
}

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Int<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(IntVisitor(PhantomData)).map(Self)
    }
}

struct IntVisitor<T>(PhantomData<T>);

impl<T: TryFrom<i128>> IntVisitor<T> {
    fn of<E: de::Error>(number: i128) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::custom("a number is out of range"))
    }
}

impl<T: TryFrom<i128>> Visitor<'_> for IntVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_unit<E: de::Error>(self) -> Result<T, E> {
        Self::of(0)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        Self::of(number.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        Self::of(number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        let is_whole = number.fract() == 0.0 && number.abs() < 1e20;
        if is_whole { Self::of(number as i128) } else { Err(E::custom("a number is not whole")) }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        let number = text.parse().map_err(|_| E::custom("a text is not a whole number"));
        number.and_then(Self::of)
    }
}

impl<'de> Deserialize<'de> for Enumerated {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i32),
            Name(String),
            Null(()),
        }
        Ok(Self(match Written::deserialize(from)? {
            Written::Number(number) => number,
            Written::Name(name) => named(&name),
            Written::Null(()) => 0,
        }))
    }
}

/// The names of the three enumerations have nothing in common.
fn named(name: &str) -> i32 {
    let kind = SpanKind::from_str_name(name).map(i32::from);
    let code = || StatusCode::from_str_name(name).map(i32::from);
    let severity = || SeverityNumber::from_str_name(name).map(i32::from);
    kind.or_else(code).or_else(severity).or_else(|| name.parse().ok()).unwrap_or_default()
}

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
        }
        match Written::deserialize(from)? {
            Written::Number(number) => Ok(Self(number)),
            Written::Text(text) => text.parse().map(Self).map_err(de::Error::custom),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        const LENIENT: GeneralPurposeConfig =
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let Text(text) = Text::deserialize(from)?;
        let alphabet = match text.contains(['-', '_']) {
            true => &alphabet::URL_SAFE,
            false => &alphabet::STANDARD,
        };
        let bytes = GeneralPurpose::new(alphabet, LENIENT).decode(text);
        bytes.map(Self).map_err(|_| de::Error::custom("bytes are not in base 64"))
    }
}

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(AnyVisitor).map(Self)
    }
}

/// A list of values, or of keys and values.
#[derive(serde::Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Values<T> {
    #[serde(default)]
    values: List<T>,
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Option<any_value::Value>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value with its type")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        use any_value::Value;
        let mut found = None;
        while let Some(Text(key)) = map.next_key()? {
            let value = match key.as_str() {
                "stringValue" => map.next_value::<Option<Text>>()?.map(|v| Value::StringValue(v.0)),
                "boolValue" => map.next_value::<Option<bool>>()?.map(Value::BoolValue),
                "intValue" => map.next_value::<Option<Int<i64>>>()?.map(|v| Value::IntValue(v.0)),
                "doubleValue" => map.next_value::<Option<Real>>()?.map(|v| Value::DoubleValue(v.0)),
                "bytesValue" => map.next_value::<Option<Bytes>>()?.map(|v| Value::BytesValue(v.0)),
                "arrayValue" => map
                    .next_value::<Option<Values<Any>>>()?
                    .map(|list| Value::ArrayValue(ArrayValue { values: list.values.into() })),
                "kvlistValue" => map
                    .next_value::<Option<Values<Pair>>>()?
                    .map(|list| Value::KvlistValue(KeyValueList { values: list.values.into() })),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    None
                }
            };
            found = value.or(found);
        }
        Ok(found)
    }
}
