//! What is told to others: a fact and what it is about, in a title and a few lines.
//!
//! [`Subjects`] remembers of incidents, tickets and notices what telling needs; an [`Announcement`]
//! is made of it and of the facts of one decision. Words are plain text: whoever sends them escapes
//! them. Nothing of payload is in them.

mod words;

use std::collections::BTreeMap;

use model::delivery::DeliveryEffect;
use model::notice::NoticeClass;
use model::{Entry, Fact, IncidentId, NoticeId, Severity, Stage, TenantName, TicketId};
use serde::{Deserialize, Serialize};

/// Everything that can be told, by topic.
pub const TOPICS: [&str; 11] = [
    "incident.declared",
    "incident.severity",
    "incident.acknowledged",
    "incident.stage",
    "ticket.opened",
    "ticket.redated",
    "ticket.escalated",
    "ticket.done",
    "notice.heard",
    "channel.silent",
    "signal.raised",
];

/// Something that others may want to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Whose.
    pub tenant: TenantName,
    /// One of [`TOPICS`].
    pub topic: &'static str,
    /// What it is about: `inc_…`, `tkt_…`, `channel.NAME`.
    pub about: String,
    /// What it does to whatever a target keeps of that.
    pub effect: DeliveryEffect,
    /// One line.
    pub title: String,
    /// A few lines.
    pub text: String,
    /// Whether it is worth waking somebody.
    pub pages: bool,
    /// What nobody is to be woken twice for: the feature with what moved first, else `about`.
    pub cause: String,
    /// How bad the incident is, if somebody said so.
    pub severity: Option<Severity>,
    /// The feature; none if it concerns all, or nobody knows which.
    pub feature: Option<String>,
}

/// What telling needs to remember: a fold that follows the ledger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Subjects {
    incidents: BTreeMap<IncidentId, Subject>,
    tickets: BTreeMap<TicketId, Work>,
    notices: BTreeMap<NoticeId, Heard>,
}

/// Of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Subject {
    tenant: TenantName,
    title: String,
    feature: Option<String>,
    mover: Option<String>,
    severity: Option<Severity>,
}

/// Of a notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Heard {
    title: String,
    text: String,
    class: NoticeClass,
    thread: Option<String>,
}

/// Of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Work {
    title: String,
    due: String,
    owner: String,
    concerns: Vec<String>,
    done: bool,
}

