//! Who is let in, as the facts tell it; and who read payload.

use jiff::Timestamp;
use model::principal::TokenError;
use model::{
    ContentHash, Entry, Fact, Fault, Faulty, Principal, PrincipalId, PrincipalKind, TenantName,
    Token, TraceId,
};

use super::{Denied, Entrance, KeyError, KeyWanted, Principals, Right, Shown, Unkeyed, Who};
use crate::incidents::Act;
use crate::open::{Mayday, Settings};

const RIGHTS: [Right; 5] =
    [Right::Send, Right::Label, Right::Look, Right::Figures, Right::Administer];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_315_620 + second).unwrap()
}

fn token(n: u8) -> Token {
    Token::from_random([n; 32])
}

fn principal(n: u8, kind: PrincipalKind) -> Principal {
    let id: PrincipalId = format!("prn_{n}").parse().unwrap();
    let tenant = "acme".parse().unwrap();
    Principal { id, name: format!("{kind} {n}").parse().unwrap(), kind, tenant, role: None }
}

fn entry(second: i64, fact: Fact) -> Entry {
    let hash = ContentHash::of(b"");
    Entry {
        seq: 1,
        stream: "prn_1".to_owned(),
        version: 1,
        at: at(second),
        actor: "ana".to_owned(),
        fact,
        prev: hash,
        hash,
    }
}

fn issued(n: u8, kind: PrincipalKind) -> Entry {
    let fact =
        Fact::TokenIssued { principal: principal(n, kind), hash: token(n).hash(), expires: None };
    entry(0, fact)
}

fn revoked(second: i64, n: u8) -> Entry {
    entry(second, Fact::TokenRevoked { principal: format!("prn_{n}").parse().unwrap() })
}

fn fold(entries: &[Entry]) -> Principals {
    let mut principals = Principals::default();
    entries.iter().for_each(|entry| principals.apply(entry));
    principals
}

fn unkeyed(right: Right) -> Entrance {
    Entrance { right, unkeyed: Unkeyed::Operator }
}

fn strict(right: Right) -> Entrance {
    Entrance { right, unkeyed: Unkeyed::Nobody }
}

fn show(n: u8) -> Shown {
    Ok(Some(token(n)))
}

#[test]
fn without_any_key_the_operator_is_let_in_where_that_is_allowed_and_nobody_elsewhere() {
    for right in RIGHTS {
        assert_eq!(fold(&[]).admit(unkeyed(right), Ok(None), at(1)), Ok(Who::Local));
        let denied = fold(&[]).admit(strict(right), Ok(None), at(1)).unwrap_err();
        assert_eq!(denied.fault(), Fault::Unauthenticated);
        assert_eq!(denied == Denied::NoIngestKey, right == Right::Send);
    }
}

#[test]
fn the_first_key_of_a_sort_locks_its_own_entrances_and_no_others() {
    let open = |principals: &Principals| {
        RIGHTS.map(|right| principals.admit(unkeyed(right), Ok(None), at(1)).is_ok())
    };
    assert_eq!(open(&fold(&[issued(1, PrincipalKind::Ingest)])), [false, true, true, true, true]);
    for kind in [PrincipalKind::Person, PrincipalKind::Agent] {
        assert_eq!(open(&fold(&[issued(1, kind)])), [true, false, false, true, false]);
    }
}

#[test]
fn a_kind_may_do_what_is_its_own() {
    let kinds = [PrincipalKind::Ingest, PrincipalKind::Agent, PrincipalKind::Person];
    let may = kinds.map(|kind| {
        let principals = fold(&[issued(1, kind)]);
        RIGHTS.map(|right| match principals.admit(strict(right), show(1), at(1)) {
            Ok(who) => who == Who::Principal(principal(1, kind)),
            Err(denied) => {
                assert_eq!(denied.fault(), Fault::Denied);
                false
            }
        })
    });
    assert_eq!(may[0], [true, true, false, false, false]);
    assert_eq!(may[1], [false, true, true, true, false]);
    assert_eq!(may[2], [false, true, true, true, true]);
}

