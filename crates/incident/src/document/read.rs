//! A postmortem found in an outline, whoever wrote it, with the line of each part.

mod classic;
mod inference;
mod item;

use std::collections::BTreeMap;

use model::Severity;
use model::incident::IncidentKind;
use model::postmortem::{Postmortem, WhatMoved};

use super::outline::{Entry, Outline, Section, outline};
use super::parts::Part;

/// The line on which each part stands: `inferences[0].change`, `items[2]`, `causes[0]`.
pub type Lines = BTreeMap<String, usize>;

/// What was found in a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Read {
    /// The postmortem.
    pub document: Postmortem,
    /// Where its parts stand.
    pub lines: Lines,
}

/// Finds a postmortem in Markdown, as far as there is one.
pub fn read(markdown: &str) -> Read {
    let Outline { title, sections } = outline(markdown);
    let mut read = Read::default();
    let title = title.unwrap_or_default();
    let named = title.split_once(':').filter(|(before, _)| {
        matches!(
            before.trim().to_lowercase().as_str(),
            "postmortem" | "post-mortem" | "retrospective"
        )
    });
    read.document.title = named.map_or(&*title, |(_, rest)| rest).trim().to_owned();
    for section in &sections {
        read.section(section);
    }
    read
}

impl Read {
    fn section(&mut self, section: &Section) {
        let Some(part) = Part::under(&section.title) else {
            self.head(section);
            for child in &section.children {
                self.section(child);
            }
            return;
        };
        match part {
            Part::Inferences => self.inferences(section),
            Part::Attribution => self.attribution(section),
            Part::Items => self.items(section),
            _ => self.classic(part, section),
        }
    }

    /// What stands at the start of a document, or under a heading that nobody knows.
    fn head(&mut self, section: &Section) {
        for Entry { key, text, .. } in section.named() {
            let document = &mut self.document;
            match key.unwrap_or_default().to_lowercase().as_str() {
                "schema" => document.schema = text.parse().unwrap_or_default(),
                "incident" => document.incident = text.parse().ok(),
                "feature" => document.feature = Some(text),
                "kind" => document.kind = kind(&text),
                "moved" => document.moved = Some(moved(&text)),
                "severity" => document.severity = severity(&text),
                _ => {}
            }
        }
    }

    fn at(&mut self, path: String, line: usize) {
        self.lines.insert(path, line);
    }
}

fn kind(text: &str) -> Option<IncidentKind> {
    let kinds = [IncidentKind::Rate, IncidentKind::Event, IncidentKind::Outage];
    kinds.into_iter().find(|kind| kind.as_str() == text)
}

fn moved(text: &str) -> WhatMoved {
    match text {
        "nothing" => WhatMoved::Nothing,
        "unknown" => WhatMoved::Unknown,
        surfaces => WhatMoved::Surfaces(surfaces.split("; ").map(str::to_owned).collect()),
    }
}

/// `SEV2`, and what others write for it.
fn severity(text: &str) -> Option<Severity> {
    let digit = text.chars().find(char::is_ascii_digit)?;
    match digit {
        '1' => Some(Severity::Sev1),
        '2' => Some(Severity::Sev2),
        '3' => Some(Severity::Sev3),
        '4' => Some(Severity::Sev4),
        _ => None,
    }
}

/// A text, unless it says that there is none.
pub(crate) fn said(text: &str) -> Option<String> {
    let text = text.trim();
    let nothing = matches!(
        text.to_lowercase().trim_end_matches('.'),
        "" | "–" | "-" | "—" | "n/a" | "na" | "none" | "tbd" | "todo" | "open" | "?" | "unknown"
    );
    (!nothing).then(|| text.to_owned())
}
