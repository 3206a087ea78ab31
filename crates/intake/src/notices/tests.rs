//! Deliveries as each provider sends them, and what no provider would.

use model::notice::{ChannelKind, Impact, Notice, NoticeClass, NoticeProof};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::deprecations::{self, FileFormat};
use super::statuspage::{Summary, is_over};
use super::{Delivery, Format, read};

const ALL: [Format; 7] = [
    Format::Openai,
    Format::Anthropic,
    Format::Statuspage,
    Format::AwsHealth,
    Format::AzureHealth,
    Format::Generic,
    Format::ModelsList,
];

fn delivery(body: &[u8]) -> Delivery<'_> {
    Delivery {
        provider: "acme",
        kind: ChannelKind::ApiWebhook,
        proof: NoticeProof::Signature,
        id: None,
        body,
        at: "2026-11-25T12:00:00Z".parse().unwrap(),
    }
}

fn one(format: Format, body: &Value) -> Notice {
    let bytes = body.to_string().into_bytes();
    let mut notices = read(format, &delivery(&bytes));
    assert_eq!(notices.len(), 1);
    notices.remove(0)
}

fn openai(kind: &str, data: &Value) -> Notice {
    let event = json!({"id": "evt_1", "object": "event", "created_at": 1_764_000_000,
        "type": kind, "data": data});
    one(Format::Openai, &event)
}

fn anthropic(kind: &str) -> Notice {
    let data = json!({"type": kind, "id": "sess_1", "organization_id": "o", "workspace_id": "w"});
    let event = json!({"type": "event", "id": "evt_2", "created_at": "2026-11-25T11:59:00Z",
        "data": data});
    one(Format::Anthropic, &event)
}

#[test]
fn every_type_of_openai_has_its_class_and_unknown_ones_are_kept() {
    use NoticeClass::{AccountWarning, JobState, Security, Unknown};
    for (kind, class, impact) in [
        ("response.completed", JobState, Impact::None),
        ("response.failed", JobState, Impact::Minor),
        ("batch.expired", JobState, Impact::Minor),
        ("fine_tuning.job.succeeded", JobState, Impact::None),
        ("eval.run.canceled", JobState, Impact::None),
        ("realtime.call.incoming", JobState, Impact::None),
        ("live.transport.connected", JobState, Impact::None),
        ("video.failed", JobState, Impact::Minor),
        ("agent.environment.suspended", JobState, Impact::None),
        ("agent.session.action_required", JobState, Impact::Minor),
        ("safety.alert.created", Security, Impact::Major),
        ("safety.org_alert.created", Security, Impact::Major),
        ("safety.warning_issued", AccountWarning, Impact::Major),
        ("safety.deactivation_issued", AccountWarning, Impact::Critical),
        ("safety_identifier.blocked", Security, Impact::Minor),
        ("something.nobody.knows", Unknown, Impact::None),
    ] {
        let notice = openai(kind, &json!({"id": "resp_1"}));
        assert_eq!((notice.class, notice.impact), (class, impact), "{kind}");
        assert_eq!((notice.kind.as_str(), notice.key.as_str()), (kind, "evt_1"));
    }
    let blocked =
        json!({"safety_category": "bio", "safety_identifier": "user-1", "model": "gpt-5"});
    let blocked = openai("safety_identifier.blocked", &blocked);
    assert_eq!(blocked.title, "safety_identifier.blocked user-1 bio");
    assert_eq!((blocked.models, blocked.thread), (vec!["gpt-5".into()], Some("user-1".into())));
}

#[test]
fn anthropic_names_the_event_inside_its_data() {
    use NoticeClass::{AccountWarning, JobState, Quota, Security, Unknown};
    for (kind, class) in [
        ("session.budget_reached", Quota),
        ("session.status_terminated", JobState),
        ("session.thread_created", JobState),
        ("deployment_run.failed", JobState),
        ("vault_credential.refresh_failed", JobState),
        ("memory_store.updated", JobState),
        ("external_key.failed", Security),
        ("user_profile.enforcement_action_opened", AccountWarning),
        ("event", Unknown),
        ("invoice.doubled", Unknown),
    ] {
        let notice = anthropic(kind);
        assert_eq!((notice.class, notice.kind.as_str()), (class, kind));
        assert_eq!(notice.stated.unwrap().to_string(), "2026-11-25T11:59:00Z");
    }
}

