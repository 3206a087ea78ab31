//! OTLP in JSON, as far as the reader of whole messages would be given too much at once.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::value::{List, Object, Text};
use crate::count::{Kind, Size};
use crate::encoding::{Scoped, Sent};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow, alias = "resourceLogs")]
    resource_spans: List<OfResource<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct OfResource<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, alias = "scopeLogs")]
    scope_spans: List<OfScope<'a>>,
    schema_url: Text,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct OfScope<'a> {
    #[serde(borrow)]
    scope: Option<&'a RawValue>,
    #[serde(borrow, alias = "logRecords")]
    spans: Option<Vec<&'a RawValue>>,
    schema_url: Text,
}

/// Fails at the first byte that is no JSON, or has not the form of a request.
pub(crate) fn cut(request: &[u8]) -> Result<Vec<Sent<'_>>, serde_json::Error> {
    let Object(request) = serde_json::from_slice::<Object<Request>>(request)?;
    Ok(request.resource_spans.into())
}

impl<'a> From<OfResource<'a>> for Sent<'a> {
    fn from(from: OfResource<'a>) -> Self {
        Self {
            resource: from.resource.map(bytes),
            schema_url: from.schema_url.0,
            scopes: from.scope_spans.into(),
        }
    }
}

impl<'a> From<OfScope<'a>> for Scoped<'a> {
    fn from(from: OfScope<'a>) -> Self {
        Self {
            scope: from.scope.map(bytes),
            schema_url: from.schema_url.0,
            items: from.spans.into_iter().flatten().map(bytes).collect(),
        }
    }
}

fn bytes(raw: &RawValue) -> &[u8] {
    raw.get().as_bytes()
}

/// Fails at the first byte that is no JSON.
pub(crate) fn outline(request: &[u8]) -> Result<Size, serde_json::Error> {
    let mut size = Size::default();
    walk(Kind::Request, request, &mut |kind| size.see(kind))?;
    Ok(size)
}

/// Counts as far as the reader reads: it gives up where this does.
pub(crate) fn parts(kind: Kind, message: &[u8]) -> usize {
    let mut parts = 0;
    _ = walk(kind, message, &mut |_| parts += 1);
    parts
}

fn walk(kind: Kind, message: &[u8], see: &mut dyn FnMut(Kind)) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(message);
    Walk { kind, see }.deserialize(&mut json).map(drop)
}

/// Looks into a message, or into a list of them, and tells what it sees.
struct Walk<'w> {
    kind: Kind,
    see: &'w mut dyn FnMut(Kind),
}

/// What stood where a message or a list of them may stand.
#[derive(PartialEq)]
enum Stood {
    Message,
    Other,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Stood;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Stood, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Stood;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a message of OTLP")
    }

    fn visit_unit<E>(self) -> Result<Stood, E> {
        Ok(Stood::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Stood, E> {
        Ok(Stood::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Stood, E> {
        Ok(Stood::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Stood, E> {
        Ok(Stood::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Stood, E> {
        Ok(Stood::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Stood, E> {
        Ok(Stood::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stood, A::Error> {
        let Walk { kind: holder, see } = self;
        while let Some(Text(key)) = map.next_key()? {
            let Some(kind) = holder.named(&key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if map.next_value_seed(Walk { kind, see: &mut *see })? == Stood::Message {
                see(kind);
            }
        }
        Ok(Stood::Message)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Stood, A::Error> {
        let Walk { kind, see } = self;
        while list.next_element_seed(Walk { kind, see: &mut *see })?.is_some() {
            see(kind);
        }
        Ok(Stood::Other)
    }
}
