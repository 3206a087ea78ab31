//! Teams: a Workflow webhook takes a message with an Adaptive Card.

use serde_json::{Value, json};

use crate::letter::Letter;

/// The message. Its words are runs of text, in which Markdown means nothing.
pub(crate) fn message(letter: &Letter) -> Value {
    let title = json!({
        "type": "TextRun", "text": letter.title, "weight": "Bolder", "size": "Medium"
    });
    let about =
        format!("{} · {} · severity {}", letter.topic, letter.about, letter.severity_word());
    let about = json!({ "type": "TextRun", "text": about, "isSubtle": true, "size": "Small" });
    let mut body = vec![block(&title)];
    let text = letter.text.lines().filter(|line| !line.is_empty());
    body.extend(text.map(|line| block(&json!({ "type": "TextRun", "text": line }))));
    body.push(block(&about));
    let open =
        |link: &String| json!({ "type": "Action.OpenUrl", "title": "Open in Mayday", "url": link });
    let actions: Vec<Value> = letter.link.iter().map(open).collect();
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": actions,
    });
    let attached = json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": null,
        "content": card,
    });
    json!({ "type": "message", "attachments": [attached] })
}

fn block(run: &Value) -> Value {
    json!({ "type": "RichTextBlock", "inlines": [run] })
}
