//! `mayday moved`.

mod own;

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use model::{Report, Window};
use response::{Question, brief};

use crate::door::Source;
use crate::world::{self, Usage};

/// Say which variable moved when behaviour changed.
#[derive(Debug, Args)]
pub(crate) struct Moved {
    #[command(flatten)]
    pub(crate) asked: Asked,

    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    own: own::Own,

    #[command(flatten)]
    source: Source,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In words.
    Text,
    /// The whole of it, as JSON.
    Json,
}

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// Look at this feature; without it, at the one whose rate rose most surely
    #[arg(long, value_name = "FEATURE")]
    feature: Option<String>,

    /// When all was well: START..END, in RFC 3339 or Unix seconds, END left out
    #[arg(long, value_name = "A..B")]
    baseline: Option<String>,

    /// When it was not; without both, the last day is cut at its likeliest change point
    #[arg(long, value_name = "C..D")]
    incident: Option<String>,
}

impl Asked {
    /// The question, or what is wrong with it.
    pub(crate) fn question(&self) -> Result<Question> {
        let window = |text: &String| text.parse::<Window>().map_err(|e| Usage(e.to_string()));
        let windows = match (&self.baseline, &self.incident) {
            (None, None) => None,
            (Some(baseline), Some(incident)) => Some((window(baseline)?, window(incident)?)),
            _ => return Err(Usage("give both --baseline and --incident, or neither".into()).into()),
        };
        Ok(Question { feature: self.feature.clone(), windows })
    }
}

impl Moved {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let question = self.asked.question()?;
        if self.own.is_asked() {
            let form = if self.json { Form::Json } else { Form::Text };
            return self.own.run(question, form);
        }
        let report = self.source.open().await?.moved(&question).await?;
        if self.json {
            world::print_json(&report)?;
        } else {
            world::print(&brief(&report).lines().join("\n"));
        }
        Ok(exit_code(&report))
    }
}

/// 0 with an answer; 3 when the data allowed none.
pub(crate) fn exit_code(report: &Report) -> ExitCode {
    if report.verdict.is_answer() { ExitCode::SUCCESS } else { ExitCode::from(3) }
}
