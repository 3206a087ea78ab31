//! Notices from their delivery to what follows: refused, kept, confirmed, judged, ticketed.

use intake::notices::Format;
use intake::standard_webhooks::{Headers, Secret};
use jiff::{SignedDuration, Timestamp};
use model::notice::{ChannelKind, NoticeClass};
use model::{Fault, Faulty, TicketId};
use recorder::wire::{Kind, Sender, Span, protobuf};
use recorder::{Encoding, Signal};
use serde_json::{Value, json};

use super::{Hook, HookError, NoticeView, Taken};
use crate::access::Who;
use crate::channels::tests::{PATH, SECRET, hooks, statuspage};
use crate::channels::{Channel, ChannelSecret, Poll};
use crate::incidents::{Act, Declaration};
use crate::open::{Mayday, Settings};
use crate::tally::Counted;
use crate::tickets::{Progress, TicketView};

/// Noon of a day; day 60 is when the model of these tests goes.
pub(crate) fn at(day: i64, seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(24 * day) + SignedDuration::from_secs(seconds)
}

pub(crate) fn act(at: Timestamp) -> Act<'static> {
    Act { by: "ana", who: &Who::Local, at, random: at.as_second().unsigned_abs() }
}

pub(crate) fn mayday(channels: Vec<Channel>) -> Mayday {
    crate::channels::check_all(&channels).unwrap();
    Mayday::in_memory(Settings { channels, ..Settings::default() }, at(0, 0)).unwrap()
}

/// A run of a feature that asks for one model and is answered by another.
pub(crate) async fn run(
    mayday: &Mayday,
    number: u64,
    feature: &str,
    (asked, answered): (&str, Option<&str>),
    ended: Timestamp,
) {
    let text = |key: &'static str, text: &str| (key.into(), model::Value::Text(text.to_owned()));
    let mut said = vec![
        text("gen_ai.operation.name", "chat"),
        text("mayday.feature", feature),
        text("mayday.segment.plan", "pro"),
        text("gen_ai.request.model", asked),
    ];
    said.extend(answered.map(|model| text("gen_ai.response.model", model)));
    let span = Span {
        trace: model::TraceId::from_bytes(&u128::from(number).to_be_bytes()).unwrap(),
        span: model::SpanId::from_bytes(&number.to_be_bytes()).unwrap(),
        parent: None,
        name: "chat".to_owned(),
        kind: Kind::Client,
        started: ended - SignedDuration::from_secs(1),
        ended,
        failed: false,
        attributes: said,
    };
    let sender =
        Sender { resource: Vec::new(), scope: "tests".to_owned(), scope_version: "1".to_owned() };
    let body = protobuf(&[(sender, vec![span])]);
    mayday.record(Signal::Traces, &body, Encoding::Protobuf, ended).await.unwrap();
    mayday.settle(ended + SignedDuration::from_mins(5)).await.unwrap();
}

/// Sends a signed delivery.
pub(super) fn send(
    mayday: &Mayday,
    id: &str,
    body: &Value,
    at: Timestamp,
) -> Result<Taken, HookError> {
    let body = body.to_string().into_bytes();
    let signature = Secret::read(SECRET).unwrap().sign(id, at, &body);
    let timestamp = at.as_second().to_string();
    let headers =
        Headers { id: Some(id), timestamp: Some(&timestamp), signature: Some(&signature) };
    let hook = Hook { channel: "openai-hooks", secret: None, headers, body: &body };
    mayday.hear(hook, at, at.as_second().unsigned_abs())
}

/// Sends a status page's hint.
fn hint(mayday: &Mayday, secret: &str, body: &Value, at: Timestamp) -> Result<Taken, HookError> {
    let body = body.to_string().into_bytes();
    let hook = Hook {
        channel: "openai-status",
        secret: Some(secret),
        headers: Headers::default(),
        body: &body,
    };
    mayday.hear(hook, at, at.as_second().unsigned_abs())
}

pub(super) fn event(kind: &str) -> Value {
    json!({"id": "evt_1", "object": "event", "created_at": 1, "type": kind, "data": {"id": "r1"}})
}

fn page(status: &str, update: &str) -> Value {
    let (began, at) = ("2026-11-25T11:50:00Z", "2026-11-25T12:00:00Z");
    json!({"meta": {}, "page": {}, "incident": {"id": "i1", "name": "Errors", "status": status,
        "impact": "major", "created_at": began, "updated_at": at,
        "incident_updates": [{"id": update, "status": status, "created_at": at}]}})
}

