//! What becomes of spans, as real packages write them and as enemies do.

mod exact;
mod limits;
mod privacy;
mod samples;
mod told;
