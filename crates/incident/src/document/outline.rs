//! Any Markdown as an outline: what stands under which heading, and on which line.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The text of the first heading of the first level.
    pub title: Option<String>,
    /// What stands before the first heading of the second level, then each of those.
    pub sections: Vec<Section>,
}

/// A heading and what stands under it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// The heading's text; empty for what stands before the first.
    pub title: String,
    /// Its line, from 1.
    pub line: usize,
    /// Paragraphs and points of lists, in order.
    pub entries: Vec<Entry>,
    /// Tables, in order.
    pub tables: Vec<Table>,
    /// Headings under it.
    pub children: Vec<Section>,
}

/// A paragraph, or a point of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// What stands in bold at its start, without its colon.
    pub key: Option<String>,
    /// The rest of it, without markup.
    pub text: String,
    /// What is quoted under it: a block of code byte for byte, or a block quote.
    pub quote: Option<String>,
    /// What stands in italics and parentheses at its end: a source.
    pub cite: Option<String>,
    /// Its line, from 1.
    pub line: usize,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Its columns, in lower case.
    pub head: Vec<String>,
    /// Its rows, each with its line.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// Deepest lists that are followed.
const DEEPEST: usize = 32;

/// Reads Markdown. Nothing in it can fail: what is no markup is text.
pub fn outline(markdown: &str) -> Outline {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(markdown.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1))
        .collect();
    let mut reader = Reader { starts, ..Reader::default() };
    reader.outline.sections.push(Section { line: 1, ..Section::default() });
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        reader.line = reader.starts.partition_point(|start| *start <= range.start);
        reader.take(event);
    }
    reader.close_entry();
    reader.outline
}

