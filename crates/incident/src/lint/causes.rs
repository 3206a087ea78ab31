//! Causes, categories, layers and fields: named, and not flattened.

use model::fields::FieldState;
use model::postmortem::{Degree, FailureKind, LayerState, Statement};

use super::Check;
use super::phrases::quotes_what_was_read;
use super::words::Text;

pub(super) fn check(check: &mut Check<'_>) {
    statements(check);
    categories(check);
    fields(check);
    layers(check);
    prompt_only(check);
    resolved(check);
}

fn statements(check: &mut Check<'_>) {
    let document = check.document;
    let agent = !document.inferences.is_empty() || check.beside.agent_involved == Some(true);
    let unsaid = document.inferences.iter().all(|it| it.missed.is_none() || it.correct.is_none());
    let parts: [(&str, &[Statement]); 4] = [
        ("summary", &document.summary),
        ("causes", &document.causes),
        ("resolution", &document.resolution),
        ("impact", &document.impact),
    ];
    for (name, statements) in parts {
        for (number, statement) in statements.iter().enumerate() {
            let (at, said) = (format!("{name}[{number}]"), statement.text.as_str());
            let text = Text::of(said);
            let is_generic = check.rules.generic_cause(said).is_some();
            if name == "causes" && agent && unsaid && is_generic {
                check.found("flattened-causes", at.clone(), said);
            }
            if name == "resolution" && text.first(&check.rules.words.rerun).is_some() {
                check.found("rerun-is-no-evidence", at.clone(), said);
            }
            if matches!(name, "causes" | "summary") {
                degraded(check, &at, said);
            }
            if matches!(name, "causes" | "resolution") {
                runbook(check, &at, said);
            }
            if name != "impact" {
                by_a_team(check, &at, said);
            }
            if name == "causes" {
                blame(check, &at, said);
            }
            if statement.proposed && statement.cite.is_none() {
                check.found("uncited-proposal", at, said);
            }
        }
    }
}

/// "Resolved by the AI team", where nothing says what whoever was called first could learn from it.
fn by_a_team(check: &mut Check<'_>, at: &str, said: &str) {
    let document = check.document;
    let open =
        document.moved.is_none() || document.failures.is_empty() || document.items.is_empty();
    if open && Text::of(said).first(&check.rules.words.by_a_team).is_some() {
        check.found("resolved-by-a-team", at, said);
    }
}

fn degraded(check: &mut Check<'_>, at: &str, said: &str) {
    if Text::of(said).first(&check.rules.words.degraded).is_none() {
        return;
    }
    let fields = &check.document.fields;
    let changed = fields.iter().any(|line| line.state == Some(FieldState::Changed));
    let unchanged = fields.iter().filter(|line| line.state == Some(FieldState::Unchanged)).count();
    if !changed && unchanged < 6 {
        check.found("model-degraded", at, said);
    }
}

/// "Fix the runbook", unless a data failure quotes what the agent read there.
pub(super) fn runbook(check: &mut Check<'_>, at: &str, said: &str) {
    if check.rules.rewords_runbook(said) && !quotes_what_was_read(check.document) {
        check.found("fix-the-runbook", at, said);
    }
}

/// Blame of a person, or of a model as if it were one.
pub(super) fn blame(check: &mut Check<'_>, at: &str, said: &str) {
    let (text, words) = (Text::of(said), &check.rules.words);
    let named = check.beside.roster.iter().any(|name| text.has(&name.to_lowercase()));
    let handle = said.split_whitespace().any(|word| {
        word.strip_prefix('@').is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    });
    let before = text.before(&words.should_have);
    let somebody = before.iter().any(|who| !words.roles.iter().any(|role| role == who));
    if named || handle || somebody || text.has("human error") {
        check.found("blame-person", at, said);
    }
    if text.first(&check.rules.words.blames_model).is_some() {
        check.found("blame-model", at, said);
    }
}

