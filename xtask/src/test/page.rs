//! The page test: a demo's incident, seen by headless Chromium, wide and narrow.

mod browser;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::system;
use crate::child::Running;
use crate::workspace::Workspace;
use browser::Browser;

/// How long the demo may take to its answer; a debug build plays six hours of runs.
const DEMO: Duration = Duration::from_secs(180);

/// A picture of a page that drew nothing is smaller.
const PICTURE_BYTES: u64 = 5 * 1024;

/// What the page must hold besides the incident's id: its chart, its table of verdicts.
const PARTS: [&str; 2] = ["<svg", "id=\"surfaces\""];

/// The address of an incident's page.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    url: String,
    incident: String,
}

/// Takes pictures of the incident that a demo declares, and looks for the parts of its page.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let browser = Browser::find_or_install()?;
    let data = tempfile::tempdir().context("make a folder for the demo's data")?;
    let demo = Running::start(&mut demo(workspace, data.path()))?;
    let address = demo.line_where(DEMO, address).context("wait for the page's address")?;
    let folder = workspace.root.join("target/screenshots");
    fs::create_dir_all(&folder).context("make the folder for the pictures")?;
    picture(&browser, &address, (folder.join("incident.png"), "1280,1600"))?;
    picture(&browser, &address, (folder.join("incident-narrow.png"), "390,1600"))?;
    let page = browser.page(&address.url)?;
    let missing = missing(&page, &address.incident);
    ensure!(missing.is_empty(), "{} lacks {}", address.url, missing.join(", "));
    Ok(())
}

fn demo(workspace: &Workspace, data: &Path) -> Command {
    let mut demo = Command::new(workspace.mayday("debug"));
    demo.args(["demo", "--seed", "1", "--data-dir"]).arg(data);
    demo
}

fn picture(browser: &Browser, address: &Address, (file, size): (PathBuf, &str)) -> Result<()> {
    let name = file.display();
    if file.exists() {
        fs::remove_file(&file).with_context(|| format!("remove the old {name}"))?;
    }
    browser.picture(&address.url, &file, size)?;
    let bytes = fs::metadata(&file).map_or(0, |file| file.len());
    ensure!(bytes > PICTURE_BYTES, "{name} has {bytes} bytes: the page drew nothing");
    eprintln!("    {name}");
    Ok(())
}

/// The address in a line that the demo printed, if it names one.
fn address(line: &str) -> Option<Address> {
    let url = line[line.find("http://127.0.0.1:")?..].split_whitespace().next()?;
    let (_, id) = url.split_once("/incidents/")?;
    let length = id.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(id.len());
    let incident = id[..length].to_owned();
    let url = url[..url.len() - id.len() + length].to_owned();
    incident.starts_with("inc_").then_some(Address { url, incident })
}

/// What a page should hold and does not.
fn missing(page: &str, incident: &str) -> Vec<String> {
    let parts = PARTS.into_iter().chain([incident]);
    parts.filter(|part| !page.contains(part)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_a_sentence() {
        let line = "The page: http://127.0.0.1:7070/incidents/inc_01abc (serving until Ctrl-C).\n";
        let wanted = Address {
            url: "http://127.0.0.1:7070/incidents/inc_01abc".to_owned(),
            incident: "inc_01abc".to_owned(),
        };
        assert_eq!(address(line), Some(wanted));
        let comma = address("see http://127.0.0.1:9/incidents/inc_7, then").unwrap();
        assert_eq!(comma.url, "http://127.0.0.1:9/incidents/inc_7");
    }

    #[test]
    fn other_lines_hold_no_address() {
        assert_eq!(address("listening on http://127.0.0.1:7070/"), None);
        assert_eq!(address("http://127.0.0.1:7070/incidents/new"), None);
        assert_eq!(address("incident inc_01abc declared"), None);
    }

    #[test]
    fn a_page_without_chart_or_table_is_found() {
        let page = "<h1>inc_7</h1><svg></svg><table id=\"surfaces\"></table>";
        assert_eq!(missing(page, "inc_7"), [""; 0]);
        assert_eq!(missing("<h1>inc_7</h1><svg/>", "inc_7"), ["id=\"surfaces\""]);
        assert_eq!(missing("", "inc_7"), ["<svg", "id=\"surfaces\"", "inc_7"]);
    }
}