#[derive(Default)]
struct Reader {
    starts: Vec<usize>,
    line: usize,
    outline: Outline,
    heading: Option<(HeadingLevel, String)>,
    entry: Option<Entry>,
    emphasis: Option<String>,
    strong: Option<String>,
    quoting: usize,
    depth: usize,
    cell: Option<String>,
    cells: Vec<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => {
                self.text(if self.quoting > 0 { "\n" } else { " " });
            }
            _ => {}
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close_entry();
                self.heading = Some((*level, String::new()));
            }
            Tag::Paragraph if self.quoting > 0 => self.text("\n"),
            Tag::Paragraph if self.depth == 0 || self.entry.is_none() => self.open_entry(),
            Tag::Item if self.depth < DEEPEST => {
                self.close_entry();
                self.open_entry();
                self.depth += 1;
            }
            Tag::BlockQuote(_) | Tag::CodeBlock(_) => {
                if self.entry.is_none() {
                    self.open_entry();
                }
                self.quoting += 1;
            }
            Tag::Strong => self.strong = Some(String::new()),
            Tag::Emphasis => self.emphasis = Some(String::new()),
            Tag::Table(_) => {
                self.close_entry();
                self.section().tables.push(Table::default());
            }
            Tag::TableCell => self.cell = Some(String::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.close_heading(),
            TagEnd::Paragraph if self.depth == 0 && self.quoting == 0 => self.close_entry(),
            TagEnd::Item => {
                self.close_entry();
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::BlockQuote(_) | TagEnd::CodeBlock => {
                self.quoting = self.quoting.saturating_sub(1);
                if self.depth == 0 && self.quoting == 0 {
                    self.close_entry();
                }
            }
            TagEnd::Strong => self.close_strong(),
            TagEnd::Emphasis => self.close_emphasis(),
            TagEnd::TableCell => {
                let cell = self.cell.take().unwrap_or_default();
                self.cells.push(cell.trim().to_owned());
            }
            TagEnd::TableHead => self.close_head(),
            TagEnd::TableRow => self.close_row(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let into = if let Some((_, title)) = &mut self.heading {
            title
        } else if let Some(cell) = &mut self.cell {
            cell
        } else if let Some(entry) = self.entry.as_mut().filter(|_| self.quoting > 0) {
            entry.quote.get_or_insert_default()
        } else if let Some(strong) = &mut self.strong {
            strong
        } else if let Some(emphasis) = &mut self.emphasis {
            emphasis
        } else {
            if self.entry.is_none() {
                self.open_entry();
            }
            match &mut self.entry {
                Some(entry) => &mut entry.text,
                None => return,
            }
        };
        into.push_str(text);
    }

    fn open_entry(&mut self) {
        self.close_entry();
        self.entry = Some(Entry { line: self.line, ..Entry::default() });
    }

    fn close_entry(&mut self) {
        let Some(mut entry) = self.entry.take() else { return };
        entry.text = entry.text.trim().to_owned();
        if entry.key.as_ref().is_some_and(|key| !key.ends_with(':')) {
            entry.text = entry.text.trim_start_matches(':').trim().to_owned();
        }
        entry.key = entry.key.map(|key| key.trim_end_matches(':').trim().to_owned());
        entry.quote = entry.quote.map(|quote| quote.trim_matches('\n').to_owned());
        if entry != (Entry { line: entry.line, ..Entry::default() }) {
            self.section().entries.push(entry);
        }
    }

    fn close_strong(&mut self) {
        let Some(strong) = self.strong.take() else { return };
        match &mut self.entry {
            Some(entry) if entry.key.is_none() && entry.text.trim().is_empty() => {
                entry.key = Some(strong.trim().to_owned());
            }
            _ => self.text(&strong),
        }
    }

    fn close_emphasis(&mut self) {
        let Some(emphasis) = self.emphasis.take() else { return };
        let source = emphasis.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
        match (source, &mut self.entry) {
            (Some(source), Some(entry)) => entry.cite = Some(source.trim().to_owned()),
            _ => self.text(&emphasis),
        }
    }

    fn close_heading(&mut self) {
        let Some((level, title)) = self.heading.take() else { return };
        let section =
            Section { title: title.trim().to_owned(), line: self.line, ..Section::default() };
        match (level, self.outline.sections.last_mut()) {
            (HeadingLevel::H1, _) if self.outline.title.is_none() => {
                self.outline.title = Some(section.title);
            }
            (HeadingLevel::H1 | HeadingLevel::H2, _) | (_, None) => {
                self.outline.sections.push(section);
            }
            (_, Some(parent)) => parent.children.push(section),
        }
    }

    fn close_head(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if let Some(table) = self.section().tables.last_mut() {
            table.head = cells.iter().map(|cell| cell.to_lowercase()).collect();
        }
    }

    fn close_row(&mut self) {
        let (cells, line) = (std::mem::take(&mut self.cells), self.line);
        if let Some(table) = self.section().tables.last_mut() {
            table.rows.push((line, cells));
        }
    }

    /// The innermost heading so far.
    fn section(&mut self) -> &mut Section {
        if self.outline.sections.is_empty() {
            self.outline.sections.push(Section::default());
        }
        let last = self.outline.sections.len() - 1;
        let section = &mut self.outline.sections[last];
        match section.children.is_empty() {
            true => section,
            false => {
                let last = section.children.len() - 1;
                &mut section.children[last]
            }
        }
    }
}

impl Section {
    /// Everything in it that has a name: bold points, rows of tables with two columns, and headings
    /// under it with what stands there.
    pub fn named(&self) -> Vec<Entry> {
        let mut named: Vec<Entry> =
            self.entries.iter().filter(|entry| entry.key.is_some()).cloned().collect();
        let rows = self.tables.iter().filter(|table| table.head.len() == 2);
        for (line, cells) in rows.flat_map(|table| &table.rows) {
            if let [key, text] = &cells[..] {
                let key = Some(key.trim_end_matches(':').to_owned());
                named.push(Entry { key, text: text.clone(), line: *line, ..Entry::default() });
            }
        }
        named
    }

    /// What stands in it as text, in one line.
    pub fn text(&self) -> String {
        let texts = self.entries.iter().map(|entry| match &entry.key {
            Some(key) => format!("{key}: {}", entry.text),
            None => entry.text.clone(),
        });
        texts.collect::<Vec<_>>().join(" ").trim().to_owned()
    }

    /// The first quote in it.
    pub fn quote(&self) -> Option<String> {
        self.entries.iter().find_map(|entry| entry.quote.clone())
    }
}
