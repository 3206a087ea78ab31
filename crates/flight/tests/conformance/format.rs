//! Files of every format that a released Mayday wrote stay readable, and can be gone on with.
//!
//! `format-N` is a directory as [`fill`] left it, with its keys, when N was the newest format: the
//! last of them still is. None is written anew: for a new format another is added.

use std::fs;
use std::path::{Path, PathBuf};

use flight::Flight;
use model::{Gone, Outcome, Run, Scope, Step, Traits};

use crate::samples::*;

const SECRET: &str = "Zo\u{eb} of Elm Street was charged twice.";
const SHARED: &str = "Be terse, and never promise a refund.";

/// Something of every kind, received on two days, about two people and about nobody.
async fn fill(flight: &Flight) {
    let about = |number, who: Option<&str>| Step {
        subjects: who.into_iter().map(str::to_owned).collect(),
        ..saying(trace(number), 1, Scope::Personal, SECRET)
    };
    let said = vec![about(3, Some("zoe")), about(4, Some("ada")), about(5, None)];
    append(flight, of_steps(said)).await;
    append(flight, of_steps(vec![full_step(trace(1), 1), step(trace(2), 1)])).await;
    append(flight, of_steps(vec![saying(trace(2), 2, Scope::Shared, SHARED)])).await;
    append(flight, of_labels(vec![label(trace(1), Outcome::Bad, 1)])).await;
    let one = settled(flight, trace(1), vec![run(trace(1), Some(1), 0)]);
    append(flight, of_settlements(vec![one])).await;
    append(flight, received(of_steps(vec![step(trace(1), 2)]), days_later(1))).await;
}

/// A step as a format kept it.
fn of_format(name: &str, step: Step) -> Step {
    let cluster = step.traits.cluster.filter(|_| name != "format-2");
    Step { traits: Traits { cluster, ..step.traits }, ..step }
}

/// Unpacks a checked-in directory, keys and all.
fn unpacked(format: &str, to: &Path) -> Flight {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(format);
    let keys = to.with_extension("keys");
    fs::create_dir_all(&keys).unwrap();
    for (part, to) in [("flights", to), ("keys", &*keys)] {
        for packed in fs::read_dir(from.join(part)).unwrap() {
            let packed = packed.unwrap().path();
            let name = PathBuf::from(packed.file_stem().unwrap());
            let bytes = zstd::decode_all(&*fs::read(&packed).unwrap()).unwrap();
            fs::write(to.join(name), bytes).unwrap();
        }
    }
    open(to)
}

/// What is written today, and every format that was written before.
async fn each(dir: &Path) -> Vec<(&'static str, Flight)> {
    let now = dir.join("now");
    fs::create_dir_all(&now).unwrap();
    let fresh = open(&now);
    fill(&fresh).await;
    let mut each = vec![("now", fresh)];
    for name in ["format-2", "format-3", "format-4", "format-5"] {
        let to = dir.join(name);
        fs::create_dir_all(&to).unwrap();
        each.push((name, unpacked(name, &to)));
    }
    each
}

#[tokio::test]
async fn files_of_every_format_are_read_verified_and_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    for (name, flight) in each(dir.path()).await {
        let first = of_format(name, full_step(trace(1), 1));
        assert_eq!(recorded(&flight, trace(1)), [first, step(trace(1), 2)], "{name}");
        assert_eq!(flight.trace(trace(1)).unwrap().labels, [label(trace(1), Outcome::Bad, 1)]);
        let settled: Vec<_> =
            settled_runs(&flight, always()).into_iter().map(|one| one.runs).collect();
        let expected = match name {
            "format-2" => Run { labelled: None, cluster: None, ..run(trace(1), Some(1), 0) },
            _ => run(trace(1), Some(1), 0),
        };
        assert_eq!(settled, [[expected]], "{name}");
        assert_eq!(heard(&flight, trace(2), 2).unwrap(), SHARED);
        for number in 3..=5 {
            assert_eq!(heard(&flight, trace(number), 1).unwrap(), SECRET, "{name}");
        }
        append(&flight, of_steps(vec![step(trace(6), 1)])).await;
        assert_eq!(recorded(&flight, trace(6)), [step(trace(6), 1)]);
        assert_eq!(flight.erase("zoe", at(0)).unwrap().keys, 1);
        assert_eq!(heard(&flight, trace(3), 1), Err(Gone::Erased));
        assert_eq!(heard(&flight, trace(4), 1).unwrap(), SECRET, "{name}");
        let verified = flight.verify().unwrap();
        assert_eq!((verified.broken, verified.erased, verified.steps), (None, 1, 8), "{name}");
    }
}
