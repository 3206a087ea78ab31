//! The classic rows, and the tables of a document.

use model::BehaviourRate;
use model::course::ClaimState;
use model::fields::FieldState;
use model::postmortem::{
    ClaimRow, ClockRow, EvidenceRow, FailureKind, FieldLine, LayerRow, LayerState, RateRow,
    Statement, Suppression, TimelineRow,
};

use super::{Read, said};
use crate::document::outline::{Entry, Section};
use crate::document::parts::Part;
use crate::document::write::claim_word;

/// A row of a table, by the names of its columns.
struct Row<'a> {
    head: &'a [String],
    cells: &'a [String],
}

impl Row<'_> {
    /// The cell of the first column whose name holds one of these words; nothing for a dash.
    fn cell(&self, names: &[&str]) -> String {
        let column = self.head.iter().position(|head| names.iter().any(|name| head.contains(name)));
        let cell = column.and_then(|column| self.cells.get(column));
        cell.filter(|cell| *cell != "–").cloned().unwrap_or_default()
    }

    fn maybe(&self, names: &[&str]) -> Option<String> {
        Some(self.cell(names)).filter(|cell| !cell.is_empty())
    }
}

fn rows(section: &Section) -> impl Iterator<Item = (usize, Row<'_>)> {
    section.tables.iter().flat_map(|table| {
        table.rows.iter().map(|(line, cells)| (*line, Row { head: &table.head, cells }))
    })
}

impl Read {
    /// Takes in a part other than inferences, attribution and items.
    pub(super) fn classic(&mut self, part: Part, section: &Section) {
        match part {
            Part::Timeline => self.timeline(section),
            Part::Clocks => self.clocks(section),
            Part::Rates => self.rates(section),
            Part::Claims => self.claims(section),
            Part::Fields => self.fields(section),
            Part::Layers => self.layers(section),
            Part::Failures => self.failures(section),
            Part::Evidence => self.evidence(section),
            Part::Suppressed => self.suppressed(section),
            _ => self.statements(part, section),
        }
    }

    fn statements(&mut self, part: Part, section: &Section) {
        let named_children =
            section.children.iter().filter(|child| Part::under(&child.title) != Some(part));
        let inner: Vec<Section> = named_children.cloned().collect();
        let name = part_name(part);
        for entry in &section.entries {
            let Some(statement) = statement(entry) else { continue };
            let into = match part {
                Part::Summary => &mut self.document.summary,
                Part::Impact => &mut self.document.impact,
                Part::Detection => &mut self.document.detection,
                Part::Causes => &mut self.document.causes,
                Part::Resolution => &mut self.document.resolution,
                _ => &mut self.document.worked,
            };
            into.push(statement);
            let number = into.len() - 1;
            self.at(format!("{name}[{number}]"), entry.line);
        }
        for child in &inner {
            match Part::under(&child.title) {
                Some(_) => self.section(child),
                None => self.statements(part, child),
            }
        }
    }

    fn timeline(&mut self, section: &Section) {
        for (_, row) in rows(section) {
            self.document.timeline.push(TimelineRow {
                at: row.cell(&["when", "time", "at"]),
                what: row.cell(&["what", "event", "description"]),
                source: row.cell(&["source"]),
            });
        }
        for entry in &section.entries {
            self.document.timeline.push(TimelineRow {
                at: entry.key.clone().unwrap_or_default(),
                what: entry.text.clone(),
                source: entry.cite.clone().unwrap_or_default(),
            });
        }
    }

    fn clocks(&mut self, section: &Section) {
        let clocks = rows(section).map(|(_, row)| ClockRow {
            cause: row.cell(&["cause"]),
            moment: row.cell(&["moment"]),
            at: row.maybe(&["when"]),
            source: row.cell(&["source"]),
        });
        self.document.clocks.extend(clocks.collect::<Vec<_>>());
    }

    fn rates(&mut self, section: &Section) {
        let rates = rows(section).map(|(_, row)| RateRow {
            what: row.cell(&["rate"]),
            before: rate(&row.cell(&["before"])),
            during: rate(&row.cell(&["during"])),
            after: rate(&row.cell(&["after"])),
        });
        self.document.rates.extend(rates.collect::<Vec<_>>());
    }

