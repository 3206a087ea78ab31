//! Identities: newtypes with a readable form, parsed at the edge.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A trace, as W3C and OTLP name it: 16 bytes, never all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceId([u8; 16]);

/// A span within a trace: 8 bytes, never all zero.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct SpanId([u8; 8]);

/// A run: its trace, and the span that is its root, if one is.
///
/// Written `run_<trace>` when the whole trace is the run, else `run_<trace>_<span>`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct RunId {
    /// The trace that holds the run.
    pub trace: TraceId,
    /// The run's root span; none when the run is the whole trace.
    pub root: Option<SpanId>,
}

/// A text that is not the id or the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}: write {form}")]
pub struct IdError {
    pub(crate) kind: &'static str,
    pub(crate) form: &'static str,
    pub(crate) text: String,
}

impl TraceId {
    /// The least id there is.
    pub fn least() -> Self {
        Self(1_u128.to_be_bytes())
    }

    /// The id in these bytes, unless they are not 16 or all zero.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        non_zero(bytes).map(Self)
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl SpanId {
    /// The least id there is.
    pub fn least() -> Self {
        Self(1_u64.to_be_bytes())
    }

    /// The id in these bytes, unless they are not 8 or all zero.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        non_zero(bytes).map(Self)
    }

    /// The 8 bytes.
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// Eight characters to read aloud, of 40 bits of a number.
fn eight_characters(random: u64) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let character = |place: u32| char::from(ALPHABET[(random >> (place * 5)) as usize & 31]);
    (0..8).map(character).collect()
}

fn non_zero<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    let bytes: [u8; N] = bytes.try_into().ok()?;
    bytes.iter().any(|byte| *byte != 0).then_some(bytes)
}

/// Lower-case hexadecimal, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The bytes that hexadecimal text stands for, if it is hexadecimal.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

/// Makes a newtype with a `read` function parse from text and turn back into it.
macro_rules! written_as {
    ($name:ident, $kind:expr, $form:expr) => {
        impl TryFrom<String> for $name {
            type Error = $crate::id::IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $name::read(text).ok_or_else(|| $crate::id::IdError {
                    kind: $kind,
                    form: $form,
                    text: text.to_owned(),
                })
            }
        }
    };
}

pub(crate) use written_as;

written_as!(TraceId, "trace id", "32 hexadecimal digits, not all zero");
written_as!(SpanId, "span id", "16 hexadecimal digits, not all zero");
written_as!(RunId, "run id", "run_TRACE or run_TRACE_SPAN, both in hexadecimal");
/// Makes an id that is a prefix and lower-case letters, digits or dashes.
macro_rules! prefixed {
    ($(#[$doc:meta] $name:ident, $prefix:literal, $kind:literal;)+) => { $(
        #[$doc]
        #[derive(
            Debug,
            Clone,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            Serialize,
            Deserialize,
            schemars::JsonSchema,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// An id made of a random number, which the caller draws.
            pub fn from_random(random: u64) -> Self {
                Self(format!(concat!($prefix, "{}"), eight_characters(random)))
            }

            /// The id as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            fn read(text: &str) -> Option<Self> {
                is_plain(text.strip_prefix($prefix)?, 64).then(|| Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        written_as!(
            $name,
            $kind,
            concat!($prefix, " and up to 64 lower-case letters, digits or dashes")
        );
    )+ };
}

prefixed! {
    /// An incident.
    IncidentId, "inc_", "incident id";
    /// Somebody or something that holds a key.
    PrincipalId, "prn_", "principal id";
    /// A change of a surface.
    ChangeId, "chg_", "change id";
    /// An alert, from its trigger until it is resolved.
    AlertId, "alr_", "alert id";
    /// A complaint.
    ComplaintId, "cmp_", "complaint id";
    /// A finding of a detector.
    SignalId, "sig_", "signal id";
    /// A notice of a provider.
    NoticeId, "ntc_", "notice id";
    /// A dated piece of work that a notice asks for.
    TicketId, "tkt_", "ticket id";
    /// A claim about an incident that can be disputed.
    ClaimId, "clm_", "claim id";
    /// An attempt to stop the harm.
    AttemptId, "att_", "attempt id";
    /// An action item of a postmortem.
    ItemId, "itm_", "item id";
    /// What was measured by one run of an eval.
    MeasureId, "evr_", "eval run id";
    /// Something that is to be told to somebody outside.
    DeliveryId, "dlv_", "delivery id";
}

impl TraceId {
    fn read(text: &str) -> Option<Self> {
        Self::from_bytes(&unhex(text)?)
    }
}

impl SpanId {
    fn read(text: &str) -> Option<Self> {
        Self::from_bytes(&unhex(text)?)
    }
}

impl RunId {
    fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("run_")?;
        let (trace, root) = match rest.split_once('_') {
            Some((trace, root)) => (trace, Some(SpanId::read(root)?)),
            None => (rest, None),
        };
        Some(Self { trace: TraceId::read(trace)?, root })
    }
}

/// Whether a text has 1 to so many characters, all lower-case letters, digits or dashes.
pub(crate) fn is_plain(text: &str, most: usize) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=most).contains(&text.len()) && text.chars().all(plain)
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.root {
            Some(root) => write!(f, "run_{}_{root}", self.trace),
            None => write!(f, "run_{}", self.trace),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_ids_are_no_ids() {
        assert_eq!(TraceId::from_bytes(&[0; 16]), None);
        assert_eq!(SpanId::from_bytes(&[0; 8]), None);
        assert!("0000000000000000".parse::<SpanId>().is_err());
    }

    #[test]
    fn an_incident_id_says_what_it_is() {
        let id = IncidentId::from_random(0);
        assert_eq!(id.to_string(), "inc_00000000");
        assert!("inc_../../etc".parse::<IncidentId>().is_err());
        assert!("inc_00000000".parse::<PrincipalId>().is_err());
    }

    proptest! {
        #[test]
        fn run_ids_read_back_as_written(trace in 1u128.., root in proptest::option::of(1u64..)) {
            let id = RunId {
                trace: TraceId::from_bytes(&trace.to_be_bytes()).unwrap(),
                root: root.map(|root| SpanId::from_bytes(&root.to_be_bytes()).unwrap()),
            };
            prop_assert_eq!(id.to_string().parse::<RunId>().unwrap(), id);
        }

        #[test]
        fn no_text_makes_the_parsers_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<RunId>();
            let _ = text.parse::<IncidentId>();
        }
    }
}
