//! What becomes of spans and log records, as real packages write them and as enemies do.

mod alike;
mod beside;
mod exact;
mod json;
mod kinds;
mod limits;
mod logs;
mod mutation;
mod node;
mod privacy;
pub(crate) mod samples;
mod story;
mod told;
