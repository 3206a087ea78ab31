//! The rules over the sources: no clock, disk or net in a pure crate, the environment in one
//! place, and no global mutable state anywhere. Tests are free of them.

use super::table::Table;
use crate::finding::Finding;
use crate::source::{Source, Token};

/// Types that let a `static` change after its start. `LazyLock` is left out: it is set once.
const CELLS: [&str; 7] =
    ["Mutex", "RwLock", "Cell", "RefCell", "UnsafeCell", "OnceCell", "OnceLock"];

/// Every rule for one file of the crate.
pub(super) fn check(table: &Table, name: &str, source: &Source) -> Vec<Finding> {
    let mut findings = global_state(source);
    if table.pure.crates.iter().any(|pure| pure == name) {
        let mend = "a pure crate takes it as an argument";
        findings.extend(mentions(source, &table.pure.never_mention, ("purity", mend)));
    } else if !table.environment.readers.iter().any(|reader| reader == name) {
        let mend = format!("only {} reads it: take it as an argument", table.readers());
        findings.extend(mentions(source, &["std::env".to_owned()], ("environment", &mend)));
    }
    findings
}

fn mentions(source: &Source, paths: &[String], rule: (&'static str, &str)) -> Vec<Finding> {
    let found = |path: &String| {
        let (outer, inner) = path.split_once("::").unwrap_or((path, ""));
        let tokens = source.mentions(outer, inner).into_iter().filter(|token| !token.test);
        let mend = format!("`{path}`: {}", rule.1);
        tokens
            .map(|token| Finding::new(&source.path, token.line, rule.0, mend.clone()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(found).collect()
}

fn global_state(source: &Source) -> Vec<Finding> {
    let mutable = (0..source.tokens.len()).filter(|&at| is_global_state(source, at));
    let tokens = mutable.map(|at| &source.tokens[at]).filter(|token| !token.test);
    let mend = "no global mutable state: hand it to those who need it";
    tokens.map(|token| Finding::new(&source.path, token.line, "global-state", mend)).collect()
}

/// `thread_local!`, `static mut`, or a `static` of a type that can change.
fn is_global_state(source: &Source, at: usize) -> bool {
    if source.reads(at, &["thread_local", "!"]) {
        return true;
    }
    let lifetime = at > 0 && source.tokens[at - 1].is("'");
    if lifetime || !source.tokens[at].is("static") {
        return false;
    }
    let declared = source.tokens[at..].iter().take_while(|token| !token.is("="));
    source.reads(at + 1, &["mut"]) || declared.into_iter().any(can_change)
}

fn can_change(token: &Token) -> bool {
    CELLS.contains(&token.code()) || token.code().starts_with("Atomic")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules that a file of this crate breaks.
    fn broken(name: &str, text: &str) -> Vec<&'static str> {
        let mut table = Table::default();
        table.pure.crates.push("moved".to_owned());
        table.pure.never_mention = ["Instant::now", "std::fs"].map(str::to_owned).to_vec();
        table.environment.readers.push("mayday".to_owned());
        let source = Source::parse("crates/a/src/lib.rs", text).unwrap();
        check(&table, name, &source).iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_clock_or_a_disk_in_a_pure_crate_is_found() {
        assert_eq!(broken("moved", "fn f() { std::time::Instant::now() }"), ["purity"]);
        assert_eq!(broken("moved", "use std::{fs, io};"), ["purity"]);
        assert_eq!(broken("moved", "use std::io;\nfn f(now: Instant) {}"), [""; 0]);
        assert_eq!(broken("moved", "#[cfg(test)]\nmod tests { use std::fs; }"), [""; 0]);
        assert_eq!(broken("flight", "use std::fs;"), [""; 0]);
    }

    #[test]
    fn the_environment_outside_the_binary_is_found() {
        assert_eq!(broken("api", "fn f() { std::env::var(A) }"), ["environment"]);
        assert_eq!(broken("mayday", "fn f() { std::env::var(A) }"), [""; 0]);
        assert_eq!(broken("api", "const A: &str = env!(\"CARGO_PKG_VERSION\");"), [""; 0]);
    }

    #[test]
    fn global_mutable_state_is_found() {
        for state in [
            "static A: Mutex<B> = Mutex::new(C);",
            "static A: AtomicU64 = AtomicU64::new(0);",
            "static mut A: u8 = 0;",
            "thread_local! { static A: B = C; }",
        ] {
            assert_eq!(broken("web", state), ["global-state"], "{state}");
        }
        assert_eq!(broken("web", "static A: LazyLock<B> = LazyLock::new(c);"), [""; 0]);
        assert_eq!(broken("web", "struct A { b: Mutex<C>, d: &'static str }"), [""; 0]);
    }
}