fn incident(status: &str, update: &str) -> Value {
    json!({
        "meta": {"unsubscribe": "https://x", "generated_at": "2026-11-25T11:00:00Z"},
        "page": {"id": "p", "status_indicator": "major", "status_description": "Partial Outage"},
        "incident": {
            "id": "inc9", "name": "Elevated errors on claude-opus-4-5", "status": status,
            "impact": "major", "created_at": "2026-11-25T10:00:00.000Z",
            "updated_at": "2026-11-25T10:30:00.000Z", "shortlink": "https://stspg.io/x",
            "scheduled_for": null, "scheduled_until": null, "impact_override": null,
            "incident_updates": [
                {"id": "u0", "status": "investigating", "body": "We look into gpt-4o-2024-08-06",
                 "created_at": "2026-11-25T10:00:00.000Z"},
                {"id": update, "status": status, "body": "…",
                 "created_at": "2026-11-25T10:30:00.000Z"}
            ],
            "components": [{"id": "c1", "name": "API", "status": "partial_outage"}]
        }
    })
}

#[test]
fn a_status_pages_incident_is_one_thread_with_a_notice_for_each_update() {
    let first = one(Format::Statuspage, &incident("identified", "u1"));
    assert_eq!((first.class, first.impact), (NoticeClass::Incident, Impact::Major));
    assert_eq!(first.models, ["claude-opus-4-5", "gpt-4o-2024-08-06"]);
    assert_eq!(first.effective.unwrap().to_string(), "2026-11-25T10:00:00Z");
    assert_eq!(first.link.as_deref(), Some("https://stspg.io/x"));
    let again = one(Format::Statuspage, &incident("identified", "u1"));
    let later = one(Format::Statuspage, &incident("resolved", "u2"));
    assert_eq!(first.key, again.key);
    assert!(first.key != later.key && first.thread == later.thread);
    assert!(is_over(later.status.as_deref().unwrap()));
}

#[test]
fn a_component_is_a_thread_of_its_own_and_maintenance_is_told_by_its_time() {
    let body = json!({
        "meta": {}, "page": {"id": "p", "status_indicator": "minor"},
        "component": {"id": "c1", "name": "Chat Completions", "status": "partial_outage"},
        "component_update": {"id": "cu1", "component_id": "c1", "component_type": "Component",
            "old_status": "operational", "new_status": "partial_outage",
            "created_at": "2026-11-25T10:00:00Z"}
    });
    let notice = one(Format::Statuspage, &body);
    assert_eq!((notice.class, notice.impact), (NoticeClass::Incident, Impact::Major));
    assert_eq!(notice.thread.as_deref(), Some("component:c1"));
    assert_eq!(notice.title, "Chat Completions: operational → partial_outage");
    let mut planned = incident("scheduled", "u1");
    planned["incident"]["scheduled_for"] = json!("2026-12-01T00:00:00Z");
    let planned = one(Format::Statuspage, &planned);
    assert_eq!(planned.class, NoticeClass::Maintenance);
    assert_eq!(planned.effective.unwrap().to_string(), "2026-12-01T00:00:00Z");
}

#[test]
fn pages_that_look_alike_are_read_as_what_they_mean() {
    let mut better_stack = incident("identified", "u1");
    better_stack["event_type"] = json!("incident");
    better_stack["status_report_id"] = json!(4711);
    let better_stack = one(Format::Statuspage, &better_stack);
    assert_eq!(better_stack.thread.as_deref(), Some("4711"));
    let instatus = one(
        Format::Statuspage,
        &json!({"meta": {}, "page": {}, "incident": {"id": "i1", "name": "API down",
            "status": "INVESTIGATING", "impact": "MAJOROUTAGE",
            "created_at": "2026-11-25T10:00:00Z", "incident_updates": []}}),
    );
    assert_eq!(
        (instatus.status.as_deref(), instatus.impact),
        (Some("investigating"), Impact::Critical)
    );
    let work = one(
        Format::Statuspage,
        &json!({"maintenance": {"id": "m1", "name": "Move", "status": "INPROGRESS"}}),
    );
    assert_eq!(
        (work.class, work.status.as_deref()),
        (NoticeClass::Maintenance, Some("in_progress"))
    );
}

#[test]
fn a_hint_holds_if_the_page_says_the_same_or_has_it_as_over() {
    let summary = |body: Value| Summary::read(body.to_string().as_bytes()).unwrap();
    let open = summary(json!({
        "page": {"id": "p"},
        "components": [{"id": "c1", "name": "API", "status": "major_outage"}],
        "incidents": [incident("identified", "u1")["incident"]],
        "scheduled_maintenances": []
    }));
    let calm = summary(json!({"page": {"id": "p"}, "components": [], "incidents": []}));
    let identified = one(Format::Statuspage, &incident("identified", "u1"));
    let resolved = one(Format::Statuspage, &incident("resolved", "u2"));
    assert!(open.confirms(&identified).holds && !calm.confirms(&identified).holds);
    assert!(calm.confirms(&resolved).holds && !open.confirms(&resolved).holds);
    let asked = open.notices(&delivery(b""));
    assert_eq!((asked[0].proof, asked.len()), (NoticeProof::Asked, 1));
    assert_eq!(asked[0].key, identified.key);
}

