//! The recorder: bytes from any client in, steps with content addresses out.
//!
//! The only crate that sees OTLP types.

pub mod wire;
