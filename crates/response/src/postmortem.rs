//! Postmortems: read, checked and written, from whoever wrote them.

use incident::document;
use jiff::Timestamp;
use model::postmortem::Postmortem;

pub use incident::lint::{
    Beside, Found, Linted, QuoteCheck, Rules, Weight, rules as lint_rules, sarif,
};

/// Why a text is no postmortem.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// JSON that does not have the form of the schema.
    #[error("it is JSON that does not have the form of the schema in docs/postmortem.md")]
    Json(#[source] serde_json::Error),
}

/// Reads a postmortem: JSON if it begins with a brace, else Markdown.
pub fn read_document(text: &str) -> Result<document::Read, DocumentError> {
    if text.trim_start().starts_with('{') {
        let document: Postmortem = serde_json::from_str(text).map_err(DocumentError::Json)?;
        return Ok(document::Read { document, ..document::Read::default() });
    }
    Ok(document::read(text))
}

/// Checks a postmortem that stands in a text.
pub fn lint_text(text: &str, beside: &Beside<'_>, now: Timestamp) -> Result<Linted, DocumentError> {
    let document::Read { document, lines } = read_document(text)?;
    let beside = Beside { lines, ..beside.clone() };
    Ok(incident::lint::lint(&document, &beside, now))
}
