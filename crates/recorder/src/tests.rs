//! What becomes of spans and log records, as real packages write them and as enemies do.

mod alike;
mod attributes;
mod beside;
mod captures;
mod clients;
mod encode;
mod exact;
mod json;
mod kinds;
mod limits;
mod logs;
mod mutation;
mod node;
mod parts;
mod policy;
mod privacy;
mod records;
mod rows;
mod said;
pub(crate) mod samples;
mod story;
mod told;
