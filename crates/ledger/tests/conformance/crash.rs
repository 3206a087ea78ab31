//! `kill -9` at any moment: what was answered is there, and of nothing a part.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use ledger::{Ledger, Verified};

use crate::facts::{all, drafted, state};

/// Where the child finds the ledger that it writes until it is killed.
const VARIABLE: &str = "MAYDAY_LEDGER_TO_CRASH";

/// Facts of one append.
const TOGETHER: u64 = 3;

/// Appends on four threads until killed, and prints the last place of each answer.
fn append_until_killed(dir: &Path) -> ! {
    let ledger = Ledger::open(dir).unwrap();
    thread::scope(|scope| {
        for lane in 0..4 {
            let ledger = &ledger;
            scope.spawn(move || {
                for n in 0.. {
                    let facts: Vec<_> = (n..n + TOGETHER).map(drafted).collect();
                    let made = state(ledger, &format!("inc_{lane}"), &facts);
                    #[expect(clippy::print_stdout, reason = "this is how the child answers")]
                    {
                        println!("\nanswered {}", made[2].seq);
                    }
                }
            });
        }
    });
    unreachable!("the threads end with the process")
}

#[test]
fn what_was_answered_before_a_kill_is_there_and_nothing_in_part() {
    if let Some(dir) = env::var_os(VARIABLE) {
        append_until_killed(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let mut answered = 0;
    for answers in [1, 2, 5, 11, 40, 3, 90, 17] {
        let name = "crash::what_was_answered_before_a_kill_is_there_and_nothing_in_part";
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(VARIABLE, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let seqs = lines.map_while(Result::ok).filter_map(|line| {
            line.strip_prefix("answered ").map(|seq| seq.parse::<u64>().unwrap())
        });
        let last = seqs.take(answers).max();
        child.kill().unwrap();
        child.wait().unwrap();
        answered = last.unwrap().max(answered);

        let ledger = Ledger::open(dir.path()).unwrap();
        let entries = all(&ledger);
        assert!(entries.len() as u64 >= answered, "{} of {answered}", entries.len());
        assert_eq!(entries.len() as u64 % TOGETHER, 0);
        let intact =
            Verified::Intact { entries: entries.len() as u64, head: entries.last().unwrap().hash };
        assert_eq!(ledger.verify().unwrap(), intact);
    }
}
