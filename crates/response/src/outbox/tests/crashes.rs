//! What a crash between a fact and its effect loses: nothing.

use std::sync::Arc;

use flight::{Keyring, MasterKey};
use jiff::Timestamp;
use model::{Fact, Stage};

use super::night::{Night, StandIn, settings, webhook};
use crate::Mayday;

#[tokio::test]
async fn what_is_to_be_told_is_stated_in_the_same_append_as_what_causes_it() {
    let stand_in = StandIn::new().await;
    let mut night = Night::with(vec![webhook(&stand_in.url)]);
    let incident = night.declare("support", None);
    let entries = night.entries();
    let [declared, wanted] = &entries[..] else { panic!("{entries:?}") };
    assert!(matches!(declared.fact, Fact::IncidentDeclared { .. }));
    let Fact::DeliveryWanted(delivery) = &wanted.fact else { panic!("{wanted:?}") };
    assert_eq!((declared.at, &*declared.stream), (wanted.at, &*wanted.stream));
    assert_eq!((wanted.version, &*delivery.about), (2, incident.as_str()));
    assert!(stand_in.arrived().is_empty(), "facts first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_anything_is_sent_loses_nothing_and_repeats_nothing() {
    let stand_in = StandIn::new().await;
    let directory = tempfile::tempdir().unwrap();
    let now: Timestamp = "2026-11-23T02:47:00Z".parse().unwrap();
    let keys = Keyring::open(&directory.path().join("keys"), MasterKey::new([7; 32]), |bytes| {
        bytes.fill(1);
    });
    let keys = Arc::new(keys.unwrap());
    let open = || {
        let settings = settings(vec![webhook(&stand_in.url)]);
        Night::on(Mayday::open(directory.path(), &keys, settings, now).unwrap(), now)
    };
    let mut before = open();
    let incident = before.declare("support", None);
    drop(before);
    let after = open();
    assert_eq!((stand_in.arrived().len(), after.deliver().await), (0, 1));
    after.reach(&incident, Stage::Contained);
    drop(after);
    let again = open();
    assert_eq!(again.deliver().await, 1);
    drop(again);
    assert_eq!(open().deliver().await, 0);
    let types: Vec<_> = stand_in.arrived().iter().map(|it| it.body["type"].clone()).collect();
    assert_eq!(types, ["incident.declared", "incident.stage"]);
}
