//! What others send: alerts, changes and notices, verified, parsed and put into our words. Pure.
//!
//! Every format is a module with one function from bytes to words of `model`, or to a typed
//! [`Refusal`]. Bytes are hostile: they are limited before they are read, and none makes a parser
//! panic. [`verify`] compares signatures over the bytes as received, in constant time.

pub mod error;
pub mod notices;
pub mod standard_webhooks;
pub mod text;
pub mod verify;

pub use error::Refusal;
