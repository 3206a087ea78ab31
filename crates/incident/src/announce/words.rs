//! The words of announcements: plain text, without what could command whoever shows it.

use jiff::{SignedDuration, Timestamp};
use model::course::{SeveritySet, StageReached};
use model::notice::{ChannelSilent, NoticeJudged, SilenceEnded};
use model::{Notice, Report, Severity};

use super::{Subject, Work};
use crate::brief::brief;

/// Longest title.
const LONGEST_LINE: usize = 200;

/// Longest text.
const LONGEST_TEXT: usize = 2_000;

pub(super) fn titled(subject: &Subject) -> String {
    line(&match subject.severity {
        Some(severity) => format!("{severity}: {}", subject.title),
        None => subject.title.clone(),
    })
}

pub(super) fn declared(subject: &Subject, report: &Report) -> String {
    let brief = brief(report);
    let feature = subject.feature.as_deref().unwrap_or("no one feature");
    let severity = subject.severity.map_or("not said yet".to_owned(), |it| it.to_string());
    let told = [
        format!("Feature: {feature}. Severity: {severity}."),
        format!("Found: {}.", brief.headline.trim_end_matches('.')),
        format!("Measured: {}.", brief.measured),
    ];
    lines(&told.join("\n"))
}

pub(super) fn severity(set: &SeveritySet, was: Option<Severity>) -> String {
    let was = was.map_or("not said".to_owned(), |was| was.to_string());
    lines(&format!("Severity: {was} → {}. {}", set.severity, set.because))
}

pub(super) fn stage(reached: &StageReached) -> String {
    let rate = reached.rate.as_ref().map(crate::wording::rate);
    let rate = rate.map(|rate| format!("\nMeasured: bad {rate}.")).unwrap_or_default();
    lines(&format!("{}: {}{rate}", reached.stage.as_str(), reached.because))
}

pub(super) fn escalated(rung: i64, title: &str) -> String {
    match rung {
        1 => format!("1 day left: {title}"),
        rung => format!("{rung} days left: {title}"),
    }
}

pub(super) fn redated(due: Timestamp, title: &str) -> String {
    line(&format!("due {}: {title}", day(due)))
}

pub(super) fn silent(it: &ChannelSilent) -> String {
    let since = crate::wording::moment(it.since);
    line(&format!("{}: nothing heard by {} since {since}", it.provider, it.channel))
}

pub(super) fn expected(it: &ChannelSilent) -> String {
    let most = crate::wording::duration(SignedDuration::from_secs(it.expected_secs));
    let mend = "Send a test from the provider's side.";
    lines(&format!("{most} of silence are the most expected. {mend}\nOwner: {}.", it.owner))
}

pub(super) fn heard_again(it: &SilenceEnded) -> String {
    line(&format!("{}: the silence of {} is over", it.provider, it.channel))
}

pub(super) fn ticket(work: &Work) -> String {
    let concerns = match work.concerns.is_empty() {
        true => String::new(),
        false => format!("\nConcerns: {}.", work.concerns.join(", ")),
    };
    lines(&format!("Due: {}. Owner: {}.{concerns}", work.due, work.owner))
}

pub(super) fn notice(says: &Notice) -> String {
    let named = |what: &str, names: &[String]| match names.is_empty() {
        true => String::new(),
        false => format!("\n{what}: {}.", names.join(", ")),
    };
    let status = says.status.as_deref().unwrap_or(&says.kind);
    let models = named("Models", &says.models);
    lines(&format!("{} says: {status}.{models}{}", says.provider, named("Regions", &says.regions)))
}

pub(super) fn judged(says: &str, judged: &NoticeJudged) -> String {
    let concerns = match judged.concerns.is_empty() {
        true => "the account".to_owned(),
        false => judged.concerns.join(", "),
    };
    lines(&format!("{says}\nConcerns: {concerns}. Owner: {}.", judged.owner))
}

pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A text as one line.
pub(super) fn line(text: &str) -> String {
    let plain = |c: char| if c.is_control() || is_invisible(c) { ' ' } else { c };
    cut(text.chars().map(plain).collect(), LONGEST_LINE)
}

/// A text with its lines.
pub(super) fn lines(text: &str) -> String {
    let plain = |c: char| if c != '\n' && c.is_control() || is_invisible(c) { ' ' } else { c };
    cut(text.chars().map(plain).collect(), LONGEST_TEXT)
}

fn cut(text: String, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text;
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

/// Characters that turn the direction of what follows, or break its line: they could make a text
/// read as what it is not.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}
