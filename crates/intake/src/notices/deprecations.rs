//! Files of models that go: TOML, CSV or JSON, each row a provider, a model and a date.
//!
//! For what providers only say in e-mail or on a page: somebody writes it down once, and it counts
//! as a notice from then on.

use jiff::Timestamp;
use model::ContentHash;
use model::notice::{ChannelKind, Impact, Notice, NoticeProof};
use serde::Deserialize;

use super::{link, models_list, moment, name};
use crate::error::Refusal;
use crate::text::{LONGEST_BODY, LONGEST_LINE, LONGEST_NAME, line};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// `[[deprecation]]` tables.
    Toml,
    /// With the line `provider,model,date,replacement,link` first.
    Csv,
    /// A list of objects, or an object with one under `deprecations`.
    Json,
}

/// Rows of one file that are read.
const MOST_ROWS: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    provider: String,
    model: String,
    date: String,
    #[serde(default)]
    replacement: Option<String>,
    #[serde(default)]
    link: Option<String>,
    /// When the provider said so, if that is known.
    #[serde(default)]
    stated: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlFile {
    #[serde(default)]
    deprecation: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum JsonFile {
    Rows(Vec<Row>),
    Under { deprecations: Vec<Row> },
}

impl FileFormat {
    /// The format that a file's name says it has.
    pub fn of(file_name: &str) -> Option<Self> {
        let (_, extension) = file_name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "toml" => Some(Self::Toml),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// The notices in a file, one for each row; all of them, or the first row that is wrong.
pub fn read(format: FileFormat, file: &[u8], now: Timestamp) -> Result<Vec<Notice>, Refusal> {
    if file.len() > LONGEST_BODY {
        return Err(Refusal::TooLarge { bytes: file.len(), most: LONGEST_BODY });
    }
    let text = std::str::from_utf8(file).map_err(|error| unreadable(&error))?;
    let rows: Vec<Row> = match format {
        FileFormat::Toml => {
            toml::from_str::<TomlFile>(text).map_err(|e| unreadable(&e))?.deprecation
        }
        FileFormat::Json => match serde_json::from_str(text).map_err(|e| unreadable(&e))? {
            JsonFile::Rows(rows) | JsonFile::Under { deprecations: rows } => rows,
        },
        FileFormat::Csv => {
            let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
            let rows = reader.deserialize().take(MOST_ROWS + 1);
            rows.collect::<Result<_, csv::Error>>().map_err(|error| unreadable(&error))?
        }
    };
    if rows.len() > MOST_ROWS {
        let (parts, what, most) = (rows.len(), "rows", MOST_ROWS);
        return Err(Refusal::TooMany { parts, what, most });
    }
    let raw = ContentHash::of(file);
    rows.iter().enumerate().map(|(place, row)| notice(row, place + 1, raw, now)).collect()
}

fn notice(row: &Row, number: usize, raw: ContentHash, now: Timestamp) -> Result<Notice, Refusal> {
    let wrong =
        |field: &'static str, why: &str| Refusal::field(field, format!("of row {number} {why}"));
    let (provider, model) = (name(&row.provider).to_lowercase(), name(&row.model));
    if provider.is_empty() {
        return Err(wrong("provider", "is empty: write whose model it is, as in openai"));
    }
    if model.is_empty() {
        return Err(wrong("model", "is empty: write the model's name as the provider does"));
    }
    let effective = moment::date(&row.date);
    let effective = effective.ok_or_else(|| wrong("date", "is no date: write 2027-01-31"))?;
    let filled = |text: &Option<String>| text.as_deref().map(name).filter(|text| !text.is_empty());
    let stated = filled(&row.stated).map(|text| {
        moment::read(&text).ok_or_else(|| wrong("stated", "is no date: write 2026-11-01"))
    });
    let date = effective.to_string();
    let title = format!("{model} of {provider} goes on {}", &date[..10]);
    Ok(Notice {
        provider,
        channel: ChannelKind::Changelog,
        class: models_list::class(effective, now),
        kind: "deprecation_file".to_owned(),
        key: line(&format!("file {model} {}", &date[..10]), LONGEST_NAME),
        thread: Some(model.clone()),
        status: None,
        impact: Impact::Minor,
        title: line(&title, LONGEST_LINE),
        models: vec![model],
        replacement: filled(&row.replacement),
        regions: Vec::new(),
        effective: Some(effective),
        stated: stated.transpose()?,
        proof: NoticeProof::Brought,
        raw,
        link: link(row.link.as_deref()),
    })
}

fn unreadable(error: &dyn std::fmt::Display) -> Refusal {
    let why = line(&error.to_string(), LONGEST_LINE);
    Refusal::Unreadable { format: "file of deprecations", why }
}
