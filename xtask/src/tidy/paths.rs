//! Rules of layout: what files, folders and modules are called.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::workspace::TextFile;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 9] =
    ["core", "common", "utils", "util", "helpers", "types", "shared", "manager", "misc"];

/// Whether a crate, module or file of this name would be called after nothing.
pub(super) fn is_empty_name(name: &str) -> bool {
    EMPTY_NAMES.contains(&name)
}

/// Every rule for one path.
pub(super) fn check(path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if path.ends_with("/mod.rs") {
        findings.push(Finding::new(path, 1, "no-mod-rs", "name it foo.rs, beside foo/"));
    }
    if let Some(name) = path.split('/').map(stem).find(|name| is_empty_name(name)) {
        let mend = format!("`{name}` says nothing: name what is inside");
        findings.push(Finding::new(path, 1, "telling-name", mend));
    }
    if path.strip_prefix("docs/decisions/").is_some_and(|file| !is_decision(file)) {
        let mend = "name it NNNN-title.md, in lower case with hyphens";
        findings.push(Finding::new(path, 1, "decision-name", mend));
    }
    findings
}

/// At most one integration binary per crate: each one more is linked, and slows every build.
pub(super) fn one_integration_binary(files: &[TextFile]) -> Vec<Finding> {
    let mut binaries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in files.iter().map(|file| file.path.as_str()) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if path.ends_with(".rs") && folder.ends_with("/tests") && !folder.contains("/src/") {
            binaries.entry(folder).or_default().push(path);
        }
    }
    let extra = binaries.values().flat_map(|paths| &paths[1..]);
    let mend = "one integration binary per crate: make it a module of the first";
    extra.map(|path| Finding::new(path, 1, "one-test-binary", mend)).collect()
}

/// The name up to the first dot.
fn stem(component: &str) -> &str {
    component.split('.').next().unwrap_or(component)
}

fn is_decision(file: &str) -> bool {
    let Some((number, title)) = file.strip_suffix(".md").and_then(|name| name.split_once('-'))
    else {
        return false;
    };
    let digits = number.len() == 4 && number.chars().all(|c| c.is_ascii_digit());
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    digits && !title.is_empty() && title.chars().all(plain)
}
