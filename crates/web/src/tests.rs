//! The pages over HTTP, on a record in memory.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use model::{SpanId, TraceId, Value};
use recorder::wire::{Kind, Sender, Span, protobuf};
use response::incidents::Act;
use response::webhooks::FileFormat;
use response::{Declaration, Encoding, Mayday, Settings, Signal, Unkeyed, Who};
use tower::ServiceExt;

use crate::{Reached, Site, router};

const HOSTILE: &str = "<script>alert(1)</script>";

fn now() -> Timestamp {
    "2026-11-22T02:47:00Z".parse().unwrap()
}

fn mayday() -> Arc<Mayday> {
    Arc::new(Mayday::in_memory(Settings::default(), now()).unwrap())
}

/// A run of a feature whose name is markup.
async fn record_a_hostile_run(mayday: &Mayday) {
    let text = |key: &'static str, text: &str| (key.into(), Value::Text(text.to_owned()));
    let span = Span {
        trace: TraceId::from_bytes(&[1; 16]).unwrap(),
        span: SpanId::from_bytes(&[2; 8]).unwrap(),
        parent: None,
        name: "invoke_agent".to_owned(),
        kind: Kind::Internal,
        started: now() - SignedDuration::from_mins(10),
        ended: now() - SignedDuration::from_mins(9),
        failed: false,
        attributes: vec![
            text("gen_ai.operation.name", "invoke_agent"),
            text("mayday.feature", HOSTILE),
            text("mayday.outcome", "bad"),
        ],
    };
    let sender =
        Sender { resource: Vec::new(), scope: "scope".to_owned(), scope_version: "1".to_owned() };
    let body = protobuf(&[(sender, vec![span])]);
    mayday.record(Signal::Traces, &body, Encoding::Protobuf, now()).await.unwrap();
    mayday.settle(now() + SignedDuration::from_hours(1)).await.unwrap();
}

fn site(mayday: &Arc<Mayday>) -> Site {
    Site {
        mayday: Arc::clone(mayday),
        now,
        random: || 7,
        secret: || Some([7; 32]),
        unkeyed: Unkeyed::Operator,
        reached: Reached::OverTls,
    }
}

async fn get(mayday: &Arc<Mayday>, path: &str) -> Response {
    let request = Request::get(path).body(Body::empty()).unwrap();
    router(site(mayday)).oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_declared_incident_has_a_page() {
    let mayday = mayday();
    record_a_hostile_run(&mayday).await;
    let act = Act { by: "anna", who: &Who::Local, at: now(), random: 7 };
    let incident = mayday.declare(&Declaration::default(), act).unwrap();
    let response = get(&mayday, &format!("/incidents/{}", incident.id)).await;
    assert_eq!(response.status(), StatusCode::OK);
    let page = text(response).await;
    assert!(page.contains("too little data") && page.contains("id=\"surfaces\""));
    assert!(page.contains("&#60;script&#62;") && !page.contains("<script"));
    let home = text(get(&mayday, "/").await).await;
    assert!(home.contains(incident.id.as_str()) && home.contains("1 of 1, 20.7 to 100.0\u{a0}%"));
    assert!(home.contains("&#60;script&#62;") && !home.contains("<script"));
}

async fn post(mayday: &Arc<Mayday>, path: &str, form: &str) -> Response {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("mark=x&{form}")));
    router(site(mayday)).oneshot(request.unwrap()).await.unwrap()
}

