//! The rules over the graph: directions, fences, purity, folders.

#[cfg(test)]
mod tests;

use super::graph::{Graph, Member, Publish, Purpose, Use};
use super::table::Table;
use crate::finding::Finding;

/// Every rule for every crate.
pub(super) fn check(table: &Table, graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &graph.members {
        findings.extend(listed(table, member));
        findings.extend(kept_at_home(member));
        findings.extend(purity(table, graph, member));
        for used in member.uses.iter().filter(|used| used.purpose == Purpose::Product) {
            findings.extend(direction(table, member, used));
            findings.extend(fence(table, member, used));
        }
    }
    findings
}

fn finding(member: &Member, rule: &'static str, mend: String) -> Finding {
    Finding::new(&format!("{}/Cargo.toml", member.folder), 1, rule, mend)
}

fn listed(table: &Table, member: &Member) -> Option<Finding> {
    let mend = format!("give `{}` its row in xtask/layers.toml", member.name);
    (!table.uses.contains_key(&member.name)).then(|| finding(member, "listed", mend))
}

/// Flat folders, named like their crates; nothing is published.
fn kept_at_home(member: &Member) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = &member.name;
    if member.folder != format!("crates/{name}") && member.folder != "xtask" {
        findings.push(finding(member, "folder", format!("move `{name}` to crates/{name}")));
    }
    if member.publish == Publish::Possible {
        findings.push(finding(member, "publish", "say publish.workspace = true".to_owned()));
    }
    findings
}

fn direction(table: &Table, member: &Member, used: &Use) -> Option<Finding> {
    let Use { name, .. } = used;
    let ours = table.uses.contains_key(name);
    let allowed = table.uses.get(&member.name).is_some_and(|uses| uses.contains(name));
    let tests_alone = table.dev_only.crates.contains(name);
    let mend = if tests_alone {
        format!("`{name}` serves tests: make it a dev-dependency")
    } else {
        format!("`{}` may not use `{name}`: let them meet further up", member.name)
    };
    (ours && (tests_alone || !allowed)).then(|| finding(member, "direction", mend))
}

fn fence(table: &Table, member: &Member, used: &Use) -> Option<Finding> {
    let inside = table.fences.get(&used.name)?;
    let mend = format!("`{}` stays in {}", used.name, inside.join(", "));
    (!inside.contains(&member.name)).then(|| finding(member, "fence", mend))
}

fn purity(table: &Table, graph: &Graph, member: &Member) -> Vec<Finding> {
    if !table.pure.crates.contains(&member.name) {
        return Vec::new();
    }
    let never = table.pure.never_reach.iter();
    let ways = never.filter_map(|package| graph.way(&member.name, package));
    let mend = |way: Vec<String>| format!("a pure crate must not reach it: {}", way.join(" → "));
    ways.map(|way| finding(member, "purity", mend(way))).collect()
}
