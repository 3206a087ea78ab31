//! JSON, JSON within JSON, and what only looks like it.

use super::*;

#[test]
fn a_string_of_json_is_redacted_and_nothing_else_is_touched() {
    for (text, wanted) in [
        (
            r#"{ "to":"bob@example.com" ,"n": 1.50, "e":"\u00e9\/", "x" : [ ] }"#,
            r#"{ "to":"[redacted:email]" ,"n": 1.50, "e":"\u00e9\/", "x" : [ ] }"#,
        ),
        (r#"["Hi\nbob@example.com\tbye"]"#, r#"["Hi\n[redacted:email]\tbye"]"#),
        (r#"{"bob@example.com": 1}"#, r#"{"[redacted:email]": 1}"#),
        (r#""\"bob@example.com\"""#, r#""\"[redacted:email]\"""#),
        ("\"bob@example.com\"", "\"[redacted:email]\""),
        (
            "{\"a\":\"bob@example.com\"}\n{\"a\":\"eve@example.com\"}\n",
            "{\"a\":\"[redacted:email]\"}\n{\"a\":\"[redacted:email]\"}\n",
        ),
    ] {
        assert_eq!(redacted(text), wanted, "{text}");
    }
}

#[test]
fn what_an_escape_hides_is_found() {
    for (text, wanted) in [
        (r#"{"to":"bob\u0040example.com!"}"#, r#"{"to":"[redacted:email]!"}"#),
        (r#"{"to":"\u0062ob@example\u002ecom"}"#, r#"{"to":"[redacted:email]"}"#),
        (r#"["\u0034111111111111111"]"#, r#"["[redacted:card]"]"#),
        (r#"["030\/9018200"]"#, r#"["[redacted:phone]"]"#),
        (r#"["\ud83d\ude00bob@example.com\ud83d"]"#, r#"["\ud83d\ude00[redacted:email]\ud83d"]"#),
        (r#"["{\"to\":\"bob\\u0040example.com\"}"]"#, r#"["{\"to\":\"[redacted:email]\"}"]"#),
        (r#"["bob\u005cu0040example.com"]"#, r#"["[redacted:email]"]"#),
        (r"log: to=bob\u0040example.com\n", r"log: to=[redacted:email]\n"),
    ] {
        assert_eq!(redacted(text), wanted, "{text}");
    }
}

#[test]
fn a_number_gives_way_to_a_string() {
    for (text, wanted) in [
        (r#"{"card":4111111111111111,"n":2}"#, r#"{"card":"[redacted:card]","n":2}"#),
        ("[4111111111111111]", "[\"[redacted:card]\"]"),
        (r#"{"a":"{\"card\":4111111111111111}"}"#, r#"{"a":"{\"card\":\"[redacted:card]\"}"}"#),
        (
            "[0.4111111111111111, 4111111111111111e1, 4111]",
            "[0.4111111111111111, 4111111111111111e1, 4111]",
        ),
        ("4111111111111111", "[redacted:card]"),
    ] {
        assert_eq!(redacted(text), wanted, "{text}");
    }
}

#[test]
fn json_in_json_is_redacted_at_every_depth() {
    let mut text = r#"{"to":"bob@example.com","card":4111111111111111}"#.to_owned();
    let mut wanted = r#"{"to":"[redacted:email]","card":"[redacted:card]"}"#.to_owned();
    for depth in 0..5 {
        text = serde_json::json!({ "inner": text }).to_string();
        wanted = serde_json::json!({ "inner": wanted }).to_string();
        assert_eq!(redacted(&text), wanted, "{depth}");
    }
}

#[test]
fn what_stands_deeper_than_is_read_leaves_the_document_valid() {
    let mut text = r#"{"to":"bob@example.com","card":4111111111111111}"#.to_owned();
    for _ in 0..10 {
        text = serde_json::json!([text]).to_string();
    }
    let text = redacted(&text);
    assert!(!text.contains("bob@") && !text.contains("4111111111111111"), "{text}");
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
}

#[test]
fn a_document_that_breaks_off_is_redacted() {
    let whole = r#"{"a":"x\nbob@example.com y","b":4111111111111111,"c":"{\"d\":\"eve@e.de\"}"}"#;
    let text = &whole[..whole.len() - 6];
    let wanted = r#"{"a":"x\n[redacted:email] y","b":"[redacted:card]","c":"{\"d\":\"eve@e.d"#;
    assert_eq!(redacted(text), wanted);
    for end in 0..whole.len() {
        redacted(&whole[..end]);
    }
}

#[test]
fn what_only_starts_like_json_is_plain_text() {
    for (text, wanted) in [
        ("[INFO] user=bob@example.com card=4111111111111111", "[INFO] user=<E> card=<C>"),
        ("{not json} 4111 1111 1111 1111", "{not json} <C>"),
        ("\"Hi,\" said bob@example.com", "\"Hi,\" said <E>"),
        ("{'to': 'bob@example.com', 'card': 4111111111111111}", "{'to': '<E>', 'card': <C>}"),
        ("data: {\"to\":\"a\\nbob@example.com\"}\n\n", "data: {\"to\":\"a\\n<E>\"}\n\n"),
    ] {
        let wanted = wanted.replace("<E>", "[redacted:email]").replace("<C>", "[redacted:card]");
        assert_eq!(redacted(text), wanted, "{text}");
    }
}

#[test]
fn a_path_takes_the_whole_value() {
    let document = concat!(
        r#"{"id": 7, "customer": {"email": "x", "tags": ["a", {"ssn": 1}]}, "#,
        r#""items": [{"card": null}, {"card": {"no": "1]"}}], "ss\u006e": "9", "a b": true}"#
    );
    for (path, taken) in [
        ("$.customer.email", &["\"x\""][..]),
        ("$.customer", &[r#"{"email": "x", "tags": ["a", {"ssn": 1}]}"#]),
        ("$..ssn", &["1", "\"9\""]),
        ("$.ssn", &["\"9\""]),
        ("$.items[*].card", &["null", r#"{"no": "1]"}"#]),
        ("$..items[*]..no", &["\"1]\""]),
        ("$['a b']", &["true"]),
        ("$.customer.tags[*]", &["\"a\"", r#"{"ssn": 1}"#]),
        ("$..['email']", &["\"x\""]),
        ("$.email", &[]),
        ("$.customer.email.x", &[]),
    ] {
        let rules = own(&format!("json_path = \"{path}\""));
        let mut wanted = document.to_owned();
        for value in taken {
            wanted = wanted.replacen(value, "\"[redacted:own]\"", 1);
        }
        assert_eq!(under(&rules, document), wanted, "{path}");
    }
}

#[test]
fn a_path_starts_in_each_document_also_within_a_string() {
    let rules = own("json_path = \"$.ssn\"");
    for (text, wanted) in [
        (r#"{"ssn":"1"} {"ssn":2}"#, r#"{"ssn":"[redacted:own]"} {"ssn":"[redacted:own]"}"#),
        (r#"["{\"ssn\":1}"]"#, r#"["{\"ssn\":\"[redacted:own]\"}"]"#),
        (r#"{"ssn":[1, "2"#, r#"{"ssn":"[redacted:own]""#),
        (r#"{"ssn":"[redacted:own]"}"#, r#"{"ssn":"[redacted:own]"}"#),
        ("ssn: 1", "ssn: 1"),
    ] {
        assert_eq!(under(&rules, text), wanted, "{text}");
    }
}

#[test]
fn the_outer_of_two_values_that_paths_take_is_replaced() {
    let file = concat!(
        "version = \"1\"\n[[rule]]\nid = \"in\"\njson_path = \"$..b\"\n",
        "[[rule]]\nid = \"out\"\njson_path = \"$.a\"\n",
        "[[rule]]\nid = \"email\"\ndetector = \"email\"\n"
    );
    let redacted = Rules::parse(file).unwrap();
    let redacted = redacted.redact(r#"{"a":{"b":"x@y.de"},"b":"z","c":"x@y.de"}"#).unwrap();
    let wanted = r#"{"a":"[redacted:out]","b":"[redacted:in]","c":"[redacted:email]"}"#;
    assert_eq!(redacted.text, wanted);
    let found = ["in", "out", "email"].map(|id| (id.to_owned(), 1));
    assert_eq!(redacted.found, found);
}
