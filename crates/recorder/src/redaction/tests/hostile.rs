//! Text made to cost time or memory. A search that is not linear would not end here.

use super::*;

const LARGE: usize = 256 << 10;

/// So many bytes of a text over and over.
fn filled(unit: &str) -> String {
    unit.repeat(LARGE / unit.len())
}

#[test]
fn text_of_one_kind_is_searched_in_linear_time() {
    for unit in [
        "@",
        "a@",
        "a.",
        "@a.",
        "%40",
        "1",
        "1 ",
        "1-",
        "4111 ",
        "(1)",
        "+1",
        "+",
        "00",
        "0171-",
        "\\",
        "\\\\u0040",
        "\\u005c",
        "\\n",
        "\"",
        "[",
        "{\"a\":",
        "[\"",
        "{",
        "sk-",
        "sk-a1",
        "eyJ",
        "eyJ.",
        "eyJ-",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----",
        "://",
        "://a:",
        "://a:b@",
        "AKIA",
        "AA11 ",
        "DE89",
        "[redacted:",
        "[redacted:card:",
        "é",
        "\u{0}",
        " ",
        "Bearer ",
        ".",
        "xn--",
        "ghp_",
        "1.",
        "@1.",
        "a@b.c",
    ] {
        let text = filled(unit);
        if let Some(redacted) = DEFAULTS.redact(&text) {
            assert!(redacted.text.len() <= 8 * text.len(), "{unit}");
        }
    }
}

#[test]
fn paths_and_patterns_take_linear_time_too() {
    let paths = own("json_path = \"$..a..b[*]..c\"");
    let pattern = own("pattern = \"a.{0,200}z|a\"\nreplacement = \"[X]\"");
    for unit in ["[", "{\"a\":", "{\"a\":{\"b\":[", "{\"c\":", "a", "\\u0061"] {
        let text = filled(unit);
        under(&paths, &text);
        under(&pattern, &text);
    }
}

#[test]
fn quotes_within_quotes_are_searched_in_linear_time() {
    let mut text = "bob@example.com".to_owned();
    while text.len() < 1 << 20 {
        text = serde_json::to_string(&text).unwrap();
    }
    assert!(redacted(&text).contains("[redacted:email]"));
}

#[test]
fn a_document_of_any_depth_stays_valid() {
    let depth = 100_000;
    let text = format!("{}4111111111111111{}", "[".repeat(depth), "]".repeat(depth));
    let wanted = text.replace("4111111111111111", "\"[redacted:card]\"");
    assert_eq!(redacted(&text), wanted);
}

#[test]
fn many_findings_behind_escapes_are_carried_up_in_linear_time() {
    let text = format!("[\"{}\\n\"]", "bob@example.com ".repeat(200_000));
    let wanted = format!("[\"{}\\n\"]", "[redacted:email] ".repeat(200_000));
    assert!(redacted(&text) == wanted);
}
