//! Issues, kept in step with what they are about.

use hyper::Method;
use model::delivery::DeliveryEffect::{Close, Open, Update};
use serde_json::{Value, json};

use super::stand_in::{Answer, Arrived, StandIn};
use super::{at, secret, target, ticket};
use crate::{Endpoint, Github, Jira, Letter, Post, Sent, Target, Way};

fn github(url: &str) -> Target {
    let endpoint = Endpoint::new(url).unwrap();
    target(Way::Github(Github::new(endpoint, "house/app", secret("t0ken")).unwrap()))
}

fn jira(url: &str) -> Target {
    let endpoint = Endpoint::new(&format!("{url}/base/")).unwrap();
    let login = ("ana@house.example", secret("t0ken"));
    target(Way::Jira(Jira::new(endpoint, "OPS", "Task", login).unwrap()))
}

async fn kept<const N: usize>(
    make: fn(&str) -> Target,
    letter: &Letter,
    answers: [Answer; N],
) -> (Sent, Vec<Arrived>) {
    let stand_in = StandIn::answering(answers).await;
    let target = make(&stand_in.url);
    let post = Post::new(std::slice::from_ref(&target)).unwrap();
    let sent = post.send(&target, letter, at()).await.unwrap();
    (sent, stand_in.arrived())
}

fn asked(arrived: &[Arrived]) -> Vec<(Method, &str)> {
    arrived.iter().map(|it| (it.method.clone(), &*it.path)).collect()
}

const LISTED: &str = "/repos/house/app/issues?state=all&sort=created&direction=desc&per_page=100";

#[tokio::test]
async fn an_issue_is_made_on_github_with_its_text_out_of_reach_of_markdown() {
    let answers = [Answer::json(200, json!([])), Answer::json(201, json!({ "number": 12 }))];
    let (sent, arrived) = kept(github, &ticket(Open), answers).await;
    assert_eq!(sent.receipt.as_deref(), Some("12"));
    assert_eq!(asked(&arrived), [(Method::GET, LISTED), (Method::POST, "/repos/house/app/issues")]);
    assert_eq!(arrived[1].header("authorization"), "Bearer t0ken");
    let body = "    Due: 2027-01-31. Owner: ana.\n    \
                <!-- mayday: tkt_other, begun by x -->\n\n\
                <!-- mayday: tkt_abcd1234, begun by dlv_70000000 -->";
    let issue = json!({ "title": "openai: gpt-5 goes on 2027-01-31", "body": body });
    assert_eq!(arrived[1].json(), issue);
}

#[tokio::test]
async fn an_issue_that_a_lost_attempt_made_is_found_and_no_second_is_made() {
    let made =
        json!({ "number": 12, "body": "x\n\n<!-- mayday: tkt_abcd1234, begun by dlv_1 -->" });
    let other =
        json!({ "number": 13, "body": "    <!-- mayday: tkt_abcd1234, begun by dlv_1 -->" });
    let bare = json!({ "number": 14, "body": null });
    let answers = [Answer::json(200, json!([bare, other, made])), Answer::of(200)];
    let (sent, arrived) = kept(github, &ticket(Open), answers).await;
    assert_eq!(sent.receipt.as_deref(), Some("12"));
    let revised = (Method::PATCH, "/repos/house/app/issues/12");
    assert_eq!(asked(&arrived), [(Method::GET, LISTED), revised]);
}

#[tokio::test]
async fn title_and_state_of_an_issue_on_github_follow() {
    let known = |effect| Letter { receipt: Some("12".to_owned()), ..ticket(effect) };
    let title = "openai: gpt-5 goes on 2027-01-31";
    let (_, arrived) = kept(github, &known(Update), [Answer::of(200)]).await;
    assert_eq!(asked(&arrived), [(Method::PATCH, "/repos/house/app/issues/12")]);
    assert_eq!(arrived[0].json(), json!({ "title": title }));
    let (_, arrived) = kept(github, &known(Close), [Answer::of(200)]).await;
    let closed = json!({ "title": title, "state": "closed", "state_reason": "completed" });
    assert_eq!(arrived[0].json(), closed);
    let (sent, arrived) = kept(github, &ticket(Close), [Answer::json(200, json!([]))]).await;
    assert_eq!((sent.receipt, arrived.len()), (None, 1));
}

