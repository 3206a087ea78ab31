//! Sessions begin with a person's token, and end.

use jiff::{SignedDuration, Timestamp};
use model::{PrincipalKind, Token};

use super::{MOST_OF_ONE, NotSignedIn, Pass};
use crate::access::first::FirstError;
use crate::access::{Caller, Key, KeyWanted, Right, Who};
use crate::incidents::Act;
use crate::open::{Mayday, Settings};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_315_620 + second).unwrap()
}

fn mayday() -> Mayday {
    Mayday::in_memory(Settings::default(), at(0)).unwrap()
}

fn here() -> Caller {
    Caller::at("127.0.0.1".parse().unwrap())
}

fn token(n: u8) -> Token {
    Token::from_random([n; 32])
}

fn pass(n: u8) -> Pass {
    Pass::from_random([n; 32])
}

fn act(random: u64) -> Act<'static> {
    Act { by: "ana", who: &Who::Local, at: at(0), random }
}

fn issue(mayday: &Mayday, n: u8, kind: PrincipalKind, expires: Option<Timestamp>) -> Key {
    let (name, tenant) = (format!("{kind} {n}").parse().unwrap(), "acme".parse().unwrap());
    let wanted = KeyWanted { name, kind, tenant, role: None, expires };
    mayday.issue_key(wanted, &token(n), act(u64::from(n))).unwrap()
}

fn sign_in(mayday: &Mayday, n: u8, second: i64) -> Result<(), NotSignedIn> {
    mayday.sign_in(Ok(Some(token(n))), here(), &pass(n), at(second)).map(drop)
}

#[test]
fn a_person_signs_in_once_and_is_known_by_the_pass_until_they_sign_out() {
    let mayday = mayday();
    let key = issue(&mayday, 1, PrincipalKind::Person, None);
    assert_eq!(mayday.session(&pass(1), at(1)), None);
    sign_in(&mayday, 1, 1).unwrap();
    let session = mayday.session(&pass(1), at(100)).unwrap();
    assert_eq!(session.who, Who::Principal(key.principal));
    assert_eq!((session.since, session.ends), (at(1), at(1 + 168 * 3600)));
    assert_eq!(mayday.session(&pass(2), at(100)), None);
    mayday.sign_out(&pass(1));
    assert_eq!(mayday.session(&pass(1), at(101)), None);
}

#[test]
fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    let mayday = mayday();
    issue(&mayday, 1, PrincipalKind::Person, Some(at(5)));
    issue(&mayday, 2, PrincipalKind::Agent, None);
    issue(&mayday, 3, PrincipalKind::Ingest, None);
    let revoked = issue(&mayday, 4, PrincipalKind::Person, None);
    mayday.revoke_key(&revoked.principal.id, act(9)).unwrap();
    for n in 1..=5 {
        assert_eq!(sign_in(&mayday, n, 6), Err(NotSignedIn::Refused), "{n}");
    }
    let nothing = mayday.sign_in(Ok(None), here(), &pass(1), at(6));
    assert_eq!(nothing, Err(NotSignedIn::Refused));
}

#[test]
fn a_session_ends_when_nothing_is_asked_in_it_and_after_a_week_in_any_case() {
    let mayday = mayday();
    issue(&mayday, 1, PrincipalKind::Person, None);
    let hours = |hours: i64| hours * 3_600;
    sign_in(&mayday, 1, 0).unwrap();
    assert_eq!(mayday.session(&pass(1), at(hours(72))), None);
    sign_in(&mayday, 1, 0).unwrap();
    for hour in [71, 142] {
        assert!(mayday.session(&pass(1), at(hours(hour))).is_some());
    }
    assert!(mayday.session(&pass(1), at(hours(168) - 1)).is_some());
    assert_eq!(mayday.session(&pass(1), at(hours(168))), None);
}

#[test]
fn a_session_ends_with_its_key() {
    let mayday = mayday();
    let key = issue(&mayday, 1, PrincipalKind::Person, None);
    issue(&mayday, 2, PrincipalKind::Person, Some(at(60)));
    sign_in(&mayday, 1, 1).unwrap();
    sign_in(&mayday, 2, 1).unwrap();
    mayday.revoke_key(&key.principal.id, act(9)).unwrap();
    assert_eq!(mayday.session(&pass(1), at(2)), None);
    assert!(mayday.session(&pass(2), at(59)).is_some());
    assert_eq!(mayday.session(&pass(2), at(60)), None);
}