fn aws(category: &str, code: &str) -> Notice {
    one(
        Format::AwsHealth,
        &json!({
            "version": "0", "id": "7bf7", "detail-type": "AWS Health Event", "source": "aws.health",
            "account": "1", "time": "2026-11-25T09:00:00Z", "region": "us-east-1", "resources": [],
            "detail": {
                "eventArn": "arn:aws:health:eu-west-1::event/BEDROCK/X/1", "service": "BEDROCK",
                "eventTypeCode": code, "eventTypeCategory": category,
                "eventScopeCode": "ACCOUNT_SPECIFIC", "communicationId": "c-1",
                "startTime": "Fri, 01 Jan 2027 00:00:00 GMT",
                "lastUpdatedTime": "Wed, 25 Nov 2026 09:00:00 GMT",
                "statusCode": "upcoming", "eventRegion": "eu-west-1",
                "eventDescription": [{"language": "en_US", "latestDescription":
                    "anthropic.claude-3-opus-20240229-v1:0 reaches its end of life"}],
                "affectedEntities": [{"entityValue": "anthropic.claude-3-opus-20240229-v1:0"},
                    {"entityValue": "arn:aws:iam::1:role/x"}],
                "page": "1", "totalPages": "1"
            }
        }),
    )
}

#[test]
fn aws_health_says_what_goes_where_and_when() {
    let notice = aws("scheduledChange", "AWS_BEDROCK_PLANNED_LIFECYCLE_EVENT");
    assert_eq!(notice.class, NoticeClass::Deprecation);
    assert_eq!(notice.regions, ["eu-west-1"]);
    assert_eq!(notice.models, ["anthropic.claude-3-opus-20240229-v1:0"]);
    assert_eq!(notice.effective.unwrap().to_string(), "2027-01-01T00:00:00Z");
    assert_eq!(aws("issue", "AWS_BEDROCK_OPERATIONAL_ISSUE").class, NoticeClass::Incident);
    assert_eq!(aws("accountNotification", "AWS_BILLING_X").class, NoticeClass::BillingAnomaly);
    assert_eq!(aws("scheduledChange", "AWS_EC2_MAINTENANCE").class, NoticeClass::Maintenance);
    assert_eq!(aws("brandNew", "AWS_X").class, NoticeClass::Unknown);
}

#[test]
fn azure_service_health_reads_services_that_are_json_within_a_text() {
    let services =
        r#"[{"ServiceName":"Azure OpenAI","ImpactedRegions":[{"RegionName":"West Europe"}]}]"#;
    let alert = |kind: &str, source: &str| {
        json!({"schemaId": "Microsoft.Insights/activityLogs", "data": {"status": "Activated",
            "context": {"eventSource": source, "activityLog": {"status": "Active", "level": "Error",
            "eventTimestamp": "2026-11-25T10:00:00Z", "subscriptionId": "s", "properties": {
            "title": "Retirement of gpt-4-0613", "impactStartTime": "2027-02-01T00:00:00Z",
            "communication": "…", "impactedServices": services, "trackingId": "T-1",
            "incidentType": kind}}}}})
    };
    let notice = one(Format::AzureHealth, &alert("ActionRequired", "ServiceHealth"));
    assert_eq!((notice.class, notice.impact), (NoticeClass::Retirement, Impact::Major));
    assert_eq!(
        (&notice.models[..], &notice.regions[..]),
        (&["gpt-4-0613".to_owned()][..], &["West Europe".to_owned()][..])
    );
    assert_eq!(
        one(Format::AzureHealth, &alert("Incident", "ServiceHealth")).class,
        NoticeClass::Incident
    );
    let other = one(Format::AzureHealth, &alert("Incident", "Administrative"));
    assert_eq!((other.class, other.kind.as_str()), (NoticeClass::Unknown, "unreadable"));
}

