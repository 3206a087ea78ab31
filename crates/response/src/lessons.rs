//! Learning from an incident: its document, the items that follow, and what closes them.
//!
//! A person files the [document](Mayday::file_document), as often as it takes; nothing of the
//! incident waits for it. Quotes stand in the ledger by address, and are read back from flights, so
//! that a person who is erased is erased there too. [Items](Mayday::items) close by what was
//! [measured](Mayday::take_measured) or by what agents did, and open again by it.

mod belief;
mod cases;
mod error;
mod evaluated;
mod filing;
mod formats;
mod items;
mod measured;
mod mended;
mod quotes;
mod steps;
mod view;

pub use cases::{Bundle, Case, Export, LeftOut};
pub use error::LessonError;
pub use formats::CaseFormat;
pub use items::Closing;
pub(crate) use quotes::is_lost;

pub use measured::{AblationView, MeasuredTold};
pub use view::{DocumentView, FiledView, ItemView};
