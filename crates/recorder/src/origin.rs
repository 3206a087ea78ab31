//! Who sent it: resource and scope, as attributes that many steps share.

use std::sync::Arc;

use model::{Attribute, Value};
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;

use crate::count::Measured;
use crate::decode::{DecodeError, Limits};
use crate::dialect::Attributes;
use crate::encoding::{Encoding, Readable, Scoped, Sent};
use crate::policy::{Policy, Privacy};
use crate::privacy::{self, ContentMode};
use crate::value::{attributes, number, text};

/// The attribute that says which feature a span is of.
pub(crate) const FEATURE: &str = "mayday.feature";

/// The items of one scope, with who sent them or why that can't be kept.
pub(crate) struct Group<'a> {
    pub(crate) origin: Result<Arc<[Attribute]>, &'static str>,
    pub(crate) items: Vec<&'a [u8]>,
}

/// A request cut into items by who sent them, unless its senders say more than they may.
pub(crate) fn groups<'a>(
    Measured { encoding, sent, .. }: Measured<'a>,
    limits: &Limits,
    policy: &Policy,
) -> Result<Vec<Group<'a>>, DecodeError> {
    let reader = Reader { encoding, limits, policy };
    let mut groups = Vec::new();
    let mut bytes = 0;
    for Sent { resource, schema_url, scopes } in sent {
        let resource = reader.resource(resource, schema_url);
        for scoped in scopes.into_iter().filter(|scoped| !scoped.items.is_empty()) {
            bytes += resource.as_ref().map_or(0, |resource| resource.bytes);
            if bytes > limits.origin_bytes {
                let what = "bytes of resources, counted once for every scope";
                return Err(DecodeError::TooMany { got: bytes, limit: limits.origin_bytes, what });
            }
            groups.push(reader.group(&resource, scoped));
        }
    }
    Ok(groups)
}

struct Reader<'l> {
    encoding: Encoding,
    limits: &'l Limits,
    policy: &'l Policy,
}

/// What is known of a resource, and how many bytes it takes in protobuf.
struct Known {
    attributes: Vec<Attribute>,
    bytes: usize,
}

impl Reader<'_> {
    fn resource(&self, resource: Option<&[u8]>, schema: String) -> Result<Known, &'static str> {
        let (resource, bytes) = self.read::<Resource>(resource)?;
        let dropped = resource.dropped_attributes_count;
        let mut known = attributes(resource.attributes);
        known.extend(number("otel.resource.dropped_attributes_count", dropped));
        known.extend(text("otel.resource.schema_url", schema));
        Ok(Known { attributes: known, bytes })
    }

    fn group<'a>(&self, resource: &Result<Known, &'static str>, scoped: Scoped<'a>) -> Group<'a> {
        let origin = resource.as_ref().map_err(|why| *why).and_then(|resource| {
            let (scope, _) = self.read::<InstrumentationScope>(scoped.scope)?;
            let mut origin = resource.attributes.clone();
            origin.extend(text("otel.scope.name", scope.name));
            origin.extend(text("otel.scope.version", scope.version));
            origin.extend(number(
                "otel.scope.dropped_attributes_count",
                scope.dropped_attributes_count,
            ));
            origin.extend(text("otel.scope.schema_url", scoped.schema_url));
            origin.extend(attributes(scope.attributes));
            let feature = feature(&origin).map(str::to_owned);
            Ok(kept(origin, self.policy.of(feature.as_deref())))
        });
        Group { origin, items: scoped.items }
    }

    /// A message that is not there is an empty one.
    fn read<M: Readable>(&self, message: Option<&[u8]>) -> Result<(M, usize), &'static str> {
        let message = message.map_or(Ok(M::default()), |message| self.encoding.read::<M>(message));
        let message = message.map_err(|_| "its resource or scope can't be read as OTLP")?;
        match message.encoded_len() {
            bytes if bytes > self.limits.resource_bytes => {
                Err("its resource or scope has more bytes than are allowed")
            }
            bytes => Ok((message, bytes)),
        }
    }
}

/// The feature that a sender says all of its spans are of.
pub(crate) fn feature(origin: &[Attribute]) -> Option<&str> {
    Attributes(origin).text(&[FEATURE])
}

/// What may be kept of an origin. Where something is withheld, its keys are listed.
fn kept(origin: Vec<Attribute>, privacy: Privacy) -> Arc<[Attribute]> {
    if privacy.mode == ContentMode::Full {
        return origin.into();
    }
    let kept = privacy::sort(origin, privacy);
    let mut origin = kept.attributes;
    let withheld = kept.fields.into_iter().map(|field| Value::Text(field.key.into_owned()));
    let withheld: Vec<Value> = withheld.collect();
    if !withheld.is_empty() {
        origin.push(("mayday.withheld".into(), Value::List(withheld)));
    }
    origin.into()
}