#[test]
fn models_with_a_date_are_a_notice_each_and_a_bad_date_spoils_no_other() {
    let list = json!({"object": "list", "data": [
        {"id": "gpt-4-0613", "object": "model", "shutdown_date": "2027-01-24"},
        {"id": "gpt-5", "object": "model", "shutdown_date": null},
        {"id": "gpt-3.5-turbo-0125", "shutdown_date": "2026-11-01"},
        {"id": "gpt-4-32k", "shutdown_date": "someday"}
    ]});
    let bytes = list.to_string().into_bytes();
    let told: Vec<_> = read(Format::ModelsList, &delivery(&bytes))
        .into_iter()
        .map(|one| (one.class, one.key, one.effective.map(|at| at.to_string())))
        .collect();
    let day = |day: &str| Some(format!("{day}T00:00:00Z"));
    use NoticeClass::{Deprecation, Retirement, Unknown};
    assert_eq!(
        told,
        [
            (Deprecation, "models_list gpt-4-0613 2027-01-24".into(), day("2027-01-24")),
            (Retirement, "models_list gpt-3.5-turbo-0125 2026-11-01".into(), day("2026-11-01")),
            (Unknown, "models_list gpt-4-32k someday".into(), None),
        ]
    );
}

#[test]
fn a_generic_notice_needs_no_more_than_a_title() {
    let notice = one(
        Format::Generic,
        &json!({"title": "Spend doubled\u{1b}[2J", "id": "n1",
        "class": "billing_anomaly", "link": "javascript:alert(1)"}),
    );
    assert_eq!(
        (notice.class, notice.title.as_str()),
        (NoticeClass::BillingAnomaly, "Spend doubled [2J")
    );
    assert_eq!((notice.key.as_str(), notice.link), ("n1", None));
    let goes =
        json!({"title": "x", "class": "deprecation", "models": ["m-1"], "effective": "2027-01-01"});
    assert_eq!(one(Format::Generic, &goes).thread.as_deref(), Some("m-1"));
    for wrong in [json!({"title": " "}), json!([]), json!({"title": "x", "effective": "soon"})] {
        let kept = one(Format::Generic, &wrong);
        assert_eq!((kept.class, kept.kind.as_str()), (NoticeClass::Unknown, "unreadable"));
        assert_eq!(kept.key, kept.raw.to_string());
    }
}

#[test]
fn a_file_of_deprecations_says_the_same_in_each_format() {
    let toml = "[[deprecation]]\nprovider = \"OpenAI\"\nmodel = \"gpt-4-0613\"\n\
                date = \"2027-01-24\"\nreplacement = \"gpt-5\"\nlink = \"https://x.example/d\"\n";
    let csv = "provider,model,date,replacement,link\n\
               OpenAI, gpt-4-0613,2027-01-24,gpt-5,https://x.example/d\n";
    let json = r#"[{"provider": "OpenAI", "model": "gpt-4-0613", "date": "2027-01-24",
        "replacement": "gpt-5", "link": "https://x.example/d"}]"#;
    let now = delivery(b"").at;
    let read = |format, text: &str| {
        let mut notices = deprecations::read(format, text.as_bytes(), now).unwrap();
        let notice = notices.remove(0);
        Notice { raw: model::ContentHash::of(b""), ..notice }
    };
    let told = read(FileFormat::Toml, toml);
    assert_eq!(told, read(FileFormat::Csv, csv));
    assert_eq!(told, read(FileFormat::Json, json));
    assert_eq!((told.provider.as_str(), told.class), ("openai", NoticeClass::Deprecation));
    assert_eq!(told.replacement.as_deref(), Some("gpt-5"));
    assert_eq!(told.title, "gpt-4-0613 of openai goes on 2027-01-24");
}

#[test]
fn a_wrong_row_is_named_with_how_to_mend_it() {
    let now = delivery(b"").at;
    let told = |text: &str| {
        deprecations::read(FileFormat::Csv, text.as_bytes(), now).unwrap_err().to_string()
    };
    let csv =
        "provider,model,date,replacement,link\nopenai,a-1,2027-01-01,,\nopenai,b-1,January,,\n";
    assert_eq!(told(csv), "`date` of row 2 is no date: write 2027-01-31");
    assert!(told("provider,model\nopenai,a\n").contains("missing field `date`"));
    assert_eq!(FileFormat::of("eol.yaml"), None);
}

proptest! {
    #[test]
    fn no_bytes_are_lost_and_the_same_bytes_are_the_same_notice(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        at in 0usize..2000,
        with in any::<u8>(),
    ) {
        let mut altered = incident("identified", "u1").to_string().into_bytes();
        let place = at % altered.len();
        altered[place] = with;
        for body in [&bytes[..], &altered] {
            for format in ALL {
                let notices = read(format, &delivery(body));
                prop_assert_eq!(&notices, &read(format, &delivery(body)));
                prop_assert!(format == Format::ModelsList || notices.len() == 1);
                let fits = |one: &Notice| !one.key.is_empty() && one.title.len() <= 1024;
                prop_assert!(notices.iter().all(fits));
            }
            let _ = Summary::read(body);
            for format in [FileFormat::Toml, FileFormat::Csv, FileFormat::Json] {
                let _ = deprecations::read(format, body, delivery(b"").at);
            }
        }
    }
}
