//! The recorder: bytes from any client in, steps with content addresses out.
//!
//! The only crate that sees OTLP types, and a pure one: [`decode`](decode()) turns one request into
//! a [`model::Batch`] of steps, the content they refer to, and the spans that could not be kept.
//!
//! The cast, in the way of a span: [`decode`](mod@decode) reads OTLP under limits; [`dialect`]
//! turns each library's attributes into one [`reading`]; `talk` finds what was said, `tools` what
//! was offered, `usage` what was counted; [`fingerprint`] derives what can be compared from it, and
//! `traits` what it tells of its run; [`privacy`] decides which values are content and what of it
//! may be kept; [`answer`](mod@answer) tells the exporter what became of it. The other way go
//! [`encode`](mod@encode), which makes requests of steps again, and [`wire`], for the simulator
//! and for tests.
//!
//! And afterwards: [`read_record`] makes the record of a step from what is kept of it, and
//! [`advice`] says why it says less than it could.
//!
//! Invariant: a value that is kept is kept exactly as received, byte for byte.

pub mod answer;
mod count;
pub mod decode;
pub mod dialect;
pub mod doctor;
pub mod encode;
mod encoding;
pub mod fingerprint;
mod json;
mod kept;
mod logs;
mod memo;
mod origin;
mod plain;
mod policy;
pub mod privacy;
pub mod reading;
mod record;
pub mod redaction;
pub mod said;
mod settings;
mod spans;
mod talk;
mod told;
mod tools;
mod traits;
mod turns;
mod usage;
mod value;
pub mod wire;

#[cfg(test)]
mod tests;

pub use answer::answer;
pub use count::{Measured, measure};
pub use decode::{DecodeError, Limits, Opened, decode, decode_logs};
pub use doctor::{Advice, advice};
pub use encode::encode;
pub use encoding::{Encoding, Signal};
pub use logs::{NOT_OURS, outcome_of};
pub use plain::value_json;
pub use policy::{Policy, Privacy};
pub use privacy::ContentMode;
pub use record::{fields_expected, read_record, read_record_with};
pub use said::{Said, said};
pub use told::is_open;
pub use turns::{Turn, turns};
