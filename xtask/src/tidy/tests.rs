//! Each rule catches a violation, and lets a clean sample pass.

use std::fmt::Write;

use super::*;

/// The rules that the one file breaks.
fn broken(path: &str, text: &str) -> Vec<&'static str> {
    broken_by(&[(path, text.to_owned())])
}

/// The rules that the files break together.
fn broken_by(files: &[(&str, String)]) -> Vec<&'static str> {
    let file =
        |(path, text): &(&str, String)| TextFile { path: (*path).to_owned(), text: text.clone() };
    let files: Vec<TextFile> = files.iter().map(file).collect();
    examine(&files).0.iter().map(|finding| finding.rule).collect()
}

/// A file of code whose body is `text`.
fn code(text: &str) -> Vec<&'static str> {
    broken("crates/a/src/lib.rs", &format!("//! A.\n{text}\n"))
}

/// A function of so many lines.
fn function(name: &str, lines: usize) -> String {
    format!("fn {name}() {{\n{}}}\n", "    g();\n".repeat(lines - 2))
}

/// A file of so many lines.
fn file(lines: usize) -> String {
    format!("//! A.\n{}", "use b::C;\n".repeat(lines - 1))
}

#[test]
fn a_file_over_500_lines_is_found_tests_apart() {
    assert_eq!(broken("a.rs", &file(501)), ["file-length"]);
    assert_eq!(broken("a.rs", &file(500)), [""; 0]);
    assert_eq!(broken("a/tests.rs", &file(501)), [""; 0]);
    let with_tests = format!("{}#[cfg(test)]\nmod tests {{\n}}\n", file(500));
    assert_eq!(broken("a.rs", &with_tests), [""; 0]);
}

#[test]
fn shares_of_files_are_found_once_there_are_enough() {
    let files = |long: usize, lines: usize, all: usize| {
        let length = |at| if at < long { lines } else { 10 };
        (0..all).map(|at| ("crates/a/src/b.rs", file(length(at)))).collect::<Vec<_>>()
    };
    assert_eq!(broken_by(&files(3, 351, 20)), ["share"]);
    assert_eq!(broken_by(&files(2, 351, 20)), [""; 0]);
    assert_eq!(broken_by(&files(11, 131, 21)), ["share"]);
    assert_eq!(broken_by(&files(10, 131, 21)), [""; 0]);
    assert_eq!(broken_by(&files(5, 351, 10)), [""; 0]);
}

#[test]
fn the_share_of_long_functions_is_found() {
    let functions = |long: usize| {
        let length = |at| if at < long { 31 } else { 3 };
        (0..20).map(|at| function("f", length(at))).collect::<String>()
    };
    assert_eq!(code(&functions(3)), ["share"]);
    assert_eq!(code(&functions(2)), [""; 0]);
}

#[test]
fn a_function_over_70_lines_and_a_main_over_60_are_found() {
    assert_eq!(code(&function("f", 71)), ["function-length"]);
    assert_eq!(code(&function("f", 70)), [""; 0]);
    assert_eq!(code(&function("main", 61)), ["function-length"]);
    assert_eq!(code(&function("main", 60)), [""; 0]);
    assert_eq!(code(&format!("impl A {{ {} }}", function("f", 71))), ["function-length"]);
    assert_eq!(code(&format!("#[test]\n{}", function("f", 71))), [""; 0]);
}

#[test]
fn a_sixth_argument_is_found_self_and_foreign_traits_apart() {
    let six = "a: A, b: A, c: A, d: A, e: A, f: A";
    assert_eq!(code(&format!("fn f({six}) {{}}")), ["arguments"]);
    assert_eq!(code(&format!("trait T {{ fn f(&self, {six}); }}")), ["arguments"]);
    assert_eq!(code(&format!("impl T for A {{ fn f({six}) {{}} }}")), [""; 0]);
    assert_eq!(code("impl A { fn f(&self, a: A, b: A, c: A, d: A, e: A) {} }"), [""; 0]);
}

#[test]
fn a_bool_argument_is_found_a_bool_answer_is_not() {
    assert_eq!(code("fn f(loud: bool) {}"), ["no-bool"]);
    assert_eq!(code("impl A { fn f(&self, loud: &bool) {} }"), ["no-bool"]);
    assert_eq!(code("fn f(at: Loudness) -> bool { true }"), [""; 0]);
    assert_eq!(code("impl Visit for A { fn record_bool(&mut self, v: bool) {} }"), [""; 0]);
}

