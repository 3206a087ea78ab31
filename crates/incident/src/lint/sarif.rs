//! Findings in SARIF 2.1.0, for anyone's CI.

use serde_json::{Value, json};

use super::{Found, Linted, Rules, Weight};

/// What was found in some files, as one run of a SARIF log.
pub fn sarif<'a>(files: impl IntoIterator<Item = (&'a str, &'a Linted)>, rules: &Rules) -> Value {
    let described = rules.rules.iter().map(|rule| {
        json!({
            "id": rule.id,
            "shortDescription": { "text": rule.says },
            "help": { "text": rule.mend },
            "defaultConfiguration": { "level": level(rule.level) },
        })
    });
    let described: Vec<Value> = described.collect();
    let results = files.into_iter().flat_map(|(file, linted)| {
        let live = linted.found.iter().map(move |found| result(file, found, &[]));
        let kept = [json!({ "kind": "inSource" })];
        let out = linted.suppressed.iter().map(move |found| result(file, found, &kept));
        live.chain(out).collect::<Vec<_>>()
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mayday",
                "version": rules.version.to_string(),
                "rules": described,
            } },
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn result(file: &str, found: &Found, suppressions: &[Value]) -> Value {
    let words = found.words.as_ref().map_or(String::new(), |words| format!(": {words}"));
    json!({
        "ruleId": found.rule,
        "level": level(found.level),
        "message": { "text": format!("{}{words}. {}", found.says, found.mend) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": file },
            "region": { "startLine": found.line.unwrap_or(1) },
        } }],
        "suppressions": suppressions,
    })
}

fn level(weight: Weight) -> &'static str {
    match weight {
        Weight::Error => "error",
        Weight::Finding => "warning",
    }
}
