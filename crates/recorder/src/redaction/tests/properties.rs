//! What holds for every text.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Rules of each kind.
static MIXED: LazyLock<Rules> = LazyLock::new(|| {
    let rule = |id: &str, what: &str| format!("[[rule]]\nid = \"{id}\"\n{what}\ntokenise = true\n");
    let own = [
        rule("customer", "pattern = '\\bCU-[0-9]{4,8}\\b'"),
        rule("secret", "json_path = \"$..secret\""),
        rule("item", "json_path = \"$.items[*].b\""),
    ];
    let machines = [rule("ip", "detector = \"ipv4\""), rule("ip6", "detector = \"ipv6\"")];
    let (version, detectors) = DEFAULT.split_at(DEFAULT.find("[[rule]]").unwrap());
    Rules::parse(&[version, &own.concat(), &machines.concat(), detectors].concat()).unwrap()
});

/// What findings are made of, and what stands around them.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        4 => prop::sample::select(vec![
            "bob@example.com", "4111111111111111", "4111 1111 1111 1111", "+4915123456789",
            "0171 2345678", "(415) 555-2671", "415-555-2671", "DE89370400440532013000",
            "GB29 NWBK 6016 1331 9268 19", "AKIAIOSFODNN7EXAMPLE", "CU-12345", "203.0.113.7",
            "2001:db8::17", "sk-aB3dE5gH7jK9mN1pQ3rS5t", "x://u:pw@h", "[redacted:email]",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", "[redacted:card:12]",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----",
        ]).prop_map(str::to_owned),
        3 => prop::sample::select(vec![
            " ", "-", ".", ",", "@", "+", "/", ":", "(", ")", "[", "]", "{", "}", "\"", "'", "\\",
            "\\u0040", "\\n", "\\\"", "\n", "0", "1", "49", "4111", "a", "Z", "_", "é", "卡", "%40",
            "=", "#", "<", "|", "secret",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ];
    prop::collection::vec(scrap, 0..12).prop_map(|scraps| scraps.concat())
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::from(4_111_111_111_111_111_i64)),
        scraps().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        let name = prop_oneof![scraps(), Just("secret".to_owned()), Just("items".to_owned())];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name, inner.clone()), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            inner.prop_map(|value| Value::from(value.to_string())),
        ]
    })
}

/// A document as some client writes it: every character as an escape, some, or none.
fn written(document: &Value, every: usize) -> String {
    let plain = document.to_string();
    let mut text = String::new();
    let mut inside = false;
    let mut escaped = false;
    for (place, c) in plain.chars().enumerate() {
        let structural = c == '"' && !escaped;
        inside ^= structural;
        let free = inside && !structural && !escaped && c != '\\';
        escaped = c == '\\' && !escaped;
        if free && every > 0 && place % every == 0 {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(c);
        }
    }
    text
}

fn tokeniser(value: &str) -> String {
    format!("{:x}", value.bytes().fold(7_u64, |all, byte| all.wrapping_mul(31) + u64::from(byte)))
}

/// The text with every finding replaced, by rules of each kind, with tokens.
fn mixed(text: &str) -> String {
    let redacted = MIXED.redact_with(text, &tokeniser);
    redacted.map_or_else(|| text.to_owned(), |redacted| redacted.text)
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String, scraps in scraps()) {
        redacted(&text);
        mixed(&text);
        mixed(&scraps);
    }

    #[test]
    fn twice_is_once(text in scraps()) {
        let once = redacted(&text);
        prop_assert_eq!(DEFAULTS.redact(&once), None, "{}", once);
    }

    #[test]
    fn twice_is_once_for_every_kind_of_rule(document in documents(), every in 0_usize..4) {
        let once = mixed(&written(&document, every));
        prop_assert_eq!(MIXED.redact_with(&once, &tokeniser), None, "{}", once);
    }

    #[test]
    fn json_stays_json(document in documents(), every in 0_usize..4) {
        let text = written(&document, every);
        prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
        let text = mixed(&text);
        let is_number = document.is_number();
        prop_assert!(is_number || serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn what_a_string_holds_is_redacted_as_by_itself(text in scraps(), every in 0_usize..4) {
        let json = written(&Value::from(vec![text.clone()]), every);
        let wanted = Value::from(vec![redacted(&text)]);
        prop_assert_eq!(serde_json::from_str::<Value>(&redacted(&json)).unwrap(), wanted);
    }

    #[test]
    fn what_is_not_found_stays_byte_for_byte(text in scraps()) {
        let found = Search { rules: &DEFAULTS, tokeniser: None }.all(&text);
        let mut rebuilt = String::new();
        let mut done = 0;
        for finding in &found {
            prop_assert!(finding.range.start >= done && !finding.range.is_empty());
            rebuilt.push_str(&text[done..finding.range.start]);
            rebuilt.push_str(&finding.text);
            done = finding.range.end;
        }
        rebuilt.push_str(&text[done..]);
        prop_assert_eq!(redacted(&text), rebuilt);
        prop_assert_eq!(DEFAULTS.redact(&text).is_none(), found.is_empty());
    }

    #[test]
    fn a_sign_is_there_whenever_something_is_found(text in scraps()) {
        for rule in &DEFAULTS.rules {
            let found = rule.kind.find(&text, 0..text.len());
            let sign: Signs = [rule.kind.sign()].into_iter().collect();
            let shown = !sign.shown_by(&text).is_empty();
            prop_assert!(found.is_empty() || shown, "{} {}", rule.id, text);
        }
    }

    #[test]
    fn a_rules_file_is_read_or_refused(text: String, path in "\\$[.\\[\\]'*a]{0,8}") {
        let _ = Rules::parse(&text);
        let _ = Rules::parse(&format!("version=\"1\"\n[[rule]]\nid='a'\njson_path=\"{path}\""));
    }
}