#[test]
fn a_wide_line_is_found_even_if_it_is_only_a_string() {
    let line = |width: usize| format!("const A: &str = \"{}\";", "é".repeat(width - 19));
    assert_eq!(code(&line(101)), ["width"]);
    assert_eq!(code(&line(100)), [""; 0]);
    assert_eq!(broken("README.md", &line(101)), [""; 0]);
}

#[test]
fn a_mod_rs_and_an_empty_name_are_found() {
    assert_eq!(broken("crates/a/src/b/mod.rs", "//! B."), ["no-mod-rs"]);
    assert_eq!(broken("crates/a/src/b.rs", "//! B."), [""; 0]);
    assert_eq!(broken("crates/core/src/b.rs", "//! B."), ["telling-name"]);
    assert_eq!(broken("crates/a/src/utils.rs", "//! B."), ["telling-name"]);
    assert_eq!(broken("clients/helpers.py", ""), ["telling-name"]);
    assert_eq!(broken("crates/scores/src/misconduct.rs", "//! B."), [""; 0]);
    assert_eq!(code("mod types { }"), ["telling-name"]);
    assert_eq!(code("mod kinds { }"), [""; 0]);
}

#[test]
fn a_file_without_an_opening_line_is_found() {
    assert_eq!(broken("a.rs", "use b::C;\n"), ["opening-line"]);
    assert_eq!(broken("a.rs", "//! What it holds.\nuse b::C;\n"), [""; 0]);
}

#[test]
fn an_ignored_test_is_found() {
    assert_eq!(code("#[test]\n#[ignore = \"slow\"]\nfn f() {}"), ["no-ignore"]);
    assert_eq!(code("#[cfg_attr(unix, ignore)]\nfn f() {}"), ["no-ignore"]);
    assert_eq!(code("/// #[ignore]\nfn f() { g(\"#[ignore]\") }"), [""; 0]);
}

#[test]
fn a_gap_is_found_but_not_in_a_string() {
    assert_eq!(code("fn f() { todo!() }"), ["no-gaps"]);
    assert_eq!(code("fn f() { vec![unimplemented!(\"later\")] }"), ["no-gaps"]);
    assert_eq!(code("fn f() { g(\"todo!()\") }"), [""; 0]);
}

#[test]
fn an_unwrap_outside_tests_is_found_an_invariant_is_not() {
    assert_eq!(code("fn f() { g().unwrap(); }"), ["no-unwrap"]);
    assert_eq!(code("fn f() { assert!(g().expect(\"a row\")); }"), ["no-unwrap"]);
    assert_eq!(code("fn f() { g().map(Option::unwrap) }"), ["no-unwrap"]);
    assert_eq!(code("fn f() { g().expect(\"invariant: h made it\"); }"), [""; 0]);
    assert_eq!(code("fn f() { g().unwrap_or_default() }"), [""; 0]);
    assert_eq!(code("#[expect(dead_code, reason = \"r\")]\nfn f() {}"), [""; 0]);
    assert_eq!(code("#[cfg(test)]\nmod tests {\nfn f() { g().unwrap() }\n}"), [""; 0]);
    assert_eq!(broken("a/tests.rs", "//! A.\nfn f() { g().unwrap() }"), [""; 0]);
}

#[test]
fn a_test_called_test_is_found() {
    assert_eq!(code("#[test]\nfn test_rate() {}"), ["test-names"]);
    assert_eq!(
        code("#[tokio::test(start_paused = true)]\nasync fn test_rate() {}"),
        ["test-names"]
    );
    let in_a_macro = "proptest! { #[test]\n#[cfg(unix)]\nfn test_rate(a in 0..9) {} }";
    assert_eq!(code(in_a_macro), ["test-names"]);
    assert_eq!(code("#[test]\nfn a_rate_has_an_interval() {}\nfn test_bench() {}"), [""; 0]);
}

