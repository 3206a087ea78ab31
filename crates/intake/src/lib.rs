//! What others send: alerts, changes and notices, verified, parsed and put into our words. Pure.
//!
//! Every format is a module with one function from bytes to words of `model`, or to a typed
//! [`Refusal`]. Bytes are hostile: they are limited before they are read, and none makes a parser
//! panic. Alerts come as [`alertmanager`] or [`pagerduty`] has them; changes as our own JSON
//! ([`change`]), or as [`pagerduty`], [`github`] or [`cloudevents`] have them. [`verify`] compares
//! signatures over the bytes as received, in constant time. [`evals`] reads what eval runners
//! write.

pub mod alertmanager;
pub mod change;
pub mod cloudevents;
pub mod error;
pub mod evals;
pub mod github;
pub mod json;
pub mod notices;
pub mod pagerduty;
pub mod standard_webhooks;
pub mod text;
pub mod verify;

pub use error::Refusal;
