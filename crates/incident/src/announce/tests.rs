//! What is told of which fact, and in which words.

use model::alert::SignalRaised;
use model::course::{Acknowledged, SeveritySet, StageReached};
use model::delivery::DeliveryEffect;
use model::incident::IncidentKind;
use model::notice::{
    ChannelKind, ChannelSilent, Impact, NoticeClass, NoticeHeard, NoticeJudged, NoticeProof,
    SilenceEnded, TicketActed, TicketEscalated, TicketOpened, TicketRedated,
};
use model::{
    ContentHash, Fact, IncidentId, Notice, NoticeId, Severity, SignalId, Stage, TenantName,
    TicketId, Window,
};

use super::{Announcement, Subjects, TOPICS};
use crate::tests::{at, plain_report};

fn incident() -> IncidentId {
    "inc_night".parse().unwrap()
}

fn declared(title: &str) -> Fact {
    Fact::IncidentDeclared {
        incident: incident(),
        tenant: TenantName::standard(),
        kind: IncidentKind::Rate,
        feature: Some("support".to_owned()),
        title: title.to_owned(),
        report: Box::new(plain_report()),
        run: None,
    }
}

fn severity(severity: Severity) -> Fact {
    Fact::SeveritySet(SeveritySet {
        incident: incident(),
        severity,
        grades: None,
        rubric: 1,
        because: "money goes out".to_owned(),
    })
}

fn stage(stage: Stage) -> Fact {
    let because = "the tool is off".to_owned();
    Fact::StageReached(StageReached { incident: incident(), stage, because, rate: None })
}

fn notice(class: NoticeClass) -> Fact {
    Fact::NoticeHeard(NoticeHeard {
        notice: "ntc_1".parse().unwrap(),
        tenant: TenantName::standard(),
        via: None,
        says: Box::new(Notice {
            provider: "openai".to_owned(),
            channel: ChannelKind::Statuspage,
            class,
            kind: "incident".to_owned(),
            key: "k".to_owned(),
            thread: Some("p31zjtct2jer".to_owned()),
            status: Some("investigating".to_owned()),
            impact: Impact::Major,
            title: "Elevated errors".to_owned(),
            models: vec!["gpt-5".to_owned()],
            replacement: None,
            regions: Vec::new(),
            effective: None,
            stated: None,
            proof: NoticeProof::Asked,
            raw: ContentHash::of(b""),
            link: None,
        }),
    })
}

fn judged(concerns: &[&str]) -> Fact {
    Fact::NoticeJudged(NoticeJudged {
        notice: "ntc_1".parse().unwrap(),
        tenant: TenantName::standard(),
        concerns: concerns.iter().map(|it| (*it).to_owned()).collect(),
        pages: !concerns.is_empty(),
        owner: "ana".to_owned(),
        route: Vec::new(),
        because: "it is used".to_owned(),
    })
}

fn ticket() -> TicketId {
    "tkt_1".parse().unwrap()
}

fn opened() -> Fact {
    let notice: NoticeId = "ntc_1".parse().unwrap();
    Fact::TicketOpened(TicketOpened {
        ticket: ticket(),
        tenant: TenantName::standard(),
        notice,
        concerns: vec!["gpt-5 in support".to_owned()],
        owner: "ana".to_owned(),
        route: Vec::new(),
        due: at(0),
    })
}

fn escalated(rung: i64) -> Fact {
    let pages = rung == 1;
    let tenant = TenantName::standard();
    Fact::TicketEscalated(TicketEscalated { ticket: ticket(), tenant, rung, pages })
}

fn done() -> Fact {
    let (tenant, what) = (TenantName::standard(), "moved to gpt-6".to_owned());
    Fact::TicketActed(TicketActed { ticket: ticket(), tenant, what, done: true })
}

fn knowing(facts: &[Fact]) -> Subjects {
    let mut subjects = Subjects::default();
    facts.iter().for_each(|fact| subjects.learn(fact));
    subjects
}

