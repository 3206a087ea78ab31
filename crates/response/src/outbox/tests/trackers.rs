//! Tickets and the issues that stand for them, kept in step both ways.

use axum::http::Method;
use comms::{Endpoint, Github, Secret, Way};
use ledger::{Append, Expected};
use model::notice::{TicketActed, TicketEscalated, TicketOpened};
use model::{Fact, TenantName, TicketId};
use serde_json::json;

use super::night::{Night, StandIn, target};

async fn tracked() -> (StandIn, Night) {
    let stand_in = StandIn::new().await;
    let endpoint = Endpoint::new(&stand_in.url).unwrap();
    let github = Github::new(endpoint, "house/app", Secret::new("t")).unwrap();
    let night = Night::with(vec![target("issues", Way::Github(github))]);
    (stand_in, night)
}

fn ticket() -> TicketId {
    "tkt_1".parse().unwrap()
}

fn tell(night: &Night, fact: Fact) {
    let (stream, expected, actor) = ("tkt_1", Expected::Any, "ana");
    let append = Append { stream, expected, at: night.now, actor, facts: &[fact] };
    night.mayday.house.state(append).unwrap();
}

fn opened(night: &Night) -> Fact {
    Fact::TicketOpened(TicketOpened {
        ticket: ticket(),
        tenant: TenantName::standard(),
        notice: "ntc_1".parse().unwrap(),
        concerns: vec!["gpt-5".to_owned()],
        owner: "ana".to_owned(),
        route: Vec::new(),
        due: night.now,
    })
}

async fn with_an_issue() -> (StandIn, Night) {
    let (stand_in, night) = tracked().await;
    stand_in.answer([(200, json!([])), (201, json!({ "number": 12 }))]);
    tell(&night, opened(&night));
    night.deliver().await;
    (stand_in, night)
}

#[tokio::test]
async fn a_ticket_gets_an_issue_whose_title_and_state_follow_it() {
    let (stand_in, night) = with_an_issue().await;
    let tenant = TenantName::standard();
    let escalated = TicketEscalated { ticket: ticket(), tenant, rung: 7, pages: false };
    tell(&night, Fact::TicketEscalated(escalated));
    let (tenant, what) = (TenantName::standard(), "moved".to_owned());
    let acted = TicketActed { ticket: ticket(), tenant, what, done: true };
    tell(&night, Fact::TicketActed(acted));
    night.deliver().await;
    let arrived = stand_in.arrived();
    let made: Vec<_> = arrived.iter().map(|it| (it.method.clone(), &*it.path)).collect();
    let issue = "/repos/house/app/issues/12";
    assert_eq!(made[2..], [(Method::PATCH, issue), (Method::PATCH, issue)]);
    assert_eq!(arrived[2].body["title"], "7 days left: what ntc_1 asks for");
    assert_eq!(arrived[3].body["state"], "closed");
}

#[tokio::test]
async fn an_issue_closed_in_the_tracker_is_a_fact_about_the_ticket_and_once() {
    let (stand_in, night) = with_an_issue().await;
    stand_in.answer([(200, json!({ "state": "open" })), (200, json!({ "state": "closed" }))]);
    let acted = || {
        let entries = night.entries().into_iter();
        let acted = entries.filter_map(|entry| match entry.fact {
            Fact::TicketActed(acted) => Some((acted.what, acted.done)),
            _ => None,
        });
        acted.collect::<Vec<_>>()
    };
    night.couriers[0].ask_tracker(|| night.now).await.unwrap();
    assert_eq!(acted(), []);
    night.couriers[0].ask_tracker(|| night.now).await.unwrap();
    assert_eq!(acted(), [("closed as issue 12 in issues".to_owned(), true)]);
    night.couriers[0].ask_tracker(|| night.now).await.unwrap();
    assert_eq!((acted().len(), stand_in.arrived().len()), (1, 4), "it is not asked any more");
    night.deliver().await;
    assert_eq!(stand_in.arrived().last().unwrap().body["state"], "closed");
}
