//! Slack: an incoming webhook takes a message of blocks.
//!
//! Slack can't know a second attempt by anything. After a crash between its answer and the fact
//! that it arrived, a message may stand there twice.

use serde_json::{Value, json};

use crate::letter::{Letter, cut};

/// Longest text of a header block.
const LONGEST_HEADER: usize = 150;

/// Longest text of a section block.
const LONGEST_SECTION: usize = 3_000;

/// The message. Nothing in the words of a letter links, mentions or calls anybody.
pub(crate) fn message(letter: &Letter) -> Value {
    let title = escaped(&letter.title);
    let header = whole(&letter.title, LONGEST_HEADER);
    let header = json!({ "type": "plain_text", "text": header, "emoji": false });
    let mut blocks = vec![json!({ "type": "header", "text": header })];
    if !letter.text.is_empty() {
        blocks.push(section(&whole(&letter.text, LONGEST_SECTION)));
    }
    let mut about =
        format!("{} · {} · severity {}", letter.topic, letter.about, letter.severity_word());
    if let Some(link) = &letter.link {
        about += &format!(" · <{}|open in Mayday>", escaped(link).replace('|', "%7C"));
    }
    let about = json!({ "type": "mrkdwn", "text": about, "verbatim": true });
    blocks.push(json!({ "type": "context", "elements": [about] }));
    json!({ "text": title, "blocks": blocks, "unfurl_links": false, "unfurl_media": false })
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
}

/// As much of a text as fits once it is escaped.
fn whole(text: &str, most: usize) -> String {
    let whole = escaped(text);
    if whole.chars().count() <= most {
        return whole;
    }
    let mut short = String::new();
    let mut left = most - 1;
    for c in text.chars() {
        let c = escaped(c.encode_utf8(&mut [0; 4]));
        let Some(less) = left.checked_sub(c.chars().count()) else { break };
        left = less;
        short += &c;
    }
    cut(&(short + "…"), most)
}

/// The three characters by which mrkdwn knows links, mentions and calls.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
