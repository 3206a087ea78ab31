//! Old ledgers stay readable for ever, newer ones are refused, newer facts still verify.

use std::fs;
use std::path::Path;

use ledger::{Ledger, LedgerError, Verified};
use model::{Address, ContentHash, Entry, Fact};
use rusqlite::{Connection, params};

use crate::facts::{AT, all, declared, drafted, state};
use crate::moving::exported;

/// The head of `tests/format-1.db`, which format 1's first code wrote. Never write it anew.
const FORMAT_1_HEAD: &str = "c01325acca6634d549cbaaccc75b47fd480a7dc01b77be9f2d893fb4e821c7e1";

/// The recipe of `ledger::chain`, a second time and from its text alone.
fn hash_by_the_recipe(after: &Entry, stream: &str, version: &str, body: &str) -> ContentHash {
    let seq = (after.seq + 1).to_string();
    let at = AT.as_nanosecond().to_string();
    let mut said = Vec::new();
    for field in [
        "mayday ledger 1".as_bytes(),
        after.hash.as_bytes(),
        seq.as_bytes(),
        stream.as_bytes(),
        version.as_bytes(),
        at.as_bytes(),
        "ana".as_bytes(),
        body.as_bytes(),
    ] {
        said.extend((field.len() as u64).to_be_bytes());
        said.extend(field);
    }
    ContentHash::of(&said)
}

/// Puts an entry with this body behind the newest, as a version with other facts would.
fn write_by_hand(dir: &Path, after: &Entry, body: &str) -> ContentHash {
    let hash = hash_by_the_recipe(after, "inc_z", "1", body);
    let raw = Connection::open(dir.join("ledger.db")).unwrap();
    let sql = "INSERT INTO entry (seq, stream, version, at, actor, body, prev, hash)
               VALUES (?1, 'inc_z', 1, ?2, 'ana', ?3, ?4, ?5)";
    let (seq, at) = (after.seq as i64 + 1, AT.as_nanosecond() as i64);
    raw.execute(sql, params![seq, at, body, after.hash.as_bytes(), hash.as_bytes()]).unwrap();
    hash
}

#[test]
fn a_ledger_of_format_1_is_read_verified_and_extended() {
    let dir = tempfile::tempdir().unwrap();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format-1.db");
    fs::copy(old, dir.path().join("ledger.db")).unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();

    let entries = all(&ledger);
    let head = FORMAT_1_HEAD.to_owned().try_into().unwrap();
    assert_eq!(ledger.verify().unwrap(), Verified::Intact { entries: 4, head });
    let places: Vec<_> = entries.iter().map(|e| (e.stream.as_str(), e.version, e.at)).collect();
    let expected = [("inc_k4x81a2m", 1), ("inc_k4x81a2m", 2), ("inc_k4x81a2m", 3), ("inc_zoë", 1)];
    assert_eq!(places, expected.map(|(stream, version)| (stream, version, AT)));
    assert_eq!(entries[0].fact, declared());
    let kb_answer: Address = ContentHash::of(b"kb answer").to_string().try_into().unwrap();
    assert!(matches!(&entries[1].fact, Fact::EvidenceCited { evidence, .. }
        if evidence.len() == 1 && evidence[0].content == [kb_answer]));
    assert_eq!([&entries[2].fact, &entries[3].fact], [&drafted(1), &drafted(2)]);

    let next = &state(&ledger, "inc_k4x81a2m", &[drafted(3)])[0];
    assert_eq!((next.seq, next.version, next.prev), (5, 4, head));
}

#[test]
fn an_entry_written_by_the_recipe_alone_is_an_entry() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let first = &state(&ledger, "inc_a", &[drafted(1)])[0];
    let body = serde_json::to_string_pretty(&drafted(2)).unwrap();
    let head = write_by_hand(dir.path(), first, &body);
    assert_eq!(ledger.verify().unwrap(), Verified::Intact { entries: 2, head });
    assert_eq!(ledger.stream("inc_z").unwrap()[0].fact, drafted(2));
}

#[test]
fn a_fact_of_a_later_version_verifies_and_is_kept_and_read_as_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let first = &state(&ledger, "inc_a", &[drafted(1)])[0];
    let body = r#"{"type":"moon_landed", "at":1.50}"#;
    let head = write_by_hand(dir.path(), first, body);
    assert_eq!(ledger.verify().unwrap(), Verified::Intact { entries: 2, head });
    let unknown = Fact::Unknown { kind: "moon_landed".to_owned(), body: body.to_owned() };
    for read in [ledger.read(2, 1), ledger.stream("inc_z")] {
        assert_eq!(read.unwrap()[0].fact, unknown);
    }
    let again = Ledger::in_memory();
    again.import(exported(&ledger, 9).as_bytes()).unwrap();
    assert_eq!(again.verify().unwrap(), ledger.verify().unwrap());
    let stated = crate::facts::append(&ledger, "inc_a", ledger::Expected::Any, &[unknown]);
    assert!(matches!(stated, Err(LedgerError::Unwritable { .. })));
}

#[test]
fn what_is_no_fact_of_any_version_verifies_and_is_unreadable_by_its_seq() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let first = &state(&ledger, "inc_a", &[drafted(1)])[0];
    let head = write_by_hand(dir.path(), first, r#"{"no":"type"}"#);
    assert_eq!(ledger.verify().unwrap(), Verified::Intact { entries: 2, head });
    assert_eq!(ledger.read(1, 1).unwrap().len(), 1);
    assert_eq!(ledger.stream("inc_a").unwrap().len(), 1);
    for refused in [ledger.read(1, 9), ledger.read(2, 1), ledger.stream("inc_z")] {
        assert!(matches!(refused, Err(LedgerError::Unreadable { seq: 2, .. })));
    }
}

/// `tests/export-1.jsonl` is the export of `tests/format-1.db`. Never write it anew.
#[test]
fn an_export_of_the_first_kind_is_written_and_taken_in_as_ever() {
    let export = include_str!("../export-1.jsonl");
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(dir.path()).unwrap();
    let imported = ledger.import(export.as_bytes()).unwrap();
    assert_eq!((imported.entries, imported.head.to_string()), (4, FORMAT_1_HEAD.to_owned()));
    assert_eq!(exported(&ledger, 9), export);
}

#[test]
fn a_newer_format_is_refused_with_a_way_out_and_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    drop(Ledger::open(dir.path()).unwrap());
    let file = dir.path().join("ledger.db");
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let before = fs::read(&file).unwrap();

    let error = Ledger::open(dir.path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the ledger {} has format 2 and this version of mayday reads format 1: \
             start the version that wrote it, or a newer one",
            file.display()
        )
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}