#[test]
fn each_way_to_be_unknown_says_how_to_mend_it() {
    let mut principals = fold(&[issued(1, PrincipalKind::Person), revoked(5, 1)]);
    let expires = Some(at(60));
    let short = Fact::TokenIssued {
        principal: principal(2, PrincipalKind::Person),
        hash: token(2).hash(),
        expires,
    };
    principals.apply(&entry(0, short));
    let said = |shown: Shown, second: i64| {
        let admitted = principals.admit(unkeyed(Right::Look), shown, at(second));
        admitted.map_err(|denied| (denied.fault(), denied.to_string()))
    };
    let why = |shown, second| {
        let (fault, why) = said(shown, second).unwrap_err();
        assert_eq!(fault, Fault::Unauthenticated);
        why
    };
    assert!(why(Ok(None), 1).contains("mayday key create --kind person"));
    assert!(why(Err(TokenError::Mistyped), 1).contains("mistyped"));
    assert!(why(show(9), 1).contains("was not issued here"));
    assert!(why(show(1), 6).starts_with("the key of person 1 (prn_1) was revoked at 2026-"));
    assert!(said(show(2), 59).is_ok());
    assert!(why(show(2), 60).starts_with("the key of person 2 (prn_2) expired at 2026-"));
}

#[test]
fn a_door_that_was_locked_stays_locked_when_its_last_key_is_revoked() {
    let principals = fold(&[issued(1, PrincipalKind::Ingest), revoked(1, 1)]);
    assert_eq!(principals.admit(unkeyed(Right::Send), Ok(None), at(2)), Err(Denied::NoIngestKey));
}

#[test]
fn a_later_token_of_a_principal_takes_the_place_of_the_earlier() {
    let again = Fact::TokenIssued {
        principal: principal(1, PrincipalKind::Person),
        hash: token(2).hash(),
        expires: None,
    };
    let principals = fold(&[issued(1, PrincipalKind::Person), entry(1, again)]);
    assert_eq!(principals.admit(strict(Right::Look), show(1), at(2)), Err(Denied::Unknown));
    assert!(principals.admit(strict(Right::Look), show(2), at(2)).is_ok());
}

fn mayday() -> Mayday {
    Mayday::in_memory(Settings::default(), at(0)).unwrap()
}

fn act(second: i64) -> Act<'static> {
    Act { by: "ana", who: &Who::Local, at: at(second), random: second.unsigned_abs() }
}

fn wanted(expires: Option<Timestamp>) -> KeyWanted {
    KeyWanted {
        name: "ci".parse().unwrap(),
        kind: PrincipalKind::Agent,
        tenant: "acme".parse().unwrap(),
        role: None,
        expires,
    }
}

#[test]
fn a_key_that_is_revoked_twice_was_revoked_the_first_time() {
    let mayday = mayday();
    let key = mayday.issue_key(wanted(None), &token(1), act(1)).unwrap();
    assert_eq!(key.principal.id, PrincipalId::from_random(1));
    let id = key.principal.id;
    for second in [2, 3] {
        assert_eq!(mayday.revoke_key(&id, act(second)).unwrap().revoked_at, Some(at(2)));
    }
    assert_eq!(mayday.house.ledger.stream(id.as_str()).unwrap().len(), 2);
    let ghost = "prn_ghost".parse().unwrap();
    assert!(matches!(mayday.revoke_key(&ghost, act(4)), Err(KeyError::NoSuchKey(_))));
}

#[test]
fn a_key_that_would_expire_at_once_is_not_issued() {
    let refused = mayday().issue_key(wanted(Some(at(1))), &token(1), act(1));
    assert!(matches!(refused, Err(KeyError::ExpiresAtOnce(_))));
}

#[test]
fn two_keys_never_share_an_id() {
    let mayday = mayday();
    mayday.issue_key(wanted(None), &token(1), act(1)).unwrap();
    let error = mayday.issue_key(wanted(None), &token(2), act(1)).unwrap_err();
    assert_eq!(error.fault(), Fault::Conflict);
    assert!(mayday.admit(strict(Right::Look), show(1), at(2)).is_ok());
}