    fn claims(&mut self, section: &Section) {
        let states =
            [ClaimState::Open, ClaimState::Accepted, ClaimState::Disputed, ClaimState::Retracted];
        let claims = rows(section).map(|(_, row)| ClaimRow {
            says: row.cell(&["claim"]),
            source: row.cell(&["source", "by"]),
            state: states
                .into_iter()
                .find(|state| claim_word(*state) == row.cell(&["state"]))
                .unwrap_or(ClaimState::Open),
        });
        self.document.claims.extend(claims.collect::<Vec<_>>());
    }

    fn fields(&mut self, section: &Section) {
        let states = [FieldState::Changed, FieldState::Unchanged, FieldState::Unknown];
        for (line, row) in rows(section) {
            let changed = row.cell(&["changed", "state"]).to_lowercase();
            self.document.fields.push(FieldLine {
                field: row.cell(&["field"]),
                variable: row.maybe(&["variable"]),
                before: row.cell(&["before"]),
                during: row.cell(&["during"]),
                state: states.into_iter().find(|state| changed == state.as_str()),
                why: row.cell(&["why", "reason", "evidence"]),
                since: row.maybe(&["since", "when"]),
                by: row.maybe(&["by", "who"]),
            });
            self.at(format!("fields[{}]", self.document.fields.len() - 1), line);
        }
    }

    fn layers(&mut self, section: &Section) {
        for (line, row) in rows(section) {
            let verdict = row.cell(&["verdict", "state"]).to_lowercase();
            self.document.layers.push(LayerRow {
                layer: row.cell(&["layer"]),
                state: LayerState::of_word(&verdict).unwrap_or(LayerState::Untested),
                evidence: row.cell(&["evidence"]),
            });
            self.at(format!("layers[{}]", self.document.layers.len() - 1), line);
        }
    }

    fn failures(&mut self, section: &Section) {
        let words = section.entries.iter().map(|entry| entry.text.trim().to_lowercase());
        let kinds = words.filter_map(|word| FailureKind::of_word(&word.replace(' ', "_")));
        self.document.failures.extend(kinds);
    }

    fn evidence(&mut self, section: &Section) {
        let evidence = rows(section).map(|(_, row)| EvidenceRow {
            run: row.cell(&["run"]),
            outcome: row.cell(&["outcome"]),
            role: row.cell(&["cited"]),
        });
        self.document.evidence.extend(evidence.collect::<Vec<_>>());
    }

    fn suppressed(&mut self, section: &Section) {
        let suppressed = rows(section).filter_map(|(_, row)| {
            Some(Suppression {
                rule: row.cell(&["rule"]),
                because: row.cell(&["because", "reason"]),
                until: row.cell(&["until", "expiry"]).parse().ok()?,
            })
        });
        self.document.suppressed.extend(suppressed.collect::<Vec<_>>());
    }
}

/// The name of a part, as in the paths of findings.
fn part_name(part: Part) -> &'static str {
    match part {
        Part::Summary => "summary",
        Part::Impact => "impact",
        Part::Detection => "detection",
        Part::Causes => "causes",
        Part::Resolution => "resolution",
        _ => "worked",
    }
}

/// A sentence, unless it says that it is still open.
fn statement(entry: &Entry) -> Option<Statement> {
    let key = entry.key.as_deref().unwrap_or_default();
    if key == "Open" {
        return None;
    }
    let proposed = key == "Proposed";
    let text = match key.is_empty() || proposed {
        true => entry.text.clone(),
        false => format!("{key}: {}", entry.text),
    };
    let quote = entry.quote.as_deref().unwrap_or_default();
    let text = said(&format!("{text} {quote}"))?;
    Some(Statement { text, cite: entry.cite.clone(), proposed })
}

/// The rate in `11.8 % (604 of 5120; 10.9 to 12.7; unknown 700)`.
fn rate(text: &str) -> Option<BehaviourRate> {
    let (_, inner) = text.split_once('(')?;
    let counts = inner.split(')').next()?;
    let mut parts = counts.split(';').map(str::trim);
    let (k, n) = parts.next()?.split_once(" of ")?;
    let unknown = parts.find_map(|part| part.strip_prefix("unknown ")?.parse().ok());
    let (k, n) = (k.trim().parse().ok()?, n.trim().parse().ok()?);
    (k <= n).then(|| BehaviourRate::of(k, n, unknown.unwrap_or(0)))
}
