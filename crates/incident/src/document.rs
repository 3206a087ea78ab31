//! Postmortems as documents: Markdown in, Markdown out, and the same from both.
//!
//! [`outline()`] reads any Markdown into headings, paragraphs, entries and tables; [`read()`] finds
//! a [`Postmortem`](model::postmortem::Postmortem) in it, also where it was written elsewhere, and
//! remembers on which line each part stands; [`write()`] writes one so that it reads back the
//! same, and [`page()`] makes HTML of it.

mod escape;
mod html;
mod outline;
mod parts;
mod read;
mod write;

pub use escape::{fenced, inline};
pub use html::{fragment, made, page};
pub use outline::{Entry, Outline, Section, Table, outline};
pub(crate) use read::said;
pub use read::{Lines, Read, read};
pub use write::{draft, write};

#[cfg(test)]
mod tests;
