//! The use cases, played on real stores with a clock that is told.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod course;
mod inbound;
mod intents;
mod keeping;
mod large;
mod lessons;
mod observed;
mod orders;
mod postmortem;
mod reviews;
mod samples;
