//! The tables, as Markdown.

use std::fmt::Write;

use crate::scenario::SCENARIOS;
use crate::score::{Grade, Trial, confusion, share};

/// Everything that the trials show.
pub(crate) fn tables(trials: &[Trial]) -> String {
    let mut text = String::new();
    for part in [matrix(trials), bars(trials), by_scenario(trials)] {
        text += &part;
        text.push('\n');
    }
    text
}

fn matrix(trials: &[Trial]) -> String {
    let table = confusion(trials);
    let mut words: Vec<&str> = table.values().flat_map(|row| row.keys().copied()).collect();
    words.extend(table.keys());
    words.sort_unstable();
    words.dedup();
    let mut text = format!("| truth \\ answer | {} | recall |\n|---|", words.join(" | "));
    text += &"---|".repeat(words.len() + 1);
    text.push('\n');
    for (truth, row) in &table {
        let count = |word: &&str| row.get(word).copied().unwrap_or(0).to_string();
        let cells: Vec<String> = words.iter().map(count).collect();
        let all = row.values().sum();
        let right = row.get(truth).copied().unwrap_or(0);
        _ = writeln!(text, "| {truth} | {} | {} |", cells.join(" | "), share(right, all));
    }
    text
}

fn bars(trials: &[Trial]) -> String {
    let count = |is: &dyn Fn(&Trial) -> bool| trials.iter().filter(|one| is(one)).count() as u64;
    let identifiable: Vec<&Trial> = trials.iter().filter(|one| one.is_identifiable()).collect();
    let named: Vec<&&Trial> = identifiable
        .iter()
        .filter(|one| matches!(one.grade(), Grade::Right(_) | Grade::Wrong))
        .collect();
    let credit: f64 = named.iter().map(|one| one.utility().max(0.0)).sum();
    let guilty = count(&|one| one.truth.guilty.is_some() && one.is_alarm());
    let cleared = count(&|one| one.clears_the_guilty() && one.is_alarm());
    let nulls = count(&|one| one.is_null() && one.is_alarm());
    let named_falsely = |one: &Trial| one.is_null() && one.is_alarm() && one.names_behaviour();
    let false_names = count(&|one| named_falsely(one) && !one.is_tied_with_truth());
    let with_ties = count(&named_falsely);
    let utility = trials.iter().map(Trial::utility).sum::<f64>() / trials.len().max(1) as f64;
    let mut text = "| figure | bar | measured |\n|---|---|---|\n".to_owned();
    let mut row = |name: &str, bar: &str, value: String| {
        _ = writeln!(text, "| {name} | {bar} | {value} |");
    };
    let (n, of) = (named.len() as u64, identifiable.len() as u64);
    let precise = share(credit.floor() as u64, n);
    row("identifiable causes: precision of what is named first", "≥ 98 %", precise);
    row("identifiable causes: coverage", "≥ 85 %", share(n, of));
    row("guilty surface called clean, in alarms", "≤ 0.5 %", share(cleared, guilty));
    row("nulls with an alarm: behaviour named", "upper limit ≤ 1 %", share(false_names, nulls));
    row("the same, ties with the true cause counted", "", share(with_ties, nulls));
    let unknown = |changed: bool| {
        let told = trials.iter().flat_map(|one| &one.instrumented);
        let told: Vec<bool> =
            told.filter(|one| one.changed == changed).map(|one| one.is_unknown).collect();
        share(told.iter().filter(|unknown| **unknown).count() as u64, told.len() as u64)
    };
    row(
        "all on record: blameless surfaces that stayed, said to be unknown",
        "≤ 2 %",
        unknown(false),
    );
    row("all on record: blameless surfaces that changed, said to be unknown", "", unknown(true));
    let needless: Vec<(u64, u64)> = trials.iter().map(Trial::needlessly_unknown).collect();
    let needless = needless.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    row("as recorded: blameless surfaces, said to be unknown", "", share(needless.0, needless.1));
    let missed: Vec<bool> = trials.iter().filter_map(Trial::misses_unknown).collect();
    let (wrong, of) = (missed.iter().filter(|missed| **missed).count(), missed.len());
    row(
        "surface of which nothing is on record: not `unknown`",
        "≤ 1 %",
        share(wrong as u64, of as u64),
    );
    row("mean utility", "≥ 0.85", format!("{utility:.3} (n {})", trials.len()));
    row("onset: coverage of the 90 % range", "≥ 90 %", onset(trials));
    row("onset: median width over that with known rates", "≤ 2", widths(trials));
    row("`carried`: coverage of the 95 % interval", "93–97 %", carried(trials));
    text
}

fn onset(trials: &[Trial]) -> String {
    let told = trials.iter().filter_map(|one| Some((one.truth.onset?, one.report.onset?)));
    let told: Vec<_> = told.collect();
    let holds = told.iter().filter(|(at, said)| said.earliest <= *at && *at <= said.latest);
    share(holds.count() as u64, told.len() as u64)
}

fn widths(trials: &[Trial]) -> String {
    let mut ratios: Vec<f64> = trials
        .iter()
        .filter_map(|one| {
            one.truth.onset?;
            let said = one.report.onset?;
            let best = one.best_width?.as_secs_f64();
            (best > 0.0).then(|| said.latest.duration_since(said.earliest).as_secs_f64() / best)
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    match ratios.get(ratios.len() / 2) {
        Some(median) => format!("{median:.2} (n {})", ratios.len()),
        None => "none".to_owned(),
    }
}

fn carried(trials: &[Trial]) -> String {
    let told: Vec<_> = trials.iter().filter_map(Trial::carried).collect();
    let holds = told.iter().filter(|(truth, said)| said.low <= *truth && *truth <= said.high);
    share(holds.count() as u64, told.len() as u64)
}

fn by_scenario(trials: &[Trial]) -> String {
    let mut text = "| scenario | identified by | right | honest | needless | wrong | first seeds \
                    that went wrong |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for scenario in SCENARIOS {
        let of: Vec<&Trial> =
            trials.iter().filter(|trial| trial.scenario == scenario.name).collect();
        if of.is_empty() {
            continue;
        }
        let count = |is: fn(&Grade) -> bool| of.iter().filter(|one| is(&one.grade())).count();
        let wrong = of.iter().filter(|one| one.grade() == Grade::Wrong).take(4);
        let wrong: Vec<String> =
            wrong.map(|one| format!("{} ({})", one.seed, one.report.verdict.as_str())).collect();
        _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            scenario.name,
            scenario.identified_by,
            count(|grade| matches!(grade, Grade::Right(_))),
            count(|grade| *grade == Grade::Honest),
            count(|grade| *grade == Grade::Needless),
            count(|grade| *grade == Grade::Wrong),
            wrong.join(", ")
        );
    }
    text
}

/// The whole page.
pub(crate) fn page(trials: &[Trial], seeds: &std::ops::Range<u64>) -> String {
    format!(
        "{}{}{}",
        include_str!("page/head.md").replace("SEEDS", &format!("{}..{}", seeds.start, seeds.end)),
        tables(trials),
        include_str!("page/tail.md")
    )
}
