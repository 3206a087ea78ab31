//! The truth of a play: what an investigation of its record should find.

/// What in the record identifies the cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The surface that drifted: `tool`.
    pub surface: String,
    /// The factor that shows it: `tool_shape:search_kb`.
    pub factor: String,
    /// What the factor's level stands for in the runs that were harmed.
    pub to: Artefact,
    /// Factors that show another cause, which carries a part of its own.
    pub also: Vec<String>,
}

/// What a level stands for, before a recorder makes a level of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Artefact {
    /// The full text of a system prompt.
    Prompt(String),
    /// A sample of a tool's answer, as JSON: its shape is meant, not its data.
    ToolResult(String),
    /// A name that is recorded as it is.
    Label(String),
}