#[tokio::test]
async fn what_is_said_by_forms_stands_on_the_page() {
    let mayday = mayday();
    record_a_hostile_run(&mayday).await;
    let act = Act { by: "anna", who: &Who::Local, at: now(), random: 7 };
    let id = mayday.declare(&Declaration::default(), act).unwrap().id;
    let page = format!("/incidents/{id}");
    let says = |form: &'static str, fields: String| {
        let (mayday, page) = (Arc::clone(&mayday), page.clone());
        async move { post(&mayday, &format!("{page}/{form}"), &fields).await }
    };
    let claim =
        |about: &str, rest: &str| format!("about={about}&says=so+it+is&source=&rests_on=&{rest}");
    let no_date = "moment=&when=";
    let cause = claim("cause", &format!("role=caused&{no_date}"));
    let date = claim("date", "role=&moment=onset&when=2026-11-22T03:07:00%2B01:00");
    for (form, fields) in [
        ("duty", "duty=lead&who=bob".to_owned()),
        ("claim", cause),
        ("claim", date),
        ("actions", "tool=refund&reversibility=restored&compensation=done&because=b".to_owned()),
    ] {
        let answer = says(form, fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{form}");
        assert_eq!(answer.headers()[header::LOCATION], format!("{page}#course"));
    }
    let course = mayday.incident(&id).unwrap().course;
    let claimed = course.claims[0].made.what.claim.clone();
    let disputed = format!("claim={claimed}&state=disputed&because=it+is+not");
    assert_eq!(says("revision", disputed).await.status(), StatusCode::SEE_OTHER);
    let shown = text(get(&mayday, &page).await).await;
    for part in ["bob leads", "disputed: it is not", "says 2026-11-22 02:07:00 UTC, told in +01:00"]
    {
        assert!(shown.contains(part), "{part}");
    }
    let course = mayday.incident(&id).unwrap().course;
    assert_eq!((course.claims.len(), course.actions.len()), (2, 1));
    for (form, fields) in [
        ("claim", claim("date", "role=&moment=onset&when=yesterday")),
        ("claim", claim("cause", &format!("role=guilty&{no_date}"))),
        ("duty", "duty=king&who=bob".to_owned()),
    ] {
        assert_eq!(says(form, fields).await.status(), StatusCode::BAD_REQUEST, "{form}");
    }
}

#[tokio::test]
async fn notices_have_a_page_on_which_what_a_provider_writes_is_text() {
    let mayday = mayday();
    let empty = text(get(&mayday, "/notices").await).await;
    assert!(empty.contains("Nothing in use is known to go; no channel is red"), "{empty}");
    let rows = format!("provider,model,date,link\nopenai,{HOSTILE},2027-01-24,javascript:x\n");
    let act = Act { by: "anna", who: &Who::Local, at: now(), random: 7 };
    mayday.import_notices(FileFormat::Csv, rows.as_bytes(), act).unwrap();
    mayday.keep_notices(now(), 8).unwrap();
    let page = text(get(&mayday, "/notices").await).await;
    assert!(page.contains("&#60;script&#62;") && !page.contains("<script"), "{page}");
    assert!(page.contains("0 names of models in 0 runs were compared"), "{page}");
    assert!(!page.contains("javascript:"), "{page}");
}

#[tokio::test]
async fn an_empty_record_has_a_home_page() {
    let response = get(&mayday(), "/").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(text(response).await.contains("OTEL_EXPORTER_OTLP_ENDPOINT"));
}

#[tokio::test]
async fn what_is_not_there_gets_a_page_with_a_way_forward() {
    let mayday = mayday();
    for path in ["/incidents/inc_nope", "/incidents/..%2f", "/incidents/%ff", "/nothing", "/a/b"] {
        let response = get(&mayday, path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(text(response).await.contains("<a href=\"/\">"), "{path}");
    }
}

#[tokio::test]
async fn every_answer_tells_the_browser_to_load_nothing_else() {
    let mayday = mayday();
    for path in ["/", "/incidents/inc_nope", "/assets/style.css"] {
        let response = get(&mayday, path).await;
        let headers = response.headers();
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{path}");
        assert!(!policy.contains("unsafe"));
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
        let kept = if path.ends_with(".css") { "max-age=300" } else { "no-store" };
        assert_eq!(headers[header::CACHE_CONTROL], kept);
    }
}

#[tokio::test]
async fn the_stylesheet_is_served_as_one() {
    let response = get(&mayday(), "/assets/style.css").await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert!(text(response).await.contains("prefers-color-scheme: dark"));
}
