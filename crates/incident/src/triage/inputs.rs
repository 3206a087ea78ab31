//! What the runs ran under, asked for the drifts that have a name: an alias that is answered by
//! another model, an index that went stale, vectors of two models, calls that fail.

use jiff::{SignedDuration, Timestamp};
use model::report::{FactorShares, Shares};
use model::triage::Answer;
use model::{Factor, Report};

use crate::wording::{duration, percent};

fn of_family<'a>(report: &'a Report, family: &str) -> Vec<&'a FactorShares> {
    let is_of = |shares: &&FactorShares| Factor::from(shares.factor.as_str()).family() == family;
    report.factors.iter().filter(is_of).collect()
}

fn names(shares: &Shares) -> String {
    let names: Vec<&str> = shares.levels.iter().map(|count| count.level.as_str()).collect();
    names.join(", ")
}

/// Whether the same name was asked for and another model answered.
pub(super) fn alias(report: &Report) -> (Answer, String) {
    let (requested, served) =
        (of_family(report, "model_requested"), of_family(report, "model_served"));
    let (Some(requested), Some(served)) = (requested.first(), served.first()) else {
        return (Answer::Unknown, "no call of a model is on record".to_owned());
    };
    let lacking = served.before.missing + served.during.missing;
    if requested.since.is_some() {
        let asked = names(&requested.during);
        return (Answer::Unknown, format!("not only the answer: {asked} was asked for"));
    }
    if served.since.is_some() {
        let (asked, before) = (names(&requested.during), names(&served.before));
        let now = names(&served.during);
        return (Answer::Drifted, format!("{asked} was answered by {before}, and now by {now}"));
    }
    match lacking {
        0 => {
            (Answer::Unknown, "the same model is named, which a silent change would do too".into())
        }
        _ => (Answer::Unknown, format!("{lacking} runs do not say which model answered")),
    }
}

/// An index older than this when behaviour changed is stale.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether what was searched was fresh when behaviour changed.
pub(super) fn freshness(report: &Report) -> (Answer, String) {
    let at = report.onset.map_or(report.windows.incident.start, |onset| onset.at);
    let built = of_family(report, "index_built");
    let levels = built.iter().flat_map(|shares| {
        shares.during.levels.iter().map(|count| (&shares.factor, count.level.as_str()))
    });
    let mut ages: Vec<(SignedDuration, String)> = Vec::new();
    for (factor, level) in levels {
        let Ok(built) = level.parse::<Timestamp>() else {
            return (Answer::Unknown, format!("{factor} is no time: {level}"));
        };
        ages.push((at.duration_since(built), format!("{factor} was {level}")));
    }
    let Some((age, oldest)) = ages.into_iter().max() else {
        let why = "when an index was built is not on record: send mayday.index.built_at";
        return (Answer::Unknown, why.to_owned());
    };
    let lacking: u64 =
        built.iter().map(|shares| shares.during.missing + shares.during.others).sum();
    let said = format!("{oldest}, {} before behaviour changed", duration(age));
    match (age > STALE_AFTER, lacking) {
        (true, _) => (Answer::Drifted, said),
        (false, 0) => (Answer::Clean, said),
        (false, _) => (Answer::Unknown, format!("{said}; of others it is not known")),
    }
}

/// Whether questions and documents were made vectors by the same model.
pub(super) fn embedding(report: &Report) -> (Answer, String) {
    let of = |family| {
        let all = of_family(report, family);
        let levels = all.iter().flat_map(|one| one.during.levels.iter().map(|l| l.level.clone()));
        let mut levels: Vec<String> = levels.collect();
        levels.sort();
        levels.dedup();
        let lacking: u64 = all.iter().map(|one| one.during.missing + one.during.others).sum();
        (levels, lacking)
    };
    let ((index, index_lacks), (query, query_lacks)) =
        (of("embedding_index"), of("embedding_query"));
    if index.is_empty() || query.is_empty() {
        let why = "not both are on record: send mayday.index.embedding_model on retrieval spans, \
                   and spans of embedding calls";
        return (Answer::Unknown, why.to_owned());
    }
    let said = format!("the index by {}, questions by {}", index.join(", "), query.join(", "));
    match (index == query && index.len() == 1, index_lacks + query_lacks) {
        (false, _) => (Answer::Drifted, said),
        (true, 0) => (Answer::Clean, said),
        (true, lacking) => (Answer::Unknown, format!("{said}; {lacking} runs do not say")),
    }
}

/// Whether more calls of tools or models failed than before.
pub(super) fn failures(report: &Report) -> Option<(Answer, String)> {
    let rose = report.changed_with.iter().filter(|changed| {
        let factor = Factor::from(changed.factor.as_str());
        matches!(factor.family(), "tool_failed" | "model_failed") && changed.level != "no"
    });
    let said: Vec<String> = rose
        .map(|changed| {
            let (before, during) = (percent(changed.share_before), percent(changed.share_during));
            format!("{} {}: {before} → {during} of runs", changed.factor, changed.level)
        })
        .collect();
    (!said.is_empty()).then(|| (Answer::Drifted, format!("calls failed: {}", said.join("; "))))
}
