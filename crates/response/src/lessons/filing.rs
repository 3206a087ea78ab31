//! Filing a document, and reading it back.

use incident::ablation;
use incident::lint::{self, Beside, QuoteCheck};
use incident::postmortem;
use jiff::Timestamp;
use model::lesson::DocumentFiled;
use model::postmortem::{ItemState, Postmortem, Statement};
use model::{Fact, Incident, IncidentId, ItemId, PrincipalKind, StepKind};

use super::quotes::rejoin;
use super::{DocumentView, FiledView, ItemView, LessonError};
use crate::access::{Right, Who};
use crate::course::BlastRadius;
use crate::error::IncidentError;
use crate::incidents::Act;
use crate::open::Mayday;
use crate::postmortem::{DocumentError, read_document};
use ledger::Expected;

/// Longest document kept, in bytes of the JSON that stands in the ledger.
const MOST_BYTES: usize = 256 * 1024;

/// Names of green runs, each with the cases in it.
type GreenRuns = Vec<(String, Vec<String>)>;

impl Mayday {
    /// A person files an incident's document: Markdown, or JSON of the schema. Blocking.
    ///
    /// `version` is the one that was read before; none for whoever did not read any. Errors of the
    /// linter keep it out, findings are counted. Every new item gets a number.
    pub fn file_document(
        &self,
        id: &IncidentId,
        text: &str,
        version: Option<u32>,
        act: Act,
    ) -> Result<DocumentView, LessonError> {
        act.may(Right::Acknowledge).map_err(IncidentError::from)?;
        let mut document = read_document(text)?.document;
        let incident = self.incident(id)?;
        if let Some(other) = document.incident.replace(id.clone()).filter(|other| other != id) {
            return Err(LessonError::OfAnother(other));
        }
        let earlier = self.filed(id);
        rejoin(&mut document, earlier.as_ref().map(|filed| &filed.document));
        let checks = self.quote_checks(&document, act.who, act.at)?;
        let linted = self.linted(&incident, &document, checks.clone(), act.at)?;
        if linted.errors() > 0 {
            let is_error = |found: &lint::Found| found.level == lint::Weight::Error;
            return Err(LessonError::Untrue(linted.found.into_iter().filter(is_error).collect()));
        }
        self.put_away(&mut document, &checks)?;
        let _alone = self.deciding();
        let now = self.filed(id).map_or(0, |filed| filed.version);
        if let Some(had) = version.filter(|had| *had != now) {
            return Err(LessonError::Outdated { now, had });
        }
        self.number_items(id, &mut document, act)?;
        let rules = |found: &[lint::Found]| found.iter().map(|one| one.rule.clone()).collect();
        let (findings, suppressed) = (rules(&linted.found), rules(&linted.suppressed));
        let bytes = serde_json::to_vec(&document).map_err(DocumentError::Json)?.len();
        if bytes > MOST_BYTES {
            return Err(LessonError::TooLong { bytes, most: MOST_BYTES });
        }
        let (incident, document) = (id.clone(), Box::new(document));
        let filed = DocumentFiled { incident, document, findings, suppressed };
        self.state(id, Expected::Any, act, &[Fact::DocumentFiled(filed)])?;
        self.document(id, act.who, act.at)
    }

    /// An incident's document as it was last filed, else as facts and flights tell it. Blocking.
    pub fn document(
        &self,
        id: &IncidentId,
        who: &Who,
        now: Timestamp,
    ) -> Result<DocumentView, LessonError> {
        let incident = self.incident(id)?;
        let filed = self.filed(id);
        let mut document = match &filed {
            Some(filed) => filed.document.clone(),
            None => self.drafted(&incident, who, now)?,
        };
        self.bring_back(&mut document, who, now)?;
        let items = self.items_of(id, now);
        for item in &mut document.items {
            let known = items.iter().find(|known| known.item.id == item.id);
            if let Some(known) = known {
                item.clone_from(&known.item);
            }
        }
        let checks = self.quote_checks(&document, who, now)?;
        let linted = self.linted(&incident, &document, checks, now)?;
        let acts = self.house.projections.lessons.read().of(id).map(|it| it.acts.clone());
        Ok(DocumentView {
            incident: id.clone(),
            filed: filed.map(|filed| FiledView {
                version: filed.version,
                at: filed.at,
                by: filed.by,
            }),
            acts: acts.unwrap_or_default(),
            document,
            linted,
            items,
        })
    }

    /// Whether an agent took part, as flights tell it; none where none of its runs is on record.
    pub fn agent_involved(&self, of: &Incident) -> Result<Option<bool>, LessonError> {
        let runs = of.run.into_iter().chain(of.evidence.iter().map(|one| one.run));
        let (mut seen, mut agent) = (false, false);
        for run in runs {
            let record = self.room.flight.trace(run.trace).map_err(LessonError::Flight)?;
            seen |= !record.steps.is_empty();
            agent |= record.steps.iter().any(|step| {
                matches!(step.kind, StepKind::Model | StepKind::Agent | StepKind::Tool)
            });
        }
        Ok(seen.then_some(agent))
    }