#[test]
fn one_key_holds_so_many_sessions_and_the_longest_unused_makes_room() {
    let mayday = mayday();
    issue(&mayday, 1, PrincipalKind::Person, None);
    let shown = || Ok(Some(token(1)));
    let most = u8::try_from(MOST_OF_ONE).unwrap();
    for n in 0..most {
        mayday.sign_in(shown(), here(), &pass(n), at(i64::from(n))).unwrap();
    }
    assert!(mayday.session(&pass(0), at(100)).is_some());
    mayday.sign_in(shown(), here(), &pass(most), at(101)).unwrap();
    let held = (0..=most).filter(|n| mayday.session(&pass(*n), at(102)).is_some());
    assert_eq!(held.count(), MOST_OF_ONE);
    assert!(
        mayday.session(&pass(0), at(103)).is_some() && mayday.session(&pass(1), at(103)).is_none()
    );
}

#[test]
fn who_guesses_waits_and_then_even_the_right_token_waits() {
    let mayday = mayday();
    issue(&mayday, 1, PrincipalKind::Person, None);
    for _ in 0..10 {
        assert_eq!(sign_in(&mayday, 9, 1), Err(NotSignedIn::Refused));
    }
    let wait = NotSignedIn::TooOften(SignedDuration::from_secs(6));
    assert_eq!(sign_in(&mayday, 9, 1), Err(wait.clone()));
    assert_eq!(sign_in(&mayday, 1, 1), Err(wait));
    assert_eq!(sign_in(&mayday, 1, 7), Ok(()));
}

#[test]
fn the_mark_of_a_form_tells_nothing_of_the_pass_and_fits_only_that() {
    let mark = pass(7).form_mark();
    assert!(mark.is(mark.as_str()) && !mark.is("") && !mark.is(&pass(7).reveal()));
    assert!(!pass(8).form_mark().is(mark.as_str()));
    assert_eq!(Pass::read(&pass(7).reveal()), Some(pass(7)));
    for text in ["", "07", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32)] {
        assert_eq!(Pass::read(text), None, "{text}");
    }
    assert_eq!(format!("{:?}", pass(7)), "…");
}

#[test]
fn the_first_link_makes_one_admin_and_no_second() {
    let mayday = mayday();
    let code = mayday.offer_first_key([1; 32], at(0)).unwrap();
    let name = || "Ana".parse().unwrap();
    let wrong = mayday.take_first_key("0", name(), &token(1), (at(1), 1));
    assert!(matches!(wrong, Err(FirstError::NoSuchCode)));
    mayday.is_first_code(&code, at(1)).unwrap();
    let key = mayday.take_first_key(&code, name(), &token(1), (at(1), 1)).unwrap();
    let who = Who::Principal(key.principal.clone());
    assert!(who.may(Right::Administer).is_ok() && key.issued_by == "the first link");
    let again = mayday.take_first_key(&code, name(), &token(2), (at(2), 2));
    assert!(matches!(again, Err(FirstError::NoSuchCode)));
    assert!(mayday.is_first_code(&code, at(2)).is_err());
    assert_eq!(mayday.offer_first_key([2; 32], at(3)), None);
}

#[test]
fn the_first_link_lasts_an_hour_and_no_longer_than_there_is_no_key() {
    let mayday = mayday();
    let old = mayday.offer_first_key([1; 32], at(0)).unwrap();
    assert!(mayday.is_first_code(&old, at(3_599)).is_ok());
    assert!(mayday.is_first_code(&old, at(3_600)).is_err());
    let code = mayday.offer_first_key([2; 32], at(0)).unwrap();
    assert!(mayday.is_first_code(&old, at(1)).is_err());
    issue(&mayday, 3, PrincipalKind::Ingest, None);
    assert!(mayday.is_first_code(&code, at(1)).is_ok());
    issue(&mayday, 4, PrincipalKind::Person, None);
    assert!(mayday.is_first_code(&code, at(1)).is_err());
    let late = mayday.take_first_key(&code, "Eve".parse().unwrap(), &token(5), (at(1), 5));
    assert!(matches!(late, Err(FirstError::NoSuchCode)));
}
