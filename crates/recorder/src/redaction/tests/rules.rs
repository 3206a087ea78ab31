//! Rules files: what they may say, and what is said of those that may not.

use std::error::Error;

use super::*;

/// What is wrong with a file, with everything that is behind it.
fn fault(file: &str) -> String {
    let error = Rules::parse(file).unwrap_err();
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        chain += &format!(": {error}");
        source = error.source();
    }
    chain
}

fn fault_of(rule: &str) -> String {
    fault(&format!("version = \"1\"\n[[rule]]\nid = \"own\"\n{rule}"))
}

#[test]
fn the_rules_that_mayday_comes_with_can_be_read() {
    let rules = Rules::parse(DEFAULT).unwrap();
    let ids: Vec<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    let wanted =
        ["private_key", "jwt", "api_key", "url_password", "email", "iban", "card", "phone"];
    assert_eq!(ids, wanted);
}

#[test]
fn the_rules_in_the_documentation_do_what_it_says() {
    let guide = include_str!("../../../../../docs/privacy.md");
    let example = guide.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let rules = Rules::parse(example).unwrap();
    for (text, wanted) in [
        ("CU-12345678 bob@example.com", "[customer] [redacted:email]"),
        (
            "PASSWORD: hunter2 password=hunter2",
            "PASSWORD: [redacted:password] password=[redacted:password]",
        ),
        (r#"{"a":{"ssn":"078-05-1120"}}"#, r#"{"a":{"ssn":"[redacted:ssn]"}}"#),
    ] {
        assert_eq!(under(&rules, text), wanted);
    }
}

#[test]
fn the_version_is_the_stated_one_and_a_hash_of_the_file() {
    let version = |text: &str| Rules::parse(text).unwrap().version().to_owned();
    let (one, two) = (version("version = \"3\""), version("version = \"3\" # edited"));
    assert!(one.starts_with("3+") && one.len() == 14, "{one}");
    assert_eq!(one, version("version = \"3\""));
    assert_ne!(one, two);
}

#[test]
fn a_broken_rule_is_named_with_what_is_wrong_and_how_to_mend_it() {
    for (rule, wanted) in [
        (
            "",
            "rule `own` can't be used: write exactly one of `detector`, `pattern` and `json_path`",
        ),
        ("detector = \"email\"\npattern = \"a\"", "write exactly one of"),
        ("detector = \"mail\"", "there is no detector `mail`: write one of api_key, card, email, "),
        ("pattern = \"a(\"", "can't be compiled, for the reason that follows: correct it: regex"),
        ("pattern = \"a*\"", "matches the empty text: make it ask for one character"),
        ("pattern = \"ACME-[0-9]+\"", "say how often at most, as in `[0-9]{1,20}` for `[0-9]+`"),
        ("pattern = \"[a-z]{1,1001}\"", "may be longer than 1000 bytes"),
        ("pattern = \"(((\\\\pL{1,9}){1,9}){1,9}){1,9}\"", "can't be compiled"),
        ("json_path = \"customer.email\"", "`customer.email` is no path: write it like `$."),
        ("json_path = \"$\"", "is no path"),
        ("json_path = \"$.a[0]\"", "is no path"),
        ("json_path = \"$name\"", "is no path"),
        ("json_path = \"$...a\"", "is no path"),
        ("detector = \"card\"\nreplacement = \"***\"", "write the replacement in square brackets"),
        ("detector = \"card\"\nreplacement = \"[a\\\"b]\"", "write the replacement in"),
        ("pattern = \"redacted\"", "its replacement is found by rule `own`"),
        ("detector = \"card\"\nreplacment = \"[a]\"", "unknown field `replacment`"),
    ] {
        let fault = fault_of(rule);
        assert!(fault.contains(wanted), "{rule}\n{fault}");
    }
}

#[test]
fn a_broken_file_is_named() {
    let long = format!("version = \"1\"\n#{}", "a".repeat(300_000));
    let many = format!("version = \"1\"\n{}", "[[rule]]\n".repeat(201));
    let steps = format!("json_path = \"$..{}\"", ["a"; 65].join("."));
    for (file, wanted) in [
        ("[[rule]]", "missing field `version`"),
        ("version = \"\"", "`version` is ``: write up to 64 letters"),
        ("version = \"a+b\"", "`version` is `a+b`"),
        ("version = 1", "invalid type"),
        (&long, "shorten it"),
        (&many, "shorten it"),
        (
            "version = \"1\"\n[[rule]]\ndetector = \"card\"",
            "rule `#1` can't be used: write an `id`",
        ),
        ("version = \"1\"\n[[rule]]\nid = \"A\"\ndetector = \"card\"", "rule `A` can't be used"),
    ] {
        let fault = fault(file);
        assert!(fault.contains(wanted), "{fault}");
    }
    assert!(fault_of(&steps).contains("all paths together have more than 64 steps"));
    let twice = "detector = \"card\"\n[[rule]]\nid = \"own\"\ndetector = \"card\"";
    assert!(fault_of(twice).contains("write an `id` of its own"));
}

#[test]
fn a_pattern_finds_in_text_and_in_strings_of_json() {
    let rules = own("pattern = '\\bCU-[0-9]{6}\\b'\nreplacement = \"[customer]\"");
    for (text, wanted) in [
        ("of CU-123456, not CU-1234567", "of [customer], not CU-1234567"),
        (r#"{"CU-123456":"\nCU-123456"}"#, r#"{"[customer]":"\n[customer]"}"#),
        (r#"["\u0043U-123456"]"#, r#"["[customer]"]"#),
    ] {
        assert_eq!(under(&rules, text), wanted);
    }
    assert_eq!(rules.redact("nothing here"), None);
    let anchored = own("pattern = '^secret$'");
    assert_eq!(under(&anchored, r#"["secret","a secret"]"#), r#"["[redacted:own]","a secret"]"#);
}

#[test]
fn only_the_group_called_value_is_replaced() {
    let rules = own("pattern = '(?i)password: ?(?<value>\\S{1,40})'");
    let wanted = "Password: [redacted:own], password:[redacted:own]";
    assert_eq!(
        under(&rules, "Password: hunter2, password:x"),
        "Password: [redacted:own] password:[redacted:own]"
    );
    assert_eq!(under(&rules, wanted), wanted);
}

#[test]
fn rules_apply_in_order_each_to_what_is_left() {
    let rule = |id: &str, what: &str| format!("[[rule]]\nid = \"{id}\"\n{what}\n");
    let (first, second) = (rule("a", "pattern = \"bob@\""), rule("b", "detector = \"email\""));
    let in_order = |rules: &[&str]| {
        let rules = Rules::parse(&format!("version = \"1\"\n{}", rules.concat())).unwrap();
        under(&rules, "bob@example.com")
    };
    assert_eq!(in_order(&[&first, &second]), "[redacted:a]example.com");
    assert_eq!(in_order(&[&second, &first]), "[redacted:b]");
}

#[test]
fn equal_values_get_equal_tokens() {
    let tokeniser = |value: &str| format!("<{}>", value.replace('+', "p"));
    for (rule, text, wanted) in [
        (
            "detector = \"card\"",
            "4111 1111 1111 1111, 4111-1111-1111-1111",
            "[redacted:own:4111111111111111], [redacted:own:4111111111111111]",
        ),
        (
            "detector = \"email\"",
            "Bob@Example.com bob%40example.com",
            "[redacted:own:bobexamplecom] [redacted:own:bobexamplecom]",
        ),
        ("detector = \"phone\"", "+49 (0)151 2345678", "[redacted:own:p491512345678]"),
        ("detector = \"iban\"", "no93 8601 1117 947", "[redacted:own:NO9386011117947]"),
        ("json_path = \"$.a\"", r#"{"a":"x\u0079"}"#, r#"{"a":"[redacted:own:xy]"}"#),
    ] {
        let rules = own(&format!("{rule}\ntokenise = true"));
        let redacted = rules.redact_with(text, &tokeniser).unwrap().text;
        assert_eq!(redacted, wanted);
        assert_eq!(rules.redact_with(&redacted, &tokeniser), None, "{redacted}");
    }
}

#[test]
fn a_rule_without_tokens_or_a_search_without_a_tokeniser_writes_none() {
    let plain = own("detector = \"card\"");
    let text = plain.redact_with("4111111111111111", &|_| "t".to_owned()).unwrap().text;
    assert_eq!(text, "[redacted:own]");
    let rules = own("detector = \"card\"\ntokenise = true");
    assert_eq!(under(&rules, "4111111111111111"), "[redacted:own]");
    let empty = rules.redact_with("4111111111111111", &|_| "!?".to_owned()).unwrap().text;
    assert_eq!(empty, "[redacted:own]");
}

#[test]
fn a_marker_is_passed_over_and_what_is_no_marker_is_not() {
    for text in ["[redacted:card]", "[redacted:card:4111111111111111]", "x[redacted:card:a-b_c]y"] {
        assert_eq!(DEFAULTS.redact(text), None, "{text}");
    }
    let open = "[redacted:card:4111111111111111";
    assert_eq!(redacted(open), "[redacted:card:[redacted:card]");
}

#[test]
fn rules_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&*DEFAULTS);
}