    /// The document of an incident, as far as facts and flights tell it. Blocking.
    pub(crate) fn drafted(
        &self,
        of: &Incident,
        who: &Who,
        now: Timestamp,
    ) -> Result<Postmortem, IncidentError> {
        let mut document = postmortem::of(of, now);
        document.impact.extend(reached(&self.blast_radius(of, now)?));
        document.inferences.extend(self.believed(of, who, now)?);
        Ok(document)
    }

    fn filed(&self, id: &IncidentId) -> Option<incident::lessons::Filed> {
        self.house.projections.lessons.read().of(id)?.filed.clone()
    }

    /// What the linter says of an incident's document, beside what is on record.
    fn linted(
        &self,
        of: &Incident,
        document: &Postmortem,
        quotes: Vec<QuoteCheck>,
        now: Timestamp,
    ) -> Result<lint::Linted, LessonError> {
        let green = self.green_runs(document)?;
        let green = green.iter().map(|(run, cases)| {
            (run.as_str(), cases.iter().map(String::as_str).collect::<Vec<_>>())
        });
        let lessons = self.house.projections.lessons.read();
        let ablations = lessons.of(&of.id).map_or(&[][..], |lesson| &lesson.ablations);
        let beside = Beside {
            quotes,
            signals: self.signal_checks(document)?,
            roster: self.roster(),
            agent_involved: self.agent_involved(of)?,
            green_runs: Some(green.collect()),
            prompt_ablated: Some(ablation::shows_the_prompt(
                ablations.iter().map(|trials| &trials.ablation),
            )),
            ..Beside::default()
        };
        Ok(lint::lint(document, &beside, now))
    }

    /// The green runs on record that items name, each with its cases.
    fn green_runs(&self, document: &Postmortem) -> Result<GreenRuns, LessonError> {
        let mut runs = Vec::new();
        for named in document.items.iter().filter_map(|item| item.contract.green_run.as_ref()) {
            let Ok(id) = named.parse() else { continue };
            let Some(measured) = self.measured(&id)? else { continue };
            if measured.is_green() {
                let cases = measured.cases.into_iter().filter(|one| one.n > 0);
                runs.push((named.clone(), cases.map(|one| one.case).collect()));
            }
        }
        Ok(runs)
    }

    /// People who hold a key: no cause or remedy may name them.
    pub(crate) fn roster(&self) -> Vec<String> {
        let known = self.keys().into_iter().map(|key| key.principal);
        let people =
            known.filter(|one| one.kind == PrincipalKind::Person && self.is_of(&one.tenant));
        people.map(|one| one.name.to_string()).collect()
    }

    /// Gives every new item a number. How an item stands is what facts say, and is never typed.
    fn number_items(
        &self,
        id: &IncidentId,
        document: &mut Postmortem,
        act: Act,
    ) -> Result<(), LessonError> {
        let known = self.items_of(id, act.at);
        for (number, item) in document.items.iter_mut().enumerate() {
            let state = match &item.id {
                None => {
                    item.id = Some(ItemId::from_random(act.nth(number as u64 + 1).random));
                    ItemState::Open
                }
                Some(its) => {
                    let found = known.iter().find(|one| one.item.id.as_ref() == Some(its));
                    found.ok_or_else(|| LessonError::ForeignItem(its.clone()))?.item.state
                }
            };
            if item.state != state {
                return Err(LessonError::StateIsTyped(format!("items[{number}]")));
            }
        }
        Ok(())
    }

    /// An incident's items, as they stand.
    fn items_of(&self, id: &IncidentId, now: Timestamp) -> Vec<ItemView> {
        let lessons = self.house.projections.lessons.read();
        let items = lessons.of(id).map_or(&[][..], |lesson| &lesson.items);
        items.iter().map(|item| ItemView::of(id, item, now)).collect()
    }
}

/// Whom it reached, and what was done outside, in sentences.
fn reached(blast: &BlastRadius) -> Vec<Statement> {
    let told = |number: Option<u64>| number.map_or("not recorded".to_owned(), |n| n.to_string());
    let (people, talks) = (told(blast.people), told(blast.conversations));
    let mut said = vec![format!("People reached: {people}; conversations: {talks}.")];
    let counts = &blast.counts;
    if counts.reversible + counts.irreversible + counts.in_flight > 0 {
        said.push(format!(
            "Actions outside by bad runs: {} that can be undone, {} that can't, {} announced \
             without a result; {} still open.",
            counts.reversible, counts.irreversible, counts.in_flight, counts.open
        ));
    }
    if counts.silent > 0 {
        let silent = counts.silent;
        said.push(format!("Of {silent} tool calls nobody has said what they do outside."));
    }
    if counts.unread > 0 {
        said.push(format!("Not read, because there are too many: {} bad runs.", counts.unread));
    }
    said.into_iter().map(|text| Statement::cited(text, "flights: bad runs")).collect()
}
