//! The crates of the workspace and what they reach: the part of cargo's metadata that rules need.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Dependency, DependencyKind, Metadata, Node, Package};

/// The workspace's crates, and every package's normal dependencies.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// The crates of the workspace.
    pub(super) members: Vec<Member>,
    /// Package → packages that it uses outside tests and build scripts. Versions are one.
    pub(super) reach: BTreeMap<String, BTreeSet<String>>,
}

/// One crate of the workspace.
#[derive(Debug)]
pub(super) struct Member {
    /// Its name.
    pub(super) name: String,
    /// Its folder, from the root of the workspace.
    pub(super) folder: String,
    /// Whether `publish = false` keeps it at home.
    pub(super) publish: Publish,
    /// What its manifest names.
    pub(super) uses: Vec<Use>,
}

/// Whether a crate could be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Publish {
    /// `publish = false`.
    Never,
    /// Anything else.
    Possible,
}

/// A dependency that a manifest names.
#[derive(Debug)]
pub(super) struct Use {
    /// The package's own name.
    pub(super) name: String,
    /// What it is used for.
    pub(super) purpose: Purpose,
}

/// What a dependency is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The product, or its build.
    Product,
    /// Tests alone.
    Tests,
}

impl Graph {
    /// Takes what the rules need.
    pub(super) fn from_metadata(metadata: &Metadata) -> Self {
        let root = &metadata.workspace_root;
        let members = metadata.workspace_packages();
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let mut reach: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in nodes {
            let name = metadata[&node.id].name.to_string();
            reach.entry(name).or_default().extend(normal(metadata, node));
        }
        Self { members: members.iter().map(|package| member(root, package)).collect(), reach }
    }

    /// The shortest way from a package to another, both named; nothing if there is none.
    pub(super) fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut ways = VecDeque::from([vec![from.to_owned()]]);
        let mut seen = BTreeSet::from([from]);
        while let Some(way) = ways.pop_front() {
            let here = way.last()?;
            if here == to {
                return Some(way);
            }
            for next in self.reach.get(here).into_iter().flatten() {
                if seen.insert(next) {
                    ways.push_back(way.iter().chain([next]).cloned().collect());
                }
            }
        }
        None
    }
}

fn normal(metadata: &Metadata, node: &Node) -> Vec<String> {
    let normal = node.deps.iter().filter(|dependency| {
        dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
    });
    normal.map(|dependency| metadata[&dependency.pkg].name.to_string()).collect()
}

fn member(root: &Utf8Path, package: &Package) -> Member {
    let folder = package.manifest_path.parent().unwrap_or(root);
    let never = package.publish.as_ref().is_some_and(Vec::is_empty);
    Member {
        name: package.name.to_string(),
        folder: folder.strip_prefix(root).unwrap_or(folder).to_string(),
        publish: if never { Publish::Never } else { Publish::Possible },
        uses: package.dependencies.iter().map(named).collect(),
    }
}

fn named(dependency: &Dependency) -> Use {
    let purpose = match dependency.kind {
        DependencyKind::Development => Purpose::Tests,
        _ => Purpose::Product,
    };
    Use { name: dependency.name.clone(), purpose }
}