fn categories(check: &mut Check<'_>) {
    let it = &check.document.attribution;
    for word in &it.unknown {
        let (text, words) = (Text::of(word), &check.rules.words);
        let is_none =
            text.is_one_of(&words.bare_category) || text.first(&words.no_category).is_some();
        let rule = if is_none { "ai-failure-category" } else { "category-open" };
        check.found(rule, "attribution.unknown", word);
    }
    let outside = it.outside.as_ref().and_then(|outside| outside.degree);
    for (name, part) in it.four() {
        let bare = part.degree.is_some_and(|degree| degree > Degree::Absent)
            && part.evidence.trim().is_empty();
        if part.degree.is_none() || bare {
            check.found("category-open", format!("attribution.{name}"), name);
        }
    }
    let handed = it.handoff.degree.is_some_and(|degree| degree > Degree::Absent);
    if handed && it.handoff_causes.is_empty() {
        check.found("handoff-without-cause", "attribution.handoff", "");
    }
    let any = it.four().iter().filter_map(|(_, part)| part.degree).chain(outside).max();
    if any == Some(Degree::Absent) {
        check.found("category-open", "attribution", "every category is absent");
    }
}

fn fields(check: &mut Check<'_>) {
    let document = check.document;
    for (number, line) in document.fields.iter().enumerate() {
        let unreasoned = line.state == Some(FieldState::Unknown) && line.why.trim().is_empty();
        if line.state.is_none() || unreasoned {
            check.found("six-fields-open", format!("fields[{number}]"), &line.field);
        }
    }
    let mut names: Vec<&str> = document.fields.iter().map(|line| line.field.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 6 {
        check.found("six-fields-open", "fields", &format!("{} of 6 are there", names.len()));
    }
}

fn layers(check: &mut Check<'_>) {
    let layers = &check.document.layers;
    let waived = |evidence: &str| !evidence.trim().is_empty();
    for (number, row) in layers.iter().enumerate() {
        if row.state == LayerState::Untested && !waived(&row.evidence) {
            check.found("layer-untested", format!("layers[{number}]"), &row.layer);
        }
    }
    if layers.is_empty() {
        check.found("layer-untested", "layers", "no layer has a verdict");
        return;
    }
    let origins: Vec<_> = layers.iter().filter(|row| row.state == LayerState::Origin).collect();
    let untested = layers.iter().any(|row| row.state == LayerState::Untested);
    let model = origins.iter().any(|row| row.layer.to_lowercase().starts_with("model"));
    if origins.is_empty() || (model && untested) {
        check.found("layer-origin", "layers", "");
    }
}

fn prompt_only(check: &mut Check<'_>) {
    let document = check.document;
    let words = &check.rules.words.bad_prompt;
    let causes = &document.causes;
    let blamed = causes.iter().filter(|cause| Text::of(&cause.text).first(words).is_some()).count();
    let only_said = blamed > 0 && blamed == causes.len();
    let only_kind = document.failures == [FailureKind::PromptWording];
    let mut sources = causes.iter().map(|cause| (cause.cite.as_deref(), cause.text.as_str()));
    let cited = sources.any(|(cite, text)| {
        let cited = cite.unwrap_or_default().to_lowercase();
        cited.contains("ablation") || text.to_lowercase().contains("ablation")
    });
    if !(only_said || only_kind) {
        return;
    }
    match (check.beside.prompt_ablated, cited) {
        (Some(true), _) => {}
        (None, true) => {
            let why = "causes: no record was asked for the ablation that is cited";
            check.linted.not_checked.push(why.to_owned());
        }
        (Some(false), _) | (None, false) => check.found("prompt-only-cause", "causes", ""),
    }
}

fn resolved(check: &mut Check<'_>) {
    let document = check.document;
    let measured = document.rates.iter().any(|row| row.after.is_some_and(|after| after.n > 0));
    if !document.resolution.is_empty() && !measured {
        check.found("resolved-without-measurement", "resolution", "");
    }
}
