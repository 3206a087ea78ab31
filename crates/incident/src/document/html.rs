//! A postmortem as HTML in which nothing from outside is markup.
//!
//! It is made of the Markdown that [`write`](super::write()) gives, where texts are escaped
//! already. Still nothing is trusted: HTML is shown as the text it is, and neither links nor images
//! are made.

use model::postmortem::Postmortem;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::write;

/// How the parts of a document stand by themselves, without the pages' stylesheet.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
                     padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border:1px \
                     solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top}\
                     pre{background:#f4f4f4;padding:.5rem;white-space:pre-wrap;\
                     overflow-wrap:anywhere}@media(prefers-color-scheme:dark){body{background:#111;\
                     color:#eee}pre{background:#222}td,th{border-color:#555}}";

/// The document as a part of a page, its headings one level further down.
pub fn fragment(of: &Postmortem) -> String {
    made(&write(of))
}

/// The document as a file by itself, which loads nothing and runs nothing.
pub fn page(of: &Postmortem) -> String {
    let (title, body) = (text(&of.title), with(&write(of), |level| level));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Postmortem: {title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// Markdown that Mayday wrote as a part of a page, its headings one level further down.
pub fn made(markdown: &str) -> String {
    with(markdown, lowered)
}

fn with(markdown: &str, level_of: fn(HeadingLevel) -> HeadingLevel) -> String {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).filter_map(inert);
    let events = events.map(|event| match event {
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: level_of(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(level_of(level))),
        other => other,
    });
    let mut made = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut made, events);
    made
}

/// The level below: a page has a title of its own.
fn lowered(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

/// An event that can't become anything but text and the structure that is ours.
fn inert(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock) => None,
        Event::End(TagEnd::Link | TagEnd::Image | TagEnd::HtmlBlock) => None,
        Event::Start(Tag::CodeBlock(_)) => {
            let plain = pulldown_cmark::CodeBlockKind::Indented;
            Some(Event::Start(Tag::CodeBlock(plain)))
        }
        other => Some(other),
    }
}

/// A text in which nothing is markup.
fn text(text: &str) -> String {
    let mut made = String::new();
    html::push_html(&mut made, std::iter::once(Event::Text(text.into())));
    made
}

#[cfg(test)]
mod tests {
    use model::postmortem::{Inference, Inferred, Quote, Statement};
    use proptest::prelude::*;

    use super::*;

    /// Whatever there is in HTML that is not ours: a tag, or an attribute with a way out.
    fn is_inert(html: &str) -> bool {
        const OURS: &[&str] = &[
            "h1", "h2", "h3", "h4", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
            "pre", "code", "em", "strong", "br",
        ];
        html.split('<').skip(1).all(|rest| {
            let tag = rest.split('>').next().unwrap_or_default().trim_end_matches('/').trim();
            OURS.contains(&tag.strip_prefix('/').unwrap_or(tag))
        })
    }

    #[test]
    fn hostile_text_is_shown_as_the_text_it_is() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "![a](https://tracker.example/x.png)",
            "<javascript:alert(1)>",
            "</main><iframe src=//x>",
            "`</code><b>`",
            "| a | <b> |\n|---|---|",
            "1. a\n> b\n---\n# c",
        ] {
            let quote = Quote { text: hostile.to_owned(), ..Quote::default() };
            let of = Postmortem {
                title: hostile.to_owned(),
                summary: vec![Statement::cited(hostile, hostile)],
                inferences: vec![Inference {
                    inferred: Some(Inferred::Quoted(quote)),
                    ..Inference::default()
                }],
                ..Postmortem::default()
            };
            let html = fragment(&of);
            assert!(is_inert(&html), "{hostile}: {html}");
            assert!(!page(&of).contains("<script") && !page(&of).contains("<img"), "{hostile}");
        }
    }

    #[test]
    fn markdown_that_nobody_escaped_is_inert_too() {
        let said = "<script>x</script> <b>y</b> [z](https://a.example) ![i](x)\n\n<div>\n";
        let html = made(said);
        assert!(is_inert(&html), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(text in "[ -~\\n]{0,80}") {
            let said = vec![Statement::cited(text.clone(), text.clone())];
            let of = Postmortem { title: text, summary: said, ..Postmortem::default() };
            prop_assert!(is_inert(&fragment(&of)), "{}", fragment(&of));
        }
    }
}