fn trace(n: u8) -> TraceId {
    TraceId::from_bytes(&[n; 16]).unwrap()
}

/// The facts about reads in a ledger: who stated them, and what.
fn stated(mayday: &Mayday) -> Vec<(String, Fact)> {
    let entries = mayday.house.ledger.read(1, 100).unwrap();
    let reads = entries.into_iter().filter(|e| matches!(e.fact, Fact::PayloadRead { .. }));
    reads.map(|entry| (entry.actor, entry.fact)).collect()
}

#[test]
fn reads_become_one_fact_for_each_reader_and_tenant() {
    let mayday = mayday();
    let key = mayday.issue_key(wanted(None), &token(1), act(1)).unwrap();
    let who = Who::Principal(key.principal.clone());
    let acme: TenantName = "acme".parse().unwrap();
    for (second, n) in [(10, 2), (11, 1), (12, 2)] {
        mayday.house.reads.note(&who, &acme, trace(n), at(second));
    }
    for tenant in [&acme, &TenantName::standard()] {
        mayday.house.reads.note(&Who::Local, tenant, trace(3), at(13));
    }
    assert_eq!(stated(&mayday), []);
    mayday.state_reads(at(20)).unwrap();
    mayday.state_reads(at(21)).unwrap();

    let local = |tenant: &TenantName| Fact::PayloadRead {
        reader: None,
        tenant: tenant.clone(),
        since: at(13),
        until: at(13),
        reads: 1,
        traces: vec![trace(3)],
        unlisted: 0,
    };
    let by_key = Fact::PayloadRead {
        reader: Some(key.principal.id.clone()),
        tenant: acme.clone(),
        since: at(10),
        until: at(12),
        reads: 3,
        traces: vec![trace(1), trace(2)],
        unlisted: 0,
    };
    let expected = [
        ("local".to_owned(), local(&acme)),
        ("local".to_owned(), local(&TenantName::standard())),
        (key.principal.to_string(), by_key),
    ];
    assert_eq!(stated(&mayday), expected);
    let key = &mayday.keys()[0];
    assert_eq!((key.reads, key.last_read), (3, Some(at(12))));
}

#[test]
fn a_reader_of_very_many_traces_is_told_with_a_count_of_those_not_named() {
    let mayday = mayday();
    for n in 1..=250_u128 {
        let trace = TraceId::from_bytes(&n.to_be_bytes()).unwrap();
        mayday.house.reads.note(&Who::Local, &TenantName::standard(), trace, at(1));
    }
    mayday.state_reads(at(2)).unwrap();
    let facts = stated(&mayday);
    let [(_, Fact::PayloadRead { reads: 250, traces, unlisted: 150, .. })] = &facts[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(traces.len(), 100);
}

fn open(directory: &std::path::Path) -> Mayday {
    let keys = std::sync::Arc::new(flight::Keyring::in_memory(|bytes| bytes.fill(7)).unwrap());
    Mayday::open(directory, &keys, Settings::default(), at(0)).unwrap()
}

#[test]
fn an_orderly_end_states_what_was_read() {
    let directory = tempfile::tempdir().unwrap();
    let mayday = open(directory.path());
    mayday.house.reads.note(&Who::Local, &TenantName::standard(), trace(1), at(7));
    drop(mayday);
    let ledger = ledger::Ledger::open(directory.path()).unwrap();
    let entries = ledger.stream("local").unwrap();
    assert!(matches!(entries[0].fact, Fact::PayloadRead { reads: 1, .. }));
    assert_eq!((entries.len(), entries[0].at), (1, at(7)));
}

#[test]
fn a_tenants_incidents_are_its_own() {
    let mayday = mayday();
    let acme = mayday.of(&"acme".parse().unwrap(), at(0)).unwrap();
    let incident = acme.declare(&crate::Declaration::default(), act(1)).unwrap();
    assert_eq!((acme.list_incidents().len(), mayday.list_incidents().len()), (1, 0));
    assert!(acme.incident(&incident.id).is_ok());
    assert_eq!(mayday.incident(&incident.id).unwrap_err().fault(), Fault::NotFound);
}
