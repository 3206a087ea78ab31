//! Action items: one under each heading, one in each row of a table, or one in each point.

use model::postmortem::{ActionItem, ItemKind, ItemState};

use super::{Read, said};
use crate::document::outline::{Entry, Section};

impl Read {
    /// Takes in action items.
    pub(super) fn items(&mut self, section: &Section) {
        for table in &section.tables {
            for (line, cells) in &table.rows {
                let entries = table.head.iter().zip(cells).map(|(head, cell)| Entry {
                    key: Some(head.clone()),
                    text: cell.clone(),
                    line: *line,
                    ..Entry::default()
                });
                self.item(*line, &entries.collect::<Vec<_>>());
            }
        }
        for entry in section.entries.iter().filter(|entry| entry.key.as_deref() != Some("Open")) {
            let key = entry.key.as_deref().map_or(String::new(), |key| format!("{key}: "));
            if let Some(what) = said(&format!("{key}{}", entry.text)) {
                let owner = owner_in(&entry.text);
                self.push(entry.line, ActionItem { what, owner, ..ActionItem::default() });
            }
        }
        for child in &section.children {
            let named: Vec<Entry> = child.named();
            match named.is_empty() {
                true => self.items(child),
                false => self.item(child.line, &named),
            }
        }
    }

    fn item(&mut self, line: usize, entries: &[Entry]) {
        let mut item = ActionItem::default();
        for Entry { key, text, .. } in entries {
            put(&mut item, &key.as_deref().unwrap_or_default().to_lowercase(), text);
        }
        if item != ActionItem::default() {
            self.push(line, item);
        }
    }

    fn push(&mut self, line: usize, item: ActionItem) {
        self.at(format!("items[{}]", self.document.items.len()), line);
        self.document.items.push(item);
    }
}

fn put(item: &mut ActionItem, key: &str, text: &str) {
    let contract = &mut item.contract;
    match key {
        "what" | "action" | "item" | "description" | "task" | "action item" => {
            item.what = text.to_owned();
        }
        "id" => item.id = text.trim().parse().ok(),
        "kind" | "type" => item.kind = ItemKind::of_word(text).unwrap_or_default(),
        "owner" | "assignee" | "who" => item.owner = said(text),
        "due" | "due date" | "deadline" => item.due = said(text),
        "layer" => item.layer = said(text),
        "eval" => contract.eval = said(text),
        "cases" => contract.cases = list(text),
        "must pass" => contract.pass = list(text),
        "baseline" => contract.baseline = share(text),
        "target" => contract.target = share(text),
        "looked at again after" => contract.again_after = first_number(text),
        "green run" => contract.green_run = said(text),
        "verification" => item.verification = said(text),
        "closes inferences" => {
            item.closes = list(text).iter().filter_map(|number| number.parse().ok()).collect();
        }
        "state" | "status" => {
            item.state = match text.to_lowercase().as_str() {
                "closed" | "done" | "complete" | "completed" => ItemState::Closed,
                "reopened" => ItemState::Reopened,
                _ => ItemState::Open,
            }
        }
        _ => {}
    }
}

fn list(text: &str) -> Vec<String> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// `5 %` as a share.
fn share(text: &str) -> Option<f64> {
    let percent: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    (0.0..=100.0).contains(&percent).then(|| percent / 100.0)
}

fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// `(owner: ada)` within a point.
fn owner_in(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let from = lower.find("owner:")? + "owner:".len();
    let rest = text.get(from..)?;
    said(rest.split([')', ';', ',', '.']).next()?)
}