impl Subjects {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        self.learn(&entry.fact);
    }

    /// What the facts of one decision are worth telling, in their order. Call it before they are
    /// taken in.
    pub fn announce(&self, facts: &[Fact]) -> Vec<Announcement> {
        let near = self.with(facts);
        let opened: Vec<&IncidentId> = facts.iter().filter_map(opened).collect();
        let told = |fact: &Fact| match fact {
            Fact::SeveritySet(set) if opened.contains(&&set.incident) => None,
            Fact::StageReached(reached) if opened.contains(&&reached.incident) => None,
            fact => near.told(fact, self),
        };
        facts.iter().filter_map(told).collect()
    }

    /// Whether a ticket is known and not done.
    pub fn is_open(&self, ticket: &TicketId) -> bool {
        self.tickets.get(ticket).is_some_and(|work| !work.done)
    }

    /// What is known of what these facts are about, once they hold.
    fn with(&self, facts: &[Fact]) -> Self {
        let mut near = Self::default();
        for fact in facts {
            if let Some((id, known)) =
                incident_of(fact).and_then(|id| self.incidents.get_key_value(id))
            {
                near.incidents.entry(id.clone()).or_insert_with(|| known.clone());
            }
            if let Some((id, known)) = ticket_of(fact).and_then(|id| self.tickets.get_key_value(id))
            {
                near.tickets.entry(id.clone()).or_insert_with(|| known.clone());
            }
            if let Some((id, known)) = notice_of(fact).and_then(|id| self.notices.get_key_value(id))
            {
                near.notices.entry(id.clone()).or_insert_with(|| known.clone());
            }
            near.learn(fact);
        }
        near
    }

    fn learn(&mut self, fact: &Fact) {
        match fact {
            Fact::IncidentDeclared { incident, tenant, feature, title, report, .. } => {
                let subject = Subject {
                    tenant: tenant.clone(),
                    title: title.clone(),
                    feature: feature.clone(),
                    mover: report.movers.first().map(|mover| mover.factor.clone()),
                    severity: None,
                };
                self.incidents.insert(incident.clone(), subject);
            }
            Fact::SeveritySet(set) => {
                if let Some(subject) = self.incidents.get_mut(&set.incident) {
                    subject.severity = Some(set.severity);
                }
            }
            Fact::NoticeHeard(heard) => {
                let title = format!("{}: {}", heard.says.provider, heard.says.title);
                let notice = Heard {
                    title: words::line(&title),
                    text: words::notice(&heard.says),
                    class: heard.says.class,
                    thread: heard.says.thread.clone(),
                };
                self.notices.insert(heard.notice.clone(), notice);
            }
            Fact::TicketOpened(opened) => {
                let title = self.notices.get(&opened.notice).map(|heard| heard.title.clone());
                let work = Work {
                    title: title.unwrap_or_else(|| format!("what {} asks for", opened.notice)),
                    due: words::day(opened.due),
                    owner: opened.owner.clone(),
                    concerns: opened.concerns.clone(),
                    done: false,
                };
                self.tickets.insert(opened.ticket.clone(), work);
            }
            Fact::TicketRedated(redated) => {
                if let Some(work) = self.tickets.get_mut(&redated.ticket) {
                    work.due = words::day(redated.due);
                }
            }
            Fact::TicketActed(acted) => {
                if let Some(work) = self.tickets.get_mut(&acted.ticket) {
                    work.done = acted.done;
                }
            }
            _ => {}
        }
    }

    /// A fact in words; `before` is what was known when it was not stated yet.
    fn told(&self, fact: &Fact, before: &Self) -> Option<Announcement> {
        match fact {
            Fact::IncidentDeclared { incident, report, .. } => {
                let text = words::declared(self.incidents.get(incident)?, report);
                Some(Announcement { pages: true, ..self.of_incident(incident, "declared", text)? })
            }
            Fact::SeveritySet(set) => {
                let was = before.incidents.get(&set.incident)?.severity;
                if was == Some(set.severity) {
                    return None;
                }
                let text = words::severity(set, was);
                let told = self.of_incident(&set.incident, "severity", text)?;
                let pages = was.is_some_and(|was| set.severity > was);
                Some(Announcement { effect: DeliveryEffect::Update, pages, ..told })
            }
            Fact::Acknowledged(seen) => {
                let text = "somebody has seen it and takes it on".to_owned();
                let told = self.of_incident(&seen.incident, "acknowledged", text)?;
                Some(Announcement { effect: DeliveryEffect::Acknowledge, ..told })
            }
            Fact::StageReached(reached) => {
                let effect = match reached.stage {
                    Stage::Contained | Stage::Mitigated | Stage::Verified => DeliveryEffect::Update,
                    Stage::Closed => DeliveryEffect::Close,
                    Stage::Detected | Stage::Declared | Stage::Diagnosing | Stage::Learned => {
                        return None;
                    }
                };
                let stage = reached.stage.as_str();
                let text = words::stage(reached);
                let told = self.of_incident(&reached.incident, "stage", text)?;
                let title = words::line(&format!("{stage}: {}", told.title));
                Some(Announcement { effect, title, ..told })
            }
            fact => self.told_of_others(fact, before),
        }
    }

    fn told_of_others(&self, fact: &Fact, before: &Self) -> Option<Announcement> {
        match fact {
            Fact::TicketOpened(opened) => {
                self.of_ticket(&opened.ticket, &opened.tenant, DeliveryEffect::Open)
            }
            Fact::TicketRedated(redated) if before.is_open(&redated.ticket) => {
                let (ticket, tenant) = (&redated.ticket, &redated.tenant);
                let told = self.of_ticket(ticket, tenant, DeliveryEffect::Update)?;
                let title = words::redated(redated.due, &told.title);
                Some(Announcement { topic: "ticket.redated", title, ..told })
            }
            Fact::TicketEscalated(escalated) => {
                let (ticket, tenant) = (&escalated.ticket, &escalated.tenant);
                let told = self.of_ticket(ticket, tenant, DeliveryEffect::Update)?;
                let title = words::line(&words::escalated(escalated.rung, &told.title));
                Some(Announcement { title, pages: escalated.pages, ..told })
            }
            Fact::TicketActed(acted) if acted.done && before.is_open(&acted.ticket) => {
                let told = self.of_ticket(&acted.ticket, &acted.tenant, DeliveryEffect::Close)?;
                let text = words::lines(&format!("done: {}\n{}", acted.what, told.text));
                Some(Announcement { text, ..told })
            }
            Fact::NoticeJudged(judged) if judged.pages || !judged.concerns.is_empty() => {
                let heard = self.notices.get(&judged.notice)?;
                is_worth_telling(heard.class).then(|| Announcement {
                    tenant: judged.tenant.clone(),
                    topic: "notice.heard",
                    about: judged.notice.to_string(),
                    effect: DeliveryEffect::Open,
                    title: heard.title.clone(),
                    text: words::judged(&heard.text, judged),
                    pages: judged.pages,
                    cause: heard.thread.clone().unwrap_or_else(|| judged.notice.to_string()),
                    severity: None,
                    feature: None,
                })
            }
            Fact::ChannelSilent(silent) => {
                let about = (&*silent.channel, &silent.tenant);
                let told = of_channel(about, DeliveryEffect::Update, words::silent(silent));
                Some(Announcement { text: words::expected(silent), ..told })
            }
            Fact::SilenceEnded(ended) => {
                let about = (&*ended.channel, &ended.tenant);
                let told = of_channel(about, DeliveryEffect::Close, words::heard_again(ended));
                Some(Announcement { text: words::lines(&ended.because), ..told })
            }
            Fact::SignalRaised(raised) => Some(Announcement {
                tenant: raised.tenant.clone(),
                topic: "signal.raised",
                about: raised.signal.to_string(),
                effect: DeliveryEffect::Open,
                title: words::line(&raised.summary),
                text: words::lines(&format!("{}: {}", raised.feature, raised.kind)),
                pages: false,
                cause: format!("{}: {}", raised.feature, raised.kind),
                severity: None,
                feature: Some(raised.feature.clone()),
            }),
            _ => None,
        }
    }

    fn of_incident(&self, id: &IncidentId, topic: &str, text: String) -> Option<Announcement> {
        let subject = self.incidents.get(id)?;
        let named = |known: &&str| known.strip_prefix("incident.") == Some(topic);
        let cause = match (&subject.feature, &subject.mover) {
            (Some(feature), Some(mover)) => format!("{feature}: {mover}"),
            _ => id.to_string(),
        };
        Some(Announcement {
            tenant: subject.tenant.clone(),
            topic: TOPICS.into_iter().find(|known| named(known))?,
            about: id.to_string(),
            effect: DeliveryEffect::Open,
            title: words::titled(subject),
            text,
            pages: false,
            cause,
            severity: subject.severity,
            feature: subject.feature.clone(),
        })
    }

    fn of_ticket(
        &self,
        id: &TicketId,
        tenant: &TenantName,
        effect: DeliveryEffect,
    ) -> Option<Announcement> {
        let work = self.tickets.get(id)?;
        let topic = match effect {
            DeliveryEffect::Open => "ticket.opened",
            DeliveryEffect::Close => "ticket.done",
            DeliveryEffect::Update | DeliveryEffect::Acknowledge => "ticket.escalated",
        };
        Some(Announcement {
            tenant: tenant.clone(),
            topic,
            about: id.to_string(),
            effect,
            title: work.title.clone(),
            text: words::ticket(work),
            pages: false,
            cause: id.to_string(),
            severity: None,
            feature: None,
        })
    }
}

