//! `/incidents/{id}/postmortem`: the document, what the linter finds, and how its items stand.

use askama::Template;
use model::postmortem::ItemState;
use response::postmortem::{Found, Weight, fragment};
use response::{DocumentView, ItemView, wording};

/// `/incidents/{id}/postmortem`
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "postmortem.html")]
pub(crate) struct PostmortemPage {
    /// The incident.
    pub(crate) id: String,
    /// Which version it is, when it was filed and by whom.
    pub(crate) version: String,
    /// How many errors and findings there are.
    pub(crate) state: String,
    /// How items stand, in a sentence.
    pub(crate) items_state: String,
    /// Items.
    pub(crate) items: Vec<Item>,
    /// What the linter finds.
    pub(crate) findings: Vec<Finding>,
    /// What could not be checked.
    pub(crate) unchecked: Vec<String>,
    /// The document as HTML: made by `incident::document::fragment`, which lets no markup through.
    pub(crate) document: String,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its number.
    pub(crate) id: String,
    /// What is to be done.
    pub(crate) what: String,
    /// How it stands.
    pub(crate) state: String,
    /// Whose it is, and until when.
    pub(crate) whose: String,
}

/// Something that the linter found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Where.
    pub(crate) at: String,
    /// What is wrong.
    pub(crate) says: String,
    /// How to mend it.
    pub(crate) mend: String,
    /// The rule, and whether it is an error.
    pub(crate) rule: String,
}

impl PostmortemPage {
    /// The page of a document.
    pub(crate) fn new(view: &DocumentView) -> Self {
        let version = view.filed.as_ref().map_or_else(
            || "Not filed yet. This is what facts and flights tell.".to_owned(),
            |filed| {
                let at = wording::moment(filed.at);
                format!("Version {}, filed {at} by {}.", filed.version, filed.by)
            },
        );
        let errors = view.linted.errors();
        let findings = view.linted.found.len() - errors;
        let open = view.items.iter().filter(|one| one.item.state != ItemState::Closed).count();
        let overdue = view.items.iter().filter(|one| one.overdue == Some(true)).count();
        Self {
            id: view.incident.to_string(),
            version,
            state: format!("{errors} errors, {findings} findings"),
            items_state: format!(
                "{} action items: {open} open, {overdue} overdue",
                view.items.len()
            ),
            items: view.items.iter().map(Item::of).collect(),
            findings: view.linted.found.iter().map(Finding::of).collect(),
            unchecked: view.linted.not_checked.clone(),
            document: fragment(&view.document),
        }
    }
}

impl Item {
    fn of(view: &ItemView) -> Self {
        let item = &view.item;
        let overdue = if view.overdue == Some(true) { ", overdue" } else { "" };
        let due = item.due.as_deref().unwrap_or("no date");
        let owner = item.owner.as_deref().unwrap_or("nobody");
        Self {
            id: item.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            what: item.what.clone(),
            state: item.state.as_str().to_owned(),
            whose: format!("{owner}, {due}{overdue}"),
        }
    }
}

impl Finding {
    fn of(found: &Found) -> Self {
        let words = found.words.as_ref().map(|words| format!(" ({words})")).unwrap_or_default();
        let weight = if found.level == Weight::Error { "error" } else { "finding" };
        Self {
            at: found.at.clone(),
            says: format!("{}{words}", found.says),
            mend: found.mend.clone(),
            rule: format!("{weight}: {}", found.rule),
        }
    }
}
