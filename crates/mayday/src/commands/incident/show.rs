//! `mayday incident show`: the first card, then what was found, then what happened when.

use anyhow::Result;
use api::incidents::ShownJson;
use clap::Args;
use model::triage::Told;
use model::{Incident, IncidentId, SixField, Triage};
use response::course::{BlastRadius, SeverityView};
use response::playbooks::Proposed;
use response::{ChangeSuspect, CourseView, Link, brief, wording};
use serde::Serialize;

use super::course::{print_claims, standing};
use crate::door::Source;
use crate::world;

/// Show one incident.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which one
    incident: IncidentId,

    /// Print it as JSON, with its course as it is now under `now`
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// An incident with its course as it is now.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    shown: ShownJson,
    now: CourseView,
}

impl Show {
    pub(crate) async fn run(self) -> Result<()> {
        let door = self.source.open().await?;
        let shown = door.incident(&self.incident).await?;
        let now = door.course(&self.incident).await?;
        if self.json {
            return world::print_json(&Shown { shown, now });
        }
        let ShownJson { incident, suspects, links } = shown;
        print_card(&incident, &now);
        print_found(&incident);
        print_around(&suspects, &links);
        print_course(&incident, &now);
        Ok(())
    }
}

fn print_card(incident: &Incident, now: &CourseView) {
    world::print(&format!("{}  {}", incident.id, incident.title));
    world::print(&format!("  {}", standing(incident)));
    for row in &now.rows {
        world::print(&format!("  {:<28}  {}", row.asks, row.answer));
        world::print(&format!("  {:<28}  {}", "", row.ground));
    }
    print_severity(&now.severity);
}

fn print_severity(severity: &SeverityView) {
    let (least, worst) = (severity.least, severity.worst);
    world::print(&match least == worst {
        true => format!("  by the rubric this is {least}"),
        false => format!("  by the rubric this is {least} to {worst}"),
    });
    for (name, answered) in severity.graded.rows() {
        let grade = answered.grade.map_or("?".to_owned(), |grade| grade.to_string());
        world::print(&format!("    {grade} {name}: {}", answered.why));
    }
}

fn print_found(incident: &Incident) {
    let at = wording::moment(incident.declared_at);
    world::print(&format!("  declared  {at} by {}", incident.declared_by));
    world::print(&brief(&incident.report).lines().join("\n"));
    for look in &incident.looks {
        world::print(&format!("  {}  {}", wording::moment(look.at), wording::look(look)));
    }
    incident.triage.iter().for_each(print_triage);
    incident.fields.iter().for_each(print_field);
    for evidence in &incident.evidence {
        world::print(&format!("  evidence  {}  {}", evidence.run, evidence.role));
    }
}

fn print_around(suspects: &[ChangeSuspect], links: &[Link]) {
    for (number, suspect) in (1..).zip(suspects) {
        let ChangeSuspect { what, summary, score, .. } = suspect;
        world::print(&format!("  suspect   {number}. {what} ({score:.2}): {summary}"));
        for part in &suspect.parts {
            world::print(&format!("            {:+.2} {}", part.points, part.why));
        }
        for evidence in &suspect.evidence {
            world::print(&format!("            {evidence}"));
        }
    }
    for link in links {
        world::print(&format!("  joined    {}: {}", link.what, link.because));
    }
}

fn print_course(incident: &Incident, now: &CourseView) {
    print_claims(incident);
    for clock in now.clocks.told() {
        world::print(&format!("  clock     {clock}"));
    }
    for lag in &now.clocks.lags {
        let (name, words) = (lag.name.as_str(), lag.name.words());
        world::print(&format!("  lag       {name}, {words}: {}", lag.length));
    }
    print_blast(&now.blast);
    for Proposed { playbook, title, because } in &now.playbooks {
        world::print(&format!("  playbook  {playbook}: {title}, because {because}"));
    }
    for moment in &now.timeline {
        let mark = moment.weighs.mark().map_or(String::new(), |mark| format!(" ({mark})"));
        let at = wording::moment(moment.at);
        world::print(&format!("  {at}  {}{mark}", moment.what));
    }
}

fn print_blast(blast: &BlastRadius) {
    let BlastRadius { bad, runs, unknown, conversations, people, .. } = blast;
    let known = |number: &Option<u64>| number.map_or("unknown".to_owned(), |n| n.to_string());
    let (people, conversations) = (known(people), known(conversations));
    world::print(&format!(
        "  reached   {bad} bad of {runs} runs, {unknown} unknown; people: {people}; \
         conversations: {conversations}"
    ));
    for tool in &blast.tools {
        let states = tool.states.iter().map(|state| {
            let (can, made) = (state.reversibility.as_str(), state.compensation.as_str());
            format!("{} {can}, made up for: {made}", state.actions)
        });
        let states: Vec<String> = states.collect();
        let (name, done, failed) = (&tool.tool, tool.done, tool.failed);
        let states = states.join("; ");
        world::print(&format!("  actions   {name}: {done} done, {failed} failed; {states}"));
    }
}

fn print_field(field: &SixField) {
    let lacks: Vec<&str> = field.gaps.iter().map(|gap| gap.attribute.as_str()).collect();
    let lacks = match lacks.is_empty() {
        true => String::new(),
        false => format!("; record {}", lacks.join(", ")),
    };
    let (title, state) = (field.title.to_lowercase(), field.state.as_str());
    world::print(&format!("  field     {title}: {state}: {}{lacks}", field.why));
}

pub(super) fn print_triage(triage: &Triage) {
    for row in &triage.rows {
        world::print(&format!("  {:<9} {}: {}", row.stands().as_str(), row.node, row.why));
        for Told { at, by, answer, because } in &row.told {
            let (at, answer) = (wording::moment(*at), answer.as_str());
            world::print(&format!("            {by} said {answer} at {at}: {because}"));
        }
    }
    world::print(&format!("  triage    {}", triage.next));
}