/// That a channel fell silent, or is heard again. It wakes nobody: it went on for days.
fn of_channel(
    (channel, tenant): (&str, &TenantName),
    effect: DeliveryEffect,
    title: String,
) -> Announcement {
    let about = format!("channel.{channel}");
    Announcement {
        tenant: tenant.clone(),
        topic: "channel.silent",
        cause: about.clone(),
        about,
        effect,
        title,
        text: String::new(),
        pages: false,
        severity: None,
        feature: None,
    }
}

/// Whether a notice is told as it comes. What asks for work by a date is told as a ticket.
fn is_worth_telling(class: NoticeClass) -> bool {
    matches!(class, NoticeClass::Incident | NoticeClass::AccountWarning | NoticeClass::Security)
}

fn opened(fact: &Fact) -> Option<&IncidentId> {
    match fact {
        Fact::IncidentDeclared { incident, .. } => Some(incident),
        _ => None,
    }
}

fn incident_of(fact: &Fact) -> Option<&IncidentId> {
    match fact {
        Fact::SeveritySet(set) => Some(&set.incident),
        Fact::Acknowledged(seen) => Some(&seen.incident),
        Fact::StageReached(reached) => Some(&reached.incident),
        _ => None,
    }
}

fn notice_of(fact: &Fact) -> Option<&NoticeId> {
    match fact {
        Fact::TicketOpened(opened) => Some(&opened.notice),
        Fact::NoticeJudged(judged) => Some(&judged.notice),
        _ => None,
    }
}

fn ticket_of(fact: &Fact) -> Option<&TicketId> {
    match fact {
        Fact::TicketRedated(redated) => Some(&redated.ticket),
        Fact::TicketEscalated(escalated) => Some(&escalated.ticket),
        Fact::TicketActed(acted) => Some(&acted.ticket),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
