//! What every engine owes an export, each as a fact about an empty ledger.

use std::io::{self, BufReader, Read};

use ledger::{Flaw, ImportError, Ledger, LedgerError, Snapshot, Unfit};
use model::{Fault, Faulty};

use crate::facts::{all, declared, drafted, state};

/// A ledger in memory with five entries of two streams.
fn source() -> Ledger {
    let source = Ledger::in_memory();
    state(&source, "inc_a", &[declared(), drafted(1)]);
    state(&source, "inc_zoë", &[drafted(2)]);
    state(&source, "inc_a", &[drafted(3), drafted(4)]);
    source
}

/// Its export: pages of `limit` entries, a line each.
pub(crate) fn exported(ledger: &Ledger, limit: usize) -> String {
    let (mut lines, mut next) = (String::new(), 1);
    loop {
        let page = ledger.stored(next, limit, 1 << 20).unwrap();
        let Some(last) = page.last() else { return lines };
        next = last.seq + 1;
        for stored in &page {
            lines.push_str(&serde_json::to_string(stored).unwrap());
            lines.push('\n');
        }
    }
}

fn changed(line: usize, change: impl Fn(&str) -> String) -> String {
    let export = exported(&source(), 2);
    let lines = export.lines().enumerate();
    lines
        .map(|(n, text)| if n + 1 == line { change(text) } else { text.to_owned() } + "\n")
        .collect()
}

fn refused(ledger: &Ledger, export: &str) -> ImportError {
    let error = ledger.import(export.as_bytes()).unwrap_err();
    assert_eq!(all(ledger), [], "something of a refused export was kept");
    error
}

pub(crate) fn what_is_exported_and_imported_is_the_same_ledger(ledger: &Ledger) {
    let source = source();
    let export = exported(&source, 2);
    assert_eq!(export, exported(&source, 100));
    let imported = ledger.import(export.as_bytes()).unwrap();
    assert_eq!(all(ledger), all(&source));
    assert_eq!(ledger.verify().unwrap(), source.verify().unwrap());
    assert_eq!((imported.entries, imported.head), (5, all(&source)[4].hash));
    assert_eq!((exported(ledger, 3), ledger.newest()), (export, 5));
    let next = &state(ledger, "inc_a", &[drafted(9)])[0];
    assert_eq!((next.seq, next.version), (6, 5));
}

pub(crate) fn pages_as_stored_end_with_their_bytes_and_hold_one_entry_at_least(ledger: &Ledger) {
    state(ledger, "inc_a", &[declared(), drafted(1), drafted(2)]);
    let lengths = |from, bytes| ledger.stored(from, 9, bytes).unwrap().len();
    assert_eq!((lengths(1, 0), lengths(1, 1_000), lengths(2, 1_000)), (1, 1, 2));
    assert_eq!((lengths(4, 1_000), lengths(u64::MAX, 1)), (0, 0));
}

pub(crate) fn an_export_is_refused_where_something_is_stated_already(ledger: &Ledger) {
    let made = state(ledger, "inc_a", &[drafted(7)]);
    let error = ledger.import(exported(&source(), 2).as_bytes()).unwrap_err();
    assert_eq!(error.fault(), Fault::Conflict);
    assert!(matches!(error, ImportError::Ledger(LedgerError::NotEmpty { entries: 1 })));
    assert_eq!(all(ledger), made);
}

pub(crate) fn a_broken_line_is_named_and_nothing_is_kept(ledger: &Ledger) {
    let broken = |export: &str| match refused(ledger, export) {
        ImportError::Broken { line, why } => (line, why),
        other => panic!("{other:?}"),
    };
    let eve = changed(3, |line| line.replace("\"ana\"", "\"eve\""));
    assert_eq!(broken(&eve), (3, Flaw::Changed));
    let gone: String = changed(2, |_| String::new()).replace("\n\n", "\n");
    assert_eq!(broken(&gone), (2, Flaw::Missing { found: 3 }));
    let late = changed(4, |line| line.replace(r#""at":"1"#, r#""at":"2"#));
    assert_eq!(broken(&late), (4, Flaw::Changed));
    let told = refused(ledger, &eve).to_string();
    let expected =
        "the chain breaks at line 3 of the export: its hash is not the hash of what it says";
    assert_eq!(told, expected);
}

pub(crate) fn what_is_no_entry_is_named_and_nothing_is_kept(ledger: &Ledger) {
    let cut = |line: &str| line[..line.len() / 2].to_owned();
    let more = |line: &str| line.replacen('{', r#"{"extra":1,"#, 1);
    let bodyless = |line: &str| line.replace("\"body\":\"", "\"body\":\"no fact ");
    for change in [cut, more, bodyless, |_: &str| String::new(), |_: &str| "null".to_owned()] {
        let error = refused(ledger, &changed(4, change));
        assert!(matches!(error, ImportError::NoEntry { line: 4, .. }), "{error:?}");
        assert_eq!(error.fault(), Fault::Invalid);
    }
}

pub(crate) fn a_file_that_can_not_be_read_to_its_end_leaves_nothing(ledger: &Ledger) {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let export = exported(&source(), 2);
    let lines = BufReader::new(export.as_bytes().chain(Failing));
    let error = ledger.import(lines).unwrap_err();
    assert!(matches!(error, ImportError::Read { line: 6, .. }), "{error:?}");
    assert_eq!(all(ledger), []);
}

fn snapshot(version: u32, seq: u64, body: &str) -> Snapshot {
    Snapshot { name: "incidents".to_owned(), version, seq, body: body.as_bytes().to_vec() }
}

pub(crate) fn a_snapshot_is_found_as_it_was_kept_and_a_later_one_takes_its_place(ledger: &Ledger) {
    assert!(matches!(ledger.snapshot("incidents", 1), Err(Unfit::Missing)));
    state(ledger, "inc_a", &[drafted(1), drafted(2), drafted(3)]);
    for kept in [snapshot(1, 2, "two"), snapshot(1, 3, "")] {
        ledger.keep_snapshot(&kept).unwrap();
        assert_eq!(ledger.snapshot("incidents", 1).unwrap(), kept);
    }
    assert!(matches!(ledger.snapshot("switches", 1), Err(Unfit::Missing)));
    assert!(matches!(ledger.snapshot("incidents", 2), Err(Unfit::Version { found: 1 })));
}

pub(crate) fn a_snapshot_of_an_entry_that_is_not_there_is_not_kept(ledger: &Ledger) {
    state(ledger, "inc_a", &[drafted(1)]);
    for seq in [0, 2, u64::MAX] {
        ledger.keep_snapshot(&snapshot(1, seq, "body")).unwrap_err();
    }
    assert!(matches!(ledger.snapshot("incidents", 1), Err(Unfit::Missing)));
}