fn one(subjects: &Subjects, fact: Fact) -> Announcement {
    let mut told = subjects.announce(&[fact]);
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[test]
fn a_declared_incident_is_told_with_what_was_found_and_wakes() {
    let told = one(&Subjects::default(), declared("bad answers of support: 3.1 → 11.8 %"));
    assert_eq!((told.topic, &*told.about), ("incident.declared", "inc_night"));
    assert_eq!(told.title, "bad answers of support: 3.1 → 11.8 %");
    assert!(told.pages && told.effect == DeliveryEffect::Open);
    assert_eq!(told.cause, "support: tool_shape:search_kb");
    assert_eq!((told.severity, told.feature.as_deref()), (None, Some("support")));
    insta::assert_snapshot!(told.text.replace("; ", "\n"), @r"
    Feature: support. Severity: not said yet.
    Found: support: tool_shape:search_kb 4f1a0000 → 9c220000 moved with the bad answers.
    Measured: bad 3.1 % (159 of 5120) → 11.8 % (604 of 5120)
    +8.7 points [7.7, 9.7]
    outcome unknown for 12 → 700
    began 02:07:00–02:15:00, likeliest 02:09:00 UTC.
    ");
}

#[test]
fn what_is_graded_as_it_is_declared_is_told_once_with_its_grade() {
    let facts = [declared("bad answers"), severity(Severity::Sev1), stage(Stage::Declared)];
    let told = Subjects::default().announce(&facts);
    let told: Vec<_> = told.iter().map(|it| (it.topic, &*it.title, it.severity)).collect();
    assert_eq!(told, [("incident.declared", "SEV1: bad answers", Some(Severity::Sev1))]);
}

#[test]
fn a_grade_that_rises_wakes_and_one_that_falls_or_comes_first_does_not() {
    let mut subjects = knowing(&[declared("bad answers")]);
    for (to, pages) in [
        (Severity::Sev3, false),
        (Severity::Sev2, true),
        (Severity::Sev4, false),
        (Severity::Sev1, true),
    ] {
        let told = one(&subjects, severity(to));
        assert_eq!((told.pages, told.severity), (pages, Some(to)));
        assert_eq!(told.effect, DeliveryEffect::Update);
        subjects.learn(&severity(to));
        assert!(subjects.announce(&[severity(to)]).is_empty(), "nothing changed");
    }
    assert!(one(&subjects, severity(Severity::Sev2)).text.contains("SEV1 → SEV2. money goes out"));
}

#[test]
fn stages_that_matter_to_others_are_told_and_the_last_ends_it() {
    let subjects = knowing(&[declared("bad answers")]);
    for (reached, effect) in [
        (Stage::Contained, DeliveryEffect::Update),
        (Stage::Mitigated, DeliveryEffect::Update),
        (Stage::Verified, DeliveryEffect::Update),
        (Stage::Closed, DeliveryEffect::Close),
    ] {
        let told = one(&subjects, stage(reached));
        assert_eq!((told.topic, told.effect, told.pages), ("incident.stage", effect, false));
        assert_eq!(told.title, format!("{}: bad answers", reached.as_str()));
        assert_eq!(told.text, format!("{}: the tool is off", reached.as_str()));
    }
    for quiet in [Stage::Diagnosing, Stage::Learned] {
        assert!(subjects.announce(&[stage(quiet)]).is_empty());
    }
    let seen = one(&subjects, Fact::Acknowledged(Acknowledged { incident: incident() }));
    assert_eq!(seen.effect, DeliveryEffect::Acknowledge);
}

#[test]
fn a_ticket_is_told_when_it_opens_when_it_comes_near_and_when_it_is_done() {
    let mut subjects = knowing(&[notice(NoticeClass::Deprecation)]);
    let told = one(&subjects, opened());
    assert_eq!((told.topic, &*told.title), ("ticket.opened", "openai: Elevated errors"));
    assert_eq!(told.text, "Due: 2026-11-22. Owner: ana.\nConcerns: gpt-5 in support.");
    subjects.learn(&opened());
    assert!(subjects.is_open(&ticket()));
    let told = one(&subjects, escalated(7));
    assert_eq!((&*told.title, told.pages), ("7 days left: openai: Elevated errors", false));
    let told = one(&subjects, escalated(1));
    assert_eq!((&*told.title, told.pages), ("1 day left: openai: Elevated errors", true));
    let told = one(&subjects, done());
    assert_eq!((told.topic, told.effect), ("ticket.done", DeliveryEffect::Close));
    assert!(told.text.starts_with("done: moved to gpt-6\n"));
    subjects.learn(&done());
    assert!(!subjects.is_open(&ticket()) && subjects.announce(&[done()]).is_empty());
}

#[test]
fn another_date_of_a_ticket_is_told_while_it_is_open() {
    let mut subjects = knowing(&[notice(NoticeClass::Deprecation), opened()]);
    let (tenant, notice) = (TenantName::standard(), "ntc_2".parse().unwrap());
    let redated =
        Fact::TicketRedated(TicketRedated { ticket: ticket(), tenant, notice, due: at(3_000) });
    let told = one(&subjects, redated.clone());
    assert_eq!((told.topic, told.effect), ("ticket.redated", DeliveryEffect::Update));
    assert_eq!((&*told.title, told.pages), ("due 2026-11-24: openai: Elevated errors", false));
    assert!(told.text.starts_with("Due: 2026-11-24. Owner: ana."), "{}", told.text);
    subjects.learn(&redated);
    assert!(one(&subjects, escalated(7)).text.starts_with("Due: 2026-11-24."));
    subjects.learn(&done());
    assert!(subjects.announce(&[redated]).is_empty());
}

#[test]
fn a_channel_that_fell_silent_is_told_and_so_is_its_end_and_neither_wakes() {
    let (channel, provider) = ("openai-hooks".to_owned(), "openai".to_owned());
    let tenant = TenantName::standard();
    let silent = ChannelSilent {
        channel: channel.clone(),
        tenant: tenant.clone(),
        provider: provider.clone(),
        since: at(0),
        expected_secs: 7 * 86_400,
        owner: "ai (ana)".to_owned(),
    };
    let told = one(&Subjects::default(), Fact::ChannelSilent(silent));
    assert_eq!((told.topic, &*told.about), ("channel.silent", "channel.openai-hooks"));
    let title = "openai: nothing heard by openai-hooks since 2026-11-22 00:00:00 UTC";
    assert_eq!((&*told.title, told.effect), (title, DeliveryEffect::Update));
    let most = "7 d 00 h of silence are the most expected.";
    let text = format!("{most} Send a test from the provider's side.\nOwner: ai (ana).");
    assert_eq!((told.text, told.pages), (text, false));
    let because = "the provider was heard".to_owned();
    let ended = Fact::SilenceEnded(SilenceEnded { channel, tenant, provider, because });
    let told = one(&Subjects::default(), ended);
    assert_eq!((&*told.about, told.effect), ("channel.openai-hooks", DeliveryEffect::Close));
    assert_eq!(told.title, "openai: the silence of openai-hooks is over");
}

#[test]
fn a_ticket_opened_with_its_notice_has_the_notices_title() {
    let told = Subjects::default().announce(&[notice(NoticeClass::Deprecation), opened()]);
    let told: Vec<_> = told.iter().map(|it| (it.topic, &*it.title)).collect();
    assert_eq!(told, [("ticket.opened", "openai: Elevated errors")]);
}

#[test]
fn a_notice_of_trouble_with_what_is_used_is_told_once_it_is_judged() {
    for class in [NoticeClass::Incident, NoticeClass::AccountWarning, NoticeClass::Security] {
        let subjects = knowing(&[notice(class)]);
        let told = one(&subjects, judged(&["gpt-5 in support"]));
        assert_eq!((told.topic, &*told.cause), ("notice.heard", "p31zjtct2jer"));
        assert_eq!((&*told.title, told.pages), ("openai: Elevated errors", true));
        let said = "openai says: investigating.\nModels: gpt-5.\nConcerns: gpt-5 in support.";
        assert_eq!(told.text, format!("{said} Owner: ana."));
        assert!(subjects.announce(&[judged(&[])]).is_empty(), "nothing of it is used");
    }
    for class in [NoticeClass::Deprecation, NoticeClass::Maintenance, NoticeClass::Unknown] {
        assert!(knowing(&[notice(class)]).announce(&[judged(&["gpt-5"])]).is_empty());
    }
    let together = [notice(NoticeClass::Incident), judged(&["gpt-5"])];
    assert_eq!(Subjects::default().announce(&together).len(), 1);
}

#[test]
fn a_notice_about_the_account_is_told_if_it_pages_though_it_names_nothing_in_use() {
    let Fact::NoticeJudged(judged) = judged(&[]) else { panic!("another fact") };
    let pages = Fact::NoticeJudged(NoticeJudged { pages: true, ..judged });
    let told = one(&knowing(&[notice(NoticeClass::AccountWarning)]), pages);
    assert!(told.pages && told.text.ends_with("Concerns: the account. Owner: ana."));
}

#[test]
fn a_signal_is_told_with_its_figures() {
    let told = one(
        &Subjects::default(),
        Fact::SignalRaised(SignalRaised {
            signal: SignalId::from_random(1),
            tenant: TenantName::standard(),
            kind: "complaints".to_owned(),
            feature: "support".to_owned(),
            summary: "13 complaints within 30 min".to_owned(),
            window: Window::new(at(0), at(30)).unwrap(),
            members: Vec::new(),
        }),
    );
    assert_eq!((told.topic, &*told.title), ("signal.raised", "13 complaints within 30 min"));
    assert!(!told.pages);
}

#[test]
fn a_title_is_one_line_that_turns_no_text_around_and_has_an_end() {
    let told = one(&Subjects::default(), declared("a\r\nBcc: eve\u{202e}\u{2028}\u{7}b"));
    assert_eq!(told.title, "a  Bcc: eve   b");
    let told = one(&Subjects::default(), declared(&"é".repeat(900)));
    assert_eq!(told.title.chars().count(), 200);
}

#[test]
fn nothing_is_told_of_what_nobody_knows() {
    let subjects = Subjects::default();
    let facts = [stage(Stage::Closed), severity(Severity::Sev1), escalated(7), done()];
    assert!(subjects.announce(&facts).is_empty());
}

#[test]
fn every_topic_that_is_told_can_be_asked_for() {
    let mut subjects = knowing(&[declared("a"), notice(NoticeClass::Deprecation), opened()]);
    let facts = [severity(Severity::Sev2), stage(Stage::Closed), escalated(7), done()];
    for told in subjects.announce(&facts) {
        assert!(TOPICS.contains(&told.topic));
    }
    subjects.learn(&severity(Severity::Sev2));
    let read: Subjects = serde_json::from_str(&serde_json::to_string(&subjects).unwrap()).unwrap();
    assert_eq!(read, subjects);
}