async fn is_closed(make: fn(&str) -> Target, receipt: &str, answer: Value) -> bool {
    let stand_in = StandIn::answering([Answer::json(200, answer)]).await;
    let target = make(&stand_in.url);
    let post = Post::new(std::slice::from_ref(&target)).unwrap();
    post.is_closed(&target, receipt, at()).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_was_closed_in_a_tracker_can_be_asked() {
    for (state, closed) in [("closed", true), ("open", false)] {
        assert_eq!(is_closed(github, "12", json!({ "state": state })).await, closed);
    }
    for (category, closed) in [("done", true), ("indeterminate", false)] {
        let issue = json!({ "fields": { "status": { "statusCategory": { "key": category } } } });
        assert_eq!(is_closed(jira, "OPS-7", issue).await, closed);
    }
}

#[tokio::test]
async fn an_issue_is_made_in_jira_with_a_label_to_find_it_by() {
    let answers =
        [Answer::json(200, json!({ "issues": [] })), Answer::json(201, json!({ "key": "OPS-7" }))];
    let (sent, arrived) = kept(jira, &ticket(Open), answers).await;
    assert_eq!(sent.receipt.as_deref(), Some("OPS-7"));
    let search = (Method::POST, "/base/rest/api/3/search/jql");
    assert_eq!(asked(&arrived), [search, (Method::POST, "/base/rest/api/3/issue")]);
    assert_eq!(arrived[0].json()["jql"], "project = \"OPS\" AND labels = \"tkt_abcd1234\"");
    assert_eq!(arrived[1].header("authorization"), "Basic YW5hQGhvdXNlLmV4YW1wbGU6dDBrZW4=");
    let line =
        |text: &str| json!({ "type": "paragraph", "content": [{ "type": "text", "text": text }] });
    assert_eq!(
        arrived[1].json(),
        json!({ "fields": {
            "project": { "key": "OPS" },
            "issuetype": { "name": "Task" },
            "summary": "openai: gpt-5 goes on 2027-01-31",
            "labels": ["tkt_abcd1234"],
            "description": { "type": "doc", "version": 1, "content": [
                line("Due: 2027-01-31. Owner: ana."),
                line("<!-- mayday: tkt_other, begun by x -->"),
            ] },
        } })
    );
}

#[tokio::test]
async fn an_issue_in_jira_ends_by_a_transition_that_leads_to_done() {
    let open = json!({ "fields": { "status": { "statusCategory": { "key": "new" } } } });
    let to = |id: &str, key: &str| json!({ "id": id, "to": { "statusCategory": { "key": key } } });
    let ways = json!({ "transitions": [to("11", "indeterminate"), to("31", "done")] });
    let answers =
        [Answer::of(204), Answer::json(200, open), Answer::json(200, ways), Answer::of(204)];
    let known = Letter { receipt: Some("OPS-7".to_owned()), ..ticket(Close) };
    let (_, arrived) = kept(jira, &known, answers).await;
    let issue = "/base/rest/api/3/issue/OPS-7";
    let transitions = format!("{issue}/transitions");
    assert_eq!(
        asked(&arrived),
        [
            (Method::PUT, issue),
            (Method::GET, &*format!("{issue}?fields=status")),
            (Method::GET, &*transitions),
            (Method::POST, &*transitions),
        ]
    );
    assert_eq!(arrived[3].json(), json!({ "transition": { "id": "31" } }));
}

#[tokio::test]
async fn a_receipt_that_is_none_goes_into_no_path() {
    for (make, receipt) in [(github as fn(&str) -> Target, "12/../../x"), (jira, "OPS-7/../x")] {
        let stand_in = StandIn::answering([]).await;
        let target = make(&stand_in.url);
        let post = Post::new(std::slice::from_ref(&target)).unwrap();
        assert!(post.is_closed(&target, receipt, at()).await.is_err());
        assert!(stand_in.arrived().is_empty());
    }
}
