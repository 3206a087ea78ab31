//! The six fields that say which variable moved.

use model::Report;
use model::report::{FactorShares, Shares, SurfaceState};

use crate::wording::{code, level, percent};

/// A field, and the factor families that fill it.
struct Field {
    name: &'static str,
    families: &'static [&'static str],
}

const SIX: [Field; 6] = [
    Field { name: "Prompt revision", families: &["prompt", "prompt_text"] },
    Field {
        name: "Model slice the router chose",
        families: &["model_served", "model_requested", "model_fingerprint", "router"],
    },
    Field { name: "Judge configuration", families: &["judge"] },
    Field { name: "Retrieval index state", families: &["index"] },
    Field { name: "Tool schema versions", families: &["tool_schema", "tool_shape"] },
    Field { name: "Traffic mix", families: &["segment", "region"] },
];

/// The six fields as a table: before, during, and whether that is a change. None stays blank.
pub(super) fn six(report: &Report) -> String {
    let mut text = "## Which variable moved\n\n| field | factor | before | during | changed |\n\
                    |---|---|---|---|---|\n"
        .to_owned();
    for field in &SIX {
        let in_field = |row: &&FactorShares| {
            let family = row.factor.split(':').next().unwrap_or_default();
            field.families.contains(&family)
        };
        let rows: Vec<&FactorShares> = report.factors.iter().filter(in_field).collect();
        for row in &rows {
            text += &format!(
                "| {} | {} | {} | {} | {} |\n",
                field.name,
                code(&row.factor),
                shares(&row.before),
                shares(&row.during),
                changed(report, row)
            );
        }
        if rows.is_empty() {
            let name = field.name;
            text +=
                &format!("| {name} | – | unknown | unknown | unknown: not recorded in any run |\n");
        }
    }
    text + "\n(flights: shares of the runs compared)\n"
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

fn changed(report: &Report, row: &FactorShares) -> String {
    let moved = report.movers.iter().any(|mover| mover.levels.contains_key(&row.factor));
    if moved {
        return "**changed, with the outcome**".to_owned();
    }
    if row.before.recorded == 0 || row.during.recorded == 0 {
        return "unknown: not recorded".to_owned();
    }
    let listed = |level: &str, shares: &Shares| {
        shares.others > 0 || shares.levels.iter().any(|count| count.level == level)
    };
    let same = row.during.levels.iter().all(|count| listed(&count.level, &row.before))
        && row.before.levels.iter().all(|count| listed(&count.level, &row.during));
    let proven = report.surfaces.iter().any(|surface| {
        surface.surface == row.surface
            && surface.verdict == SurfaceState::Identical
            && surface.why.contains(&row.factor)
    });
    match (same, proven) {
        (true, true) => "unchanged: same content hash".to_owned(),
        (true, false) => "same levels seen, which is no proof".to_owned(),
        (false, _) => "changed, not with the outcome".to_owned(),
    }
}
