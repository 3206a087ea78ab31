//! The six fields that say which variable moved, as a table. None stays blank.

use model::Incident;
use model::fields::{FieldRow, FieldState, SixField};
use model::report::Shares;

use crate::wording::{code, level, moment, percent, plain};

const HEAD: &str = "| field | variable | before | during | changed | since | by |\n\
                    |---|---|---|---|---|---|---|\n";

/// The six fields of an incident.
pub(super) fn six(incident: &Incident) -> String {
    let mut text = format!("## Which variable moved\n\n{HEAD}");
    for field in &incident.fields {
        if field.rows.is_empty() {
            let (title, why) = (&field.title, plain(&field.why));
            text += &format!("| {title} | – | unknown | unknown | unknown: {why} | – | – |\n");
        }
        field.rows.iter().for_each(|row| text += &line(field, row));
    }
    if incident.fields.is_empty() {
        text +=
            "| all six | – | unknown | unknown | not filled: declared before they were | – | – |\n";
    }
    let gaps = incident.fields.iter().flat_map(|field| &field.gaps);
    let gaps: Vec<String> = gaps.map(|gap| code(&gap.attribute)).collect();
    if !gaps.is_empty() {
        text += &format!("\nNot on record, to be recorded: {}.\n", gaps.join(", "));
    }
    text + "\n(flights: shares of the runs compared; suites: the ledger)\n"
}

fn line(field: &SixField, row: &FieldRow) -> String {
    let state = match row.state {
        FieldState::Changed => format!("**changed**: {}", plain(&row.why)),
        FieldState::Unchanged | FieldState::Unknown => {
            format!("{}: {}", row.state.as_str(), plain(&row.why))
        }
    };
    format!(
        "| {} | {} | {} | {} | {state} | {} | {} |\n",
        field.title,
        code(&row.factor),
        shares(&row.before),
        shares(&row.during),
        row.since.map_or("–".to_owned(), moment),
        row.by.as_deref().map_or("not on record".to_owned(), plain),
    )
}

fn shares(shares: &Shares) -> String {
    if shares.recorded == 0 {
        return format!("unknown: not recorded in {} runs", shares.missing);
    }
    let share = |runs: u64| percent(runs as f64 / shares.recorded as f64);
    let levels = shares.levels.iter();
    let levels =
        levels.map(|count| format!("{} {}", code(&level(&count.level)), share(count.runs)));
    let mut text = levels.collect::<Vec<_>>().join(", ");
    if shares.others > 0 {
        text += &format!(", {} more", shares.others);
    }
    if shares.missing > 0 {
        text += &format!("; not recorded in {}", shares.missing);
    }
    text
}