pub(super) fn keep(mayday: &Mayday, at: Timestamp) {
    mayday.keep_notices(at, at.as_second().unsigned_abs()).unwrap();
}

fn import(mayday: &Mayday, model: &str, date: &str, now: Timestamp) -> Taken {
    let file = format!("provider,model,date\nopenai,{model},{date}\n");
    let format = crate::webhooks::FileFormat::Csv;
    let taken = mayday.import_notices(format, file.as_bytes(), act(now)).unwrap();
    keep(mayday, now);
    taken
}

fn tickets(mayday: &Mayday, now: Timestamp) -> Vec<TicketView> {
    mayday.inventory_now(now);
    mayday.tickets(now)
}

fn only(mayday: &Mayday, now: Timestamp) -> NoticeView {
    let mut all = mayday.list_notices(now);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// A Mayday in which one feature uses a dated model of OpenAI.
async fn in_use(channels: Vec<Channel>) -> Mayday {
    let mayday = mayday(channels);
    run(&mayday, 1, "support", ("gpt-4-0613", Some("gpt-4-0613")), at(0, -60)).await;
    mayday
}

#[test]
fn a_signed_delivery_is_one_notice_however_often_it_comes() {
    let mayday = mayday(vec![hooks()]);
    let first = send(&mayday, "msg_1", &event("response.failed"), at(0, 0)).unwrap();
    let again = send(&mayday, "msg_1", &event("response.failed"), at(0, 90)).unwrap();
    assert_eq!((first.new.len(), first.known.len()), (1, 0));
    assert_eq!((&again.known, again.new.len()), (&first.new, 0));
    assert_eq!(only(&mayday, at(0, 90)).says.class, NoticeClass::JobState);
    assert_eq!(mayday.tally().count(Counted::NoticesDuplicate), 1);
}

#[test]
fn what_is_unsigned_old_or_forged_is_refused_and_counted_by_reason() {
    let mayday = mayday(vec![hooks()]);
    let body = event("response.failed").to_string().into_bytes();
    let signature = Secret::read(SECRET).unwrap().sign("m", at(0, 0), &body);
    let timestamp = at(0, 0).as_second().to_string();
    let signed =
        Headers { id: Some("m"), timestamp: Some(&timestamp), signature: Some(&signature) };
    let sent = |channel, headers, body: &[u8], now| {
        let error = mayday.hear(Hook { channel, secret: None, headers, body }, now, 1).unwrap_err();
        (error.fault(), error.counted())
    };
    let none = Headers::default();
    let name = "openai-hooks";
    assert_eq!(sent(name, none, &body, at(0, 0)), (Fault::Unauthenticated, Counted::HooksUnsigned));
    assert_eq!(sent(name, signed, b"{}", at(0, 0)), (Fault::Unauthenticated, Counted::HooksForged));
    // A delivery that somebody overheard and plays again later.
    assert_eq!(
        sent(name, signed, &body, at(0, 301)),
        (Fault::Unauthenticated, Counted::HooksStale)
    );
    let dotted = Headers { id: Some("a.b"), ..signed };
    assert_eq!(sent(name, dotted, &body, at(0, 0)), (Fault::Invalid, Counted::HooksMalformed));
    assert_eq!(
        sent("other", signed, &body, at(0, 0)),
        (Fault::NotFound, Counted::HooksMisaddressed)
    );
    for counted in [Counted::HooksUnsigned, Counted::HooksForged, Counted::HooksStale] {
        assert_eq!(mayday.tally().count(counted), 1, "{counted:?}");
    }
    assert!(mayday.list_notices(at(0, 0)).is_empty());
}

#[test]
fn what_nobody_knows_and_what_nobody_can_read_is_kept_and_shown_once() {
    let mayday = mayday(vec![hooks()]);
    send(&mayday, "msg_1", &event("planet.aligned"), at(0, 0)).unwrap();
    send(&mayday, "msg_2", &json!(["no", "event"]), at(0, 1)).unwrap();
    send(&mayday, "msg_2", &json!(["no", "event"]), at(0, 2)).unwrap();
    keep(&mayday, at(0, 5));
    let kinds: Vec<_> = mayday
        .list_notices(at(0, 5))
        .into_iter()
        .map(|one| (one.says.kind, one.says.class, one.judged.unwrap().because))
        .collect();
    let why = "nobody here knows the word: look at it".to_owned();
    assert_eq!(
        kinds,
        [
            ("unreadable".into(), NoticeClass::Unknown, why.clone()),
            ("planet.aligned".into(), NoticeClass::Unknown, why)
        ]
    );
}

#[test]
fn a_row_that_stands_twice_in_a_file_is_one_notice_and_too_many_rows_are_none() {
    let mayday = mayday(Vec::new());
    let read = |rows: String| {
        let file = format!("provider,model,date\n{rows}");
        let format = crate::webhooks::FileFormat::Csv;
        mayday.import_notices(format, file.as_bytes(), act(at(0, 0)))
    };
    let twice = "openai,gpt-4-0613,2027-01-24\n".repeat(2);
    assert_eq!(read(twice).unwrap().new.len(), 1);
    only(&mayday, at(0, 0));
    let many = (0..10_001).map(|row| format!("openai,m-{row},2027-01-24\n")).collect();
    let refused = read(many).unwrap_err();
    assert_eq!(refused.fault(), Fault::Limited, "{refused}");
    only(&mayday, at(0, 0));
}

#[tokio::test]
async fn a_hint_pages_once_the_page_says_the_same() {
    let mayday = in_use(vec![statuspage()]).await;
    let refused = hint(&mayday, "guessed", &page("identified", "u1"), at(0, 0)).unwrap_err();
    assert!(matches!(refused, HookError::WrongAddress));
    assert_eq!(mayday.askings(at(0, 0)).len(), 1);
    hint(&mayday, PATH, &page("identified", "u1"), at(0, 1)).unwrap();
    keep(&mayday, at(0, 1));
    assert_eq!(only(&mayday, at(0, 1)).judged, None);
    // A hint makes the page be asked before its turn, and not in a storm.
    assert!(mayday.askings(at(0, 1)).is_empty());
    assert_eq!(mayday.askings(at(0, 2))[0].channel, "openai-status");
    let summary = json!({"components": [], "incidents": [page("monitoring", "u2")["incident"]]});
    let summary = summary.to_string();
    mayday.answered("openai-status", Ok(summary.as_bytes()), at(0, 7), 9).unwrap();
    keep(&mayday, at(0, 8));
    let hinted = mayday.list_notices(at(0, 8)).remove(0);
    let first = mayday.notice(&hinted.timeline[0].notice, at(0, 8)).unwrap();
    assert!(first.confirmed.as_ref().is_some_and(|confirmed| confirmed.holds));
    let judged = first.judged.unwrap();
    assert!(judged.pages && judged.concerns[0].starts_with("gpt-4-0613: 1 runs of support"));
    assert_eq!(
        (judged.owner.as_str(), &judged.route[..]),
        ("ai (ana)", &["on-call".to_owned()][..])
    );
    assert_eq!(hinted.timeline.len(), 2);
}

#[test]
fn a_hint_that_lies_about_an_incident_does_not_hide_what_the_page_says() {
    let mayday = mayday(vec![statuspage()]);
    let mut lie = page("identified", "u1");
    lie["incident"]["name"] = json!("Nothing to see here");
    lie["incident"]["impact"] = json!("none");
    hint(&mayday, PATH, &lie, at(0, 0)).unwrap();
    let summary = json!({"incidents": [page("identified", "u1")["incident"]]}).to_string();
    for second in 1..3 {
        mayday.answered("openai-status", Ok(summary.as_bytes()), at(0, second), 9).unwrap();
    }
    let shown = only(&mayday, at(0, 3));
    assert_eq!((shown.says.title.as_str(), shown.timeline.len()), ("Errors", 2));
}

#[tokio::test]
async fn a_hint_that_the_page_denies_pages_nobody() {
    let mayday = in_use(vec![statuspage()]).await;
    hint(&mayday, PATH, &page("identified", "u1"), at(0, 0)).unwrap();
    mayday.answered("openai-status", Ok(br#"{"incidents": []}"#), at(0, 3), 9).unwrap();
    keep(&mayday, at(0, 4));
    let judged = only(&mayday, at(0, 4)).judged.unwrap();
    assert!(!judged.pages && judged.because.contains("the page knows no such incident"));
}

#[tokio::test]
async fn a_hint_that_nobody_can_confirm_is_judged_as_such_after_two_minutes() {
    let mayday = in_use(vec![statuspage()]).await;
    hint(&mayday, PATH, &page("identified", "u1"), at(0, 0)).unwrap();
    mayday.answered("openai-status", Err("it answered 503"), at(0, 3), 9).unwrap();
    keep(&mayday, at(0, 119));
    assert_eq!(only(&mayday, at(0, 119)).judged, None);
    keep(&mayday, at(0, 121));
    let judged = only(&mayday, at(0, 121)).judged.unwrap();
    assert!(judged.pages && judged.because.ends_with("nobody could confirm it"));
}

#[tokio::test]
async fn one_thing_that_goes_back_and_forth_pages_once_an_hour() {
    let said = |status: &str| {
        json!({"title": "Errors", "class": "incident", "impact": "major", "thread": "t1",
            "status": status})
    };
    let generic = Channel { format: Some(Format::Generic), ..hooks() };
    let mayday = in_use(vec![generic]).await;
    let mut pages = Vec::new();
    for (number, status) in
        ["investigating", "resolved", "investigating", "resolved", "investigating"]
            .iter()
            .enumerate()
    {
        let now = at(0, 300 * number as i64);
        send(&mayday, &format!("m{number}"), &said(status), now).unwrap();
        keep(&mayday, now);
        pages.push(only(&mayday, now).judged.unwrap().pages);
    }
    assert_eq!(pages, [true, false, false, false, false]);
    let now = at(0, 1_201);
    let last = only(&mayday, now);
    assert!(last.flapping && last.timeline.len() == 5);
    assert_eq!(
        last.judged.unwrap().because,
        "it goes back and forth: it has paged within the hour"
    );
    send(&mayday, "m9", &said("investigating"), at(0, 4_000)).unwrap();
    keep(&mayday, at(0, 4_000));
    assert!(only(&mayday, at(0, 4_000)).judged.unwrap().pages);
}

#[tokio::test]
async fn two_notices_of_one_thing_that_come_together_page_once() {
    let generic = Channel { format: Some(Format::Generic), ..hooks() };
    let mayday = in_use(vec![generic]).await;
    for status in ["investigating", "identified"] {
        let said = json!({"title": "Errors", "class": "incident", "impact": "major",
            "thread": "t1", "status": status});
        send(&mayday, status, &said, at(0, 0)).unwrap();
    }
    keep(&mayday, at(0, 1));
    let timeline = only(&mayday, at(0, 1)).timeline;
    let pages = |place: usize| {
        mayday.notice(&timeline[place].notice, at(0, 1)).unwrap().judged.unwrap().pages
    };
    assert_eq!((pages(0), pages(1)), (true, false));
}

#[tokio::test]
async fn a_providers_incident_is_linked_to_ours_and_then_pages_nobody() {
    let generic = Channel { format: Some(Format::Generic), ..hooks() };
    let mayday = in_use(vec![generic]).await;
    let incident = mayday.declare(&Declaration::default(), act(at(0, 0))).unwrap();
    let said = json!({"title": "Errors on gpt-4-0613", "class": "incident", "impact": "critical",
        "models": ["gpt-4-0613"], "thread": "t1", "status": "investigating"});
    send(&mayday, "m1", &said, at(0, 60)).unwrap();
    keep(&mayday, at(0, 60));
    keep(&mayday, at(0, 70));
    let notice = only(&mayday, at(0, 70));
    assert_eq!(notice.incidents, [incident.id]);
    let judged = notice.judged.unwrap();
    assert!(!judged.pages && judged.because.starts_with("provider-side likely"));
}

#[tokio::test]
async fn an_unused_models_end_opens_no_ticket_until_somebody_uses_it() {
    let mayday = in_use(vec![hooks()]).await;
    import(&mayday, "gpt-4-32k-0613", "2027-01-24", at(0, 0));
    assert_eq!(tickets(&mayday, at(0, 0)), []);
    let judged = only(&mayday, at(0, 0)).judged.unwrap();
    assert_eq!(
        judged.because,
        "nothing in use matches gpt-4-32k-0613: 1 names of models in 1 runs were compared"
    );
    run(&mayday, 2, "reports", ("gpt-4-32k", Some("gpt-4-32k-0613")), at(1, 0)).await;
    keep(&mayday, at(1, 60));
    let opened = tickets(&mayday, at(1, 60));
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0].opened_at, at(1, 60));
    assert!(opened[0].concerns[0].starts_with("gpt-4-32k"));
    keep(&mayday, at(1, 120));
    assert_eq!(tickets(&mayday, at(1, 120)).len(), 1);
}

#[tokio::test]
async fn a_used_models_end_is_a_dated_ticket_that_escalates_and_pages_from_a_week_before() {
    let mayday = in_use(vec![hooks()]).await;
    import(&mayday, "gpt-4-0613", "2027-01-24", at(-5, 0));
    let ticket = tickets(&mayday, at(-5, 0)).remove(0);
    assert_eq!(ticket.due.to_string(), "2027-01-24T00:00:00Z");
    assert_eq!((ticket.owner.as_str(), ticket.in_use, ticket.rungs.len()), ("ai (ana)", true, 0));
    for day in -5..=64 {
        keep(&mayday, at(day, 0));
        keep(&mayday, at(day, 60));
    }
    let rungs: Vec<(i64, bool)> =
        tickets(&mayday, at(64, 0))[0].rungs.iter().map(|rung| (rung.days, rung.pages)).collect();
    assert_eq!(rungs, [(60, false), (30, false), (14, false), (7, true), (1, true)]);
}

#[tokio::test]
async fn rungs_missed_while_nothing_ran_are_stated_once_and_what_is_done_rests() {
    let mayday = in_use(vec![hooks()]).await;
    import(&mayday, "gpt-4-0613", "2027-01-24", at(0, 0));
    keep(&mayday, at(0, 60));
    keep(&mayday, at(55, 0));
    let ticket = tickets(&mayday, at(55, 0)).remove(0);
    let days: Vec<i64> = ticket.rungs.iter().map(|rung| rung.days).collect();
    assert_eq!(days, [60, 7]);
    let done =
        mayday.act_on_ticket(&ticket.ticket, "moved to gpt-5", Progress::Done, act(at(56, 0)));
    assert_eq!(done.unwrap().done_at, Some(at(56, 0)));
    keep(&mayday, at(60, 0));
    assert_eq!(tickets(&mayday, at(60, 0))[0].rungs.len(), 2);
    let again = mayday.act_on_ticket(&ticket.ticket, "once more", Progress::Begun, act(at(61, 0)));
    assert_eq!(again.unwrap_err().fault(), Fault::Conflict);
    let unknown = TicketId::from_random(7);
    let unknown = mayday.act_on_ticket(&unknown, "x", Progress::Begun, act(at(61, 0)));
    assert_eq!(unknown.unwrap_err().fault(), Fault::NotFound);
    let wordless = mayday.act_on_ticket(&ticket.ticket, " ", Progress::Begun, act(at(61, 0)));
    assert_eq!(wordless.unwrap_err().fault(), Fault::Invalid);
}

#[tokio::test]
async fn sixty_days_notice_that_reached_nobody_was_used_as_none() {
    let mayday = in_use(vec![hooks()]).await;
    // Announced sixty days before, read by nobody; heard of from a customer on the day itself.
    let file = "provider,model,date,stated\nopenai,gpt-4-0613,2027-01-24,2026-11-25\n";
    let format = crate::webhooks::FileFormat::Csv;
    let day: Timestamp = "2027-01-24T09:00:00Z".parse().unwrap();
    run(&mayday, 3, "support", ("gpt-4-0613", Some("gpt-4-0613")), day).await;
    mayday.import_notices(format, file.as_bytes(), act(day)).unwrap();
    keep(&mayday, day);
    let before = tickets(&mayday, day).remove(0);
    assert_eq!(before.used.told(), "60 days' notice, 0 left, nothing done yet");
    assert_eq!(before.used.reached_after_days, Some(60));
    let acted = day + SignedDuration::from_mins(30);
    let ticket =
        mayday.act_on_ticket(&before.ticket, "moved", Progress::Begun, act(acted)).unwrap();
    assert_eq!(ticket.used.told(), "60 days' notice used as 0");
    assert_eq!((ticket.used.waited_secs, ticket.used.acted_at), (1_800, Some(acted)));
}

#[tokio::test]
async fn a_later_notice_of_another_date_moves_the_ticket() {
    let mayday = in_use(vec![hooks()]).await;
    import(&mayday, "gpt-4-0613", "2026-12-20", at(0, 0));
    keep(&mayday, at(1, 0));
    let first = tickets(&mayday, at(1, 0)).remove(0);
    assert_eq!(first.rungs[0].days, 30);
    import(&mayday, "gpt-4-0613", "2027-03-01", at(2, 0));
    keep(&mayday, at(2, 60));
    let moved = tickets(&mayday, at(2, 60)).remove(0);
    assert_eq!((moved.ticket, moved.rungs.len()), (first.ticket, 0));
    assert_eq!(moved.due.to_string(), "2027-03-01T00:00:00Z");
    assert_eq!(tickets(&mayday, at(2, 60)).len(), 1);
}

#[tokio::test]
async fn an_alias_that_may_mean_the_model_that_goes_counts_as_its_use() {
    let mayday = mayday(vec![hooks()]);
    run(&mayday, 1, "support", ("gpt-4", None), at(0, -60)).await;
    import(&mayday, "gpt-4-0613", "2027-01-24", at(0, 0));
    let ticket = tickets(&mayday, at(0, 0)).remove(0);
    assert!(ticket.concerns[0].contains("perhaps: the name has no date"));
    let view = mayday.inventory_view(at(0, 0));
    assert_eq!((view.going[0].name.as_str(), view.going[0].days_left), ("gpt-4", Some(60)));
}

#[test]
fn a_list_of_models_is_asked_and_says_what_goes_and_a_failure_is_stated_once() {
    let list = Channel {
        name: "openai-models".to_owned(),
        kind: ChannelKind::ModelList,
        format: Some(Format::ModelsList),
        secret: None,
        poll: Some(Poll {
            url: "https://api.openai.example/v1/models".to_owned(),
            key: Some(ChannelSecret::new("sk-1")),
            every: SignedDuration::from_hours(1),
        }),
        ..hooks()
    };
    let mayday = mayday(vec![list]);
    assert_eq!(mayday.askings(at(0, 0)).len(), 1);
    assert_eq!(mayday.askings(at(0, 3_599)).len(), 0);
    let body =
        br#"{"data": [{"id": "gpt-4-0613", "shutdown_date": "2027-01-24"}, {"id": "gpt-5"}]}"#;
    mayday.answered("openai-models", Ok(body), at(0, 1), 3).unwrap();
    mayday.answered("openai-models", Ok(body), at(0, 2), 4).unwrap();
    assert_eq!(only(&mayday, at(0, 2)).says.models, ["gpt-4-0613"]);
    let facts = || mayday.house.ledger.read(1, 100).unwrap().len();
    let before = facts();
    for second in 3..6 {
        mayday.answered("openai-models", Err("it answered 401"), at(0, second), 5).unwrap();
    }
    mayday.answered("openai-models", Ok(b"<html>"), at(0, 9), 5).unwrap();
    assert_eq!(facts(), before + 1);
    let view = mayday.channel_views(at(0, 9)).remove(0);
    assert_eq!(view.problems, ["asking the provider fails: it answered 401"]);
    assert_eq!(view.last_poll, Some(at(0, 1)));
}

#[test]
fn a_test_event_goes_through_every_format_and_is_no_notice() {
    for format in [
        Format::Openai,
        Format::Anthropic,
        Format::Statuspage,
        Format::AwsHealth,
        Format::AzureHealth,
        Format::Generic,
    ] {
        let signed = Channel { format: Some(format), ..hooks() };
        let mayday = mayday(vec![signed.clone()]);
        let view = mayday.test_channel("openai-hooks", act(at(0, 0))).unwrap();
        assert_eq!((view.last_test, view.last_notice), (Some(at(0, 0)), None), "{format:?}");
        assert!(mayday.list_notices(at(0, 0)).is_empty());
    }
    let mayday = mayday(vec![statuspage()]);
    let view = mayday.test_channel("openai-status", act(at(0, 0))).unwrap();
    assert_eq!(view.last_test, Some(at(0, 0)));
}

#[test]
fn channels_are_tested_by_themselves_when_their_turn_has_come() {
    let weekly = Channel { test_every: Some(SignedDuration::from_hours(168)), ..hooks() };
    let mayday = mayday(vec![weekly]);
    let tested = |day| {
        keep(&mayday, at(day, 0));
        mayday.channel_views(at(day, 0))[0].last_test
    };
    assert_eq!(tested(0), Some(at(0, 0)));
    assert_eq!(tested(6), Some(at(0, 0)));
    assert_eq!(tested(7), Some(at(7, 0)));
}
