//! Which channels can be set up, and which could end in nobody's hands.

use super::*;

/// A signing secret of these tests.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The last part of an address of these tests.
pub(crate) const PATH: &str = "0123456789abcdef01234567";

/// OpenAI's webhooks.
pub(crate) fn hooks() -> Channel {
    Channel {
        name: "openai-hooks".to_owned(),
        tenant: TenantName::standard(),
        provider: "openai".to_owned(),
        kind: ChannelKind::ApiWebhook,
        format: Some(Format::Openai),
        secret: Some(ChannelSecret::new(SECRET)),
        owner: Owner { team: "ai".to_owned(), person: Some("ana".to_owned()) },
        route: vec![Stop::Target("on-call".to_owned())],
        expected_max_silence: None,
        poll: None,
        test_every: None,
        waived: None,
    }
}

/// OpenAI's status page.
pub(crate) fn statuspage() -> Channel {
    Channel {
        name: "openai-status".to_owned(),
        kind: ChannelKind::Statuspage,
        format: Some(Format::Statuspage),
        secret: Some(ChannelSecret::new(PATH)),
        poll: Some(Poll {
            url: "https://status.openai.example/api/v2/summary.json".to_owned(),
            key: None,
            every: SignedDuration::from_mins(5),
        }),
        ..hooks()
    }
}

fn told(channel: &Channel) -> String {
    channel.check().unwrap_err().to_string()
}

#[test]
fn a_mailing_list_or_nothing_is_never_what_a_notice_ends_in() {
    let mail = |text: &str| Stop::from(text.to_owned());
    let list = Channel { route: vec![mail("mail:ai-models@example.com")], ..hooks() };
    assert_eq!(
        told(&list),
        "the route of the channel `openai-hooks` ends in mail to ai-models@example.com: a list can \
         be one that everybody has left; let it end in a target that somebody has to answer"
    );
    let bare = Channel { route: vec![mail("on-call"), mail("ai@example.com")], ..hooks() };
    assert!(told(&bare).contains("ends in mail to ai@example.com"));
    assert!(told(&Channel { route: Vec::new(), ..hooks() }).contains("has no route"));
    let both = vec![mail("mail:ai@example.com"), mail("on-call")];
    assert_eq!(Channel { route: both, ..hooks() }.check(), Ok(()));
}

#[test]
fn a_channel_that_could_not_work_is_refused_with_what_to_write() {
    let hooks = hooks();
    for (channel, says) in [
        (Channel { name: "Open AI".to_owned(), ..hooks.clone() }, "`name` has to be"),
        (Channel { provider: String::new(), ..hooks.clone() }, "`provider` has to be"),
        (Channel { owner: Owner::default(), ..hooks.clone() }, "it has no owner"),
        (Channel { secret: None, ..hooks.clone() }, "it has no `secret`"),
        (Channel { secret: Some(ChannelSecret::new(PATH)), ..hooks.clone() }, "whsec_"),
        (Channel { secret: Some(ChannelSecret::new("whsec_?")), ..hooks.clone() }, "is none"),
        (Channel { secret: Some(ChannelSecret::new("short")), ..statuspage() }, "at least 24"),
        (
            Channel { test_every: Some(SignedDuration::from_secs(1)), ..hooks.clone() },
            "10s to a year",
        ),
        (Channel { poll: statuspage().poll, ..hooks.clone() }, "`poll_url` is asked by"),
        (Channel { format: Some(Format::ModelsList), ..hooks.clone() }, "write `poll_url`"),
    ] {
        let told = told(&channel);
        assert!(told.contains(says), "{told}");
    }
    let twice = check_all(&[hooks.clone(), hooks.clone()]).unwrap_err();
    assert!(twice.to_string().contains("two channels are called `openai-hooks`"));
    assert_eq!(check_all(&[hooks, statuspage()]), Ok(()));
}

#[test]
fn a_route_names_targets_of_its_tenant_that_there_are() {
    let target = |name: &str, tenant: &str| Target {
        name: name.to_owned(),
        tenant: tenant.parse().unwrap(),
        way: comms::Way::Slack(comms::Endpoint::new("https://hooks.example.com/x").unwrap()),
        topics: Vec::new(),
        min_severity: None,
        features: Vec::new(),
        pages: false,
    };
    let told = |targets: &[Target]| check_routes(&[hooks()], targets).map_err(|it| it.to_string());
    assert_eq!(told(&[target("on-call", "default")]), Ok(()));
    let refused = "the route of the channel `openai-hooks` names `on-call`, and no [[out.target]] \
                   of its tenant is called so: name one that is";
    for targets in [vec![], vec![target("oncall", "default")], vec![target("on-call", "acme")]] {
        assert_eq!(told(&targets), Err(refused.to_owned()));
    }
    let waived = Channel { waived: Some("prepaid".to_owned()), ..hooks() };
    assert_eq!(check_routes(&[waived], &[]), Ok(()));
}

#[test]
fn a_page_that_is_only_asked_needs_no_secret_and_secrets_are_shown_nowhere() {
    assert_eq!(Channel { secret: None, ..statuspage() }.check(), Ok(()));
    let shown = format!("{:?}", hooks());
    assert!(!shown.contains("MfKQ9r8G") && shown.contains("ChannelSecret(…)"));
}
