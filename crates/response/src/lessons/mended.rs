//! Whether a mend helped: read off the runs of its item's eval.

use incident::review::{Fix, fix};
use model::{ItemId, Measured};

use super::LessonError;
use crate::open::Mayday;

impl Mayday {
    /// Whether the rate fell on cases that are not the item's own. Blocking.
    ///
    /// The last whole run before the item was written is compared with the last one since, both in
    /// the version that was run last; runs as an incident ran count for neither.
    pub fn fix(&self, id: &ItemId) -> Result<Fix, LessonError> {
        let (_, known) = self.known_item(id)?;
        let own: Vec<String> =
            known.item.contract.cases.iter().chain(&known.item.contract.pass).cloned().collect();
        let is_plain = |run: &Measured| {
            let of_an_incident =
                run.configuration.as_ref().is_some_and(|it| it.starts_with("inc_"));
            !run.partial && !of_an_incident
        };
        let runs: Vec<Measured> =
            self.runs_for(&known.item)?.into_iter().filter(is_plain).collect();
        let after = runs.iter().rfind(|run| run.at > known.opened);
        let before = runs.iter().rfind(|run| {
            run.at <= known.opened && after.is_none_or(|after| run.version == after.version)
        });
        match before.zip(after) {
            Some((before, after)) => Ok(fix(before, after, &own)),
            None => Ok(Fix::not_run()),
        }
    }
}