#[test]
fn sql_outside_a_sql_file_is_found() {
    assert_eq!(code("const A: &str = \"SELECT a FROM b\";"), ["sql-files"]);
    assert_eq!(code("const A: &str = \"\\n  INSERT\\nINTO a\";"), ["sql-files"]);
    assert_eq!(code("const A: &str = \"SELECTION\";\nconst B: &str = \"Select one\";"), [""; 0]);
    assert_eq!(broken("crates/a/src/read.sql", "-- A.\nSELECT a FROM b;"), [""; 0]);
}

#[test]
fn a_sleeping_test_is_found() {
    let sleeps = "fn f() { std::thread::sleep(A); }";
    assert_eq!(broken("a/tests.rs", &format!("//! A.\n{sleeps}")), ["no-sleep"]);
    assert_eq!(code("#[test]\nfn f() { tokio::time::sleep(A).await }"), ["no-sleep"]);
    assert_eq!(code("#[cfg(test)]\nuse tokio::time::{self, sleep};"), ["no-sleep"]);
    assert_eq!(code(sleeps), [""; 0]);
}

#[test]
fn a_word_of_the_workplace_is_found() {
    let library = format!("see ../.{}/a", "library");
    assert_eq!(broken("README.md", &library), ["no-workplace"]);
    assert_eq!(broken("config/a.toml", &format!("# ..{}/b", "/shared")), ["no-workplace"]);
    assert_eq!(broken("docs/json.md", &format!("`otel.{}.name`", "library")), [""; 0]);
}

#[test]
fn a_long_architecture_is_found() {
    assert_eq!(broken("ARCHITECTURE.md", &"a\n".repeat(201)), ["architecture"]);
    assert_eq!(broken("ARCHITECTURE.md", &"a\n".repeat(200)), [""; 0]);
}

#[test]
fn a_decision_without_number_or_title_is_found() {
    assert_eq!(broken("docs/decisions/storage.md", ""), ["decision-name"]);
    assert_eq!(broken("docs/decisions/0002_Storage.md", ""), ["decision-name"]);
    assert_eq!(broken("docs/decisions/0002-storage.md", ""), [""; 0]);
}

#[test]
fn long_inline_tests_are_found() {
    let tests =
        |lines: usize| format!("#[cfg(test)]\nmod tests {{\n{}}}", "use b::C;\n".repeat(lines - 3));
    assert_eq!(code(&tests(101)), ["inline-tests"]);
    assert_eq!(code(&tests(100)), [""; 0]);
}

#[test]
fn a_lock_file_of_over_350_packages_is_found() {
    let lock = |packages: usize| "[[package]]\nname = \"a\"\n".repeat(packages);
    assert_eq!(broken("Cargo.lock", &lock(351)), ["packages"]);
    assert_eq!(broken("Cargo.lock", &lock(350)), [""; 0]);
}

#[test]
fn a_second_integration_binary_is_found() {
    let files = |names: &[&'static str]| {
        names.iter().map(|name| (*name, "//! A.".to_owned())).collect::<Vec<_>>()
    };
    let two = files(&["crates/a/tests/b.rs", "crates/a/tests/c.rs"]);
    assert_eq!(broken_by(&two), ["one-test-binary"]);
    let parts = ["crates/a/tests/b.rs", "crates/a/tests/b/c.rs", "crates/d/tests/e.rs"];
    assert_eq!(broken_by(&files(&parts)), [""; 0]);
}

#[test]
fn an_error_text_that_breaks_the_chain_is_found() {
    for text in ["Read the file", "read the file.", "read the file: {source}"] {
        assert_eq!(code(&format!("#[error(\"{text}\")]\nstruct A;")), ["error-text"], "{text}");
    }
    assert_eq!(code("#[error(\"OTLP frame of {length} bytes\")]\nstruct A;"), [""; 0]);
}

#[test]
fn a_file_that_is_no_rust_is_found() {
    assert_eq!(code("fn f( {}"), ["rust"]);
}

#[test]
fn a_finding_says_where_and_how_to_mend_it() {
    let text = "//! A.\n\nfn f(loud: bool) {}\n".to_owned();
    let (findings, _) = examine(&[TextFile { path: "a.rs".to_owned(), text }]);
    let mut shown = String::new();
    write!(shown, "{}", findings[0]).unwrap();
    let wanted = "a.rs:3: no-bool: `loud` is a bool: make it an enum that says what it means";
    assert_eq!(shown, wanted);
}
