//! Each rule over the graph catches a violation, and lets a clean graph pass.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

/// The table that the workspace is held to.
fn table() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers.toml");
    Table::read(&path).unwrap()
}

/// A crate in its place, which uses these in the product.
fn member(name: &str, uses: &[&str]) -> Member {
    let used = |name: &&str| Use { name: (*name).to_owned(), purpose: Purpose::Product };
    Member {
        name: name.to_owned(),
        folder: format!("crates/{name}"),
        publish: Publish::Never,
        uses: uses.iter().map(used).collect(),
    }
}

/// What is found of one crate.
fn found(member: Member) -> Vec<String> {
    found_in(&Graph { members: vec![member], reach: BTreeMap::new() })
}

fn found_in(graph: &Graph) -> Vec<String> {
    let findings = check(&table(), graph);
    findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.mend)).collect()
}

#[test]
fn arrows_that_go_down_pass() {
    let members = vec![
        member("model", &["serde"]),
        member("moved", &["model"]),
        member("flight", &["model", "rusqlite"]),
        member("recorder", &["model", "opentelemetry-proto"]),
        member("response", &["flight", "moved", "recorder", "model"]),
        member("api", &["response", "model", "axum"]),
        member("mayday", &["api", "web", "response", "sim", "model", "clap", "anyhow"]),
    ];
    assert_eq!(found_in(&Graph { members, reach: BTreeMap::new() }), [""; 0]);
}

#[test]
fn an_arrow_to_a_sibling_or_up_is_found() {
    let sibling = ["direction: `flight` may not use `ledger`: let them meet further up"];
    assert_eq!(found(member("flight", &["ledger"])), sibling);
    let up = ["direction: `model` may not use `moved`: let them meet further up"];
    assert_eq!(found(member("model", &["moved"])), up);
    let past = ["direction: `mayday` may not use `flight`: let them meet further up"];
    assert_eq!(found(member("mayday", &["flight"])), past);
}

#[test]
fn a_test_may_use_what_the_product_may_not() {
    let mut watch = member("watch", &["model"]);
    let extra = ["sim", "testkit", "axum"].map(str::to_owned);
    watch.uses.extend(extra.map(|name| Use { name, purpose: Purpose::Tests }));
    assert_eq!(found(watch), [""; 0]);
}

#[test]
fn a_crate_for_tests_in_the_product_is_found() {
    let wanted = ["direction: `testkit` serves tests: make it a dev-dependency"];
    assert_eq!(found(member("mayday", &["testkit"])), wanted);
}

#[test]
fn a_dependency_outside_its_fence_is_found() {
    assert_eq!(found(member("web", &["rusqlite"])), ["fence: `rusqlite` stays in flight, ledger"]);
    let protobuf = ["fence: `opentelemetry-proto` stays in recorder"];
    assert_eq!(found(member("sim", &["opentelemetry-proto"])), protobuf);
}

#[test]
fn a_pure_crate_that_reaches_a_runtime_is_found_with_the_way_there() {
    let arrows = [("moved", "stats"), ("stats", "net"), ("net", "tokio"), ("flight", "tokio")];
    let reach = |(from, to): (&str, &str)| (from.to_owned(), BTreeSet::from([to.to_owned()]));
    let graph = Graph {
        members: vec![member("moved", &["stats"]), member("flight", &["tokio"])],
        reach: arrows.into_iter().map(reach).collect(),
    };
    let wanted = ["purity: a pure crate must not reach it: moved → stats → net → tokio"];
    assert_eq!(found_in(&graph), wanted);
}

#[test]
fn a_crate_without_a_row_is_found() {
    let wanted = ["listed: give `replay` its row in xtask/layers.toml"];
    assert_eq!(found(member("replay", &[])), wanted);
}

#[test]
fn a_crate_in_another_folder_or_fit_to_publish_is_found() {
    let mut nested = member("web", &[]);
    nested.folder = "crates/doors/web".to_owned();
    assert_eq!(found(nested), ["folder: move `web` to crates/web"]);
    let mut published = member("web", &[]);
    published.publish = Publish::Possible;
    assert_eq!(found(published), ["publish: say publish.workspace = true"]);
}
