//! What becomes of spans and log records, as real packages write them and as enemies do.

mod alike;
mod beside;
mod exact;
mod json;
mod limits;
mod logs;
mod mutation;
mod node;
mod privacy;
mod samples;
mod story;
mod told;
