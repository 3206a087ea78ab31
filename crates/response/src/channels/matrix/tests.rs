//! Where the matrix is red.

use jiff::SignedDuration;
use model::notice::ChannelKind;
use model::{PrincipalKind, PrincipalRole, TenantName, Token};

use super::{Cell, ChannelState, Matrix};
use crate::access::KeyWanted;
use crate::channels::Channel;
use crate::channels::tests::{hooks, statuspage};
use crate::notices::tests::{act, at, mayday, run};

fn cell(matrix: &Matrix, provider: &str, kind: ChannelKind) -> Cell {
    let row = matrix.providers.iter().find(|row| row.provider == provider).unwrap();
    row.cells.iter().find(|cell| cell.kind == kind).unwrap().clone()
}

#[tokio::test]
async fn a_provider_in_use_without_a_channel_of_a_kind_is_a_gap_and_an_unused_one_is_not() {
    let waived = Channel {
        name: "no-billing".to_owned(),
        kind: ChannelKind::Billing,
        waived: Some("prepaid".to_owned()),
        ..hooks()
    };
    let google = Channel { name: "g".to_owned(), provider: "google".to_owned(), ..hooks() };
    let mayday = mayday(vec![hooks(), waived, google]);
    run(&mayday, 1, "support", ("gpt-4-0613", Some("gpt-4-0613")), at(0, -60)).await;
    run(&mayday, 2, "support", ("claude-opus-4-5", None), at(0, -60)).await;
    let matrix = mayday.channel_matrix(at(0, 0));
    let state = |provider, kind| cell(&matrix, provider, kind).state;
    assert_eq!(state("openai", ChannelKind::Statuspage), ChannelState::Red);
    assert!(cell(&matrix, "openai", ChannelKind::Statuspage).gap.is_some());
    assert_eq!(state("openai", ChannelKind::Billing), ChannelState::Waived);
    assert_eq!(state("openai", ChannelKind::ApiWebhook), ChannelState::Unknown);
    assert_eq!(state("anthropic", ChannelKind::Statuspage), ChannelState::Red);
    assert_eq!(state("google", ChannelKind::Statuspage), ChannelState::Unused);
}

#[test]
fn a_quiet_channel_turns_red_and_an_answer_of_the_provider_breaks_the_silence() {
    let quiet =
        Channel { expected_max_silence: Some(SignedDuration::from_hours(24)), ..statuspage() };
    let mayday = mayday(vec![quiet]);
    let view = |day| mayday.channel_views(at(day, 0)).remove(0);
    assert_eq!(view(0).state, ChannelState::Red);
    assert!(view(0).problems[0].starts_with("nothing was ever heard by it"));
    mayday.answered("openai-status", Ok(b"{}"), at(0, 0), 1).unwrap();
    assert_eq!(view(1).state, ChannelState::Heard);
    assert_eq!(view(3).problems, ["silent for 3 days, and 24 h is the most expected"]);
    // What is made here proves nothing of the provider.
    mayday.test_channel("openai-status", act(at(3, 0))).unwrap();
    assert_eq!(view(3).state, ChannelState::Red);
}

#[test]
fn an_owner_who_left_turns_the_channel_red() {
    let mayday = mayday(vec![hooks()]);
    let problems = || mayday.channel_views(at(0, 9)).remove(0).problems;
    assert_eq!(problems(), [] as [String; 0]);
    let key = |name: &str, n: u8| {
        let (name, kind) = (name.parse().unwrap(), PrincipalKind::Person);
        let (tenant, role) = (TenantName::standard(), Some(PrincipalRole::Responder));
        let wanted = KeyWanted { name, kind, role, tenant, expires: None };
        let act = crate::Act { random: u64::from(n), ..act(at(0, 0)) };
        mayday.issue_key(wanted, &Token::from_random([n; 32]), act).unwrap()
    };
    key("ben", 1);
    assert_eq!(problems(), ["its owner ana holds no key here"]);
    let ana = key("ana", 2);
    assert_eq!(problems(), [] as [String; 0]);
    mayday.revoke_key(&ana.principal.id, act(at(0, 5))).unwrap();
    assert_eq!(problems(), ["its owner ana is gone: the key does not work any more"]);
}
