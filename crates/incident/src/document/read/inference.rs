//! The rows of the inference, and who has to mend it.

use model::postmortem::{
    Correct, Degree, HandoffCause, Inference, Inferred, InputChange, InputKind, Missed, Outside,
    Part as Share, Quote, Reach,
};

use super::{Read, said};
use crate::document::outline::{Entry, Section};

impl Read {
    /// Takes in a part with inferences: one under each heading, or one in all.
    pub(super) fn inferences(&mut self, section: &Section) {
        let is_field = |child: &&Section| field(&child.title).is_some();
        if section.children.iter().any(|child| is_field(&child)) {
            let fields = section.children.iter().map(|child| Entry {
                key: Some(child.title.clone()),
                text: child.text(),
                quote: child.quote(),
                cite: None,
                line: child.line,
            });
            self.inference(fields.collect());
            return;
        }
        let own = section.named();
        if !own.is_empty() {
            self.inference(own);
        }
        for child in &section.children {
            self.inference(child.named());
        }
    }

    fn inference(&mut self, entries: Vec<Entry>) {
        let number = self.document.inferences.len();
        let mut found = Inference::default();
        for entry in entries {
            let Some(field) = entry.key.as_deref().and_then(field) else { continue };
            if let Some(name) = field.path() {
                self.at(format!("inferences[{number}].{name}"), entry.line);
            }
            field.put(&mut found, entry);
        }
        if found != Inference::default() {
            self.document.inferences.push(found);
        }
    }

    /// Takes in who has to mend it.
    pub(super) fn attribution(&mut self, section: &Section) {
        let said = section.named().into_iter().filter(|it| it.key.as_deref() != Some("Open"));
        for Entry { key, text, line, .. } in said {
            let key = key.unwrap_or_default().to_lowercase();
            let share = share(&text);
            let it = &mut self.document.attribution;
            let name = match key.as_str() {
                "agent failure" | "agent" => put(&mut it.agent, share, "agent"),
                "tool failure" | "tool" => put(&mut it.tool, share, "tool"),
                "data failure" | "data" => put(&mut it.data, share, "data"),
                "handoff causes" => {
                    let words = text.split(',').map(str::trim);
                    it.handoff_causes.extend(words.filter_map(HandoffCause::of_word));
                    "handoff"
                }
                key if key.contains("handoff") || key.contains("hand-off") => {
                    put(&mut it.handoff, share, "handoff")
                }
                key if key.contains("outside") => {
                    it.outside = Some(Outside { degree: share.degree, evidence: share.evidence });
                    "outside"
                }
                "category" | "cause category" | "classification" => {
                    it.unknown.push(text);
                    "unknown"
                }
                _ => {
                    it.unknown.push(key);
                    "unknown"
                }
            };
            self.at(format!("attribution.{name}"), line);
        }
        let loose = section.entries.iter().filter(|entry| entry.key.is_none());
        for entry in loose.filter(|entry| !entry.text.is_empty()) {
            self.document.attribution.unknown.push(entry.text.clone());
            self.at("attribution.unknown".to_owned(), entry.line);
        }
    }
}

fn put(into: &mut Share, share: Share, name: &'static str) -> &'static str {
    *into = share;
    name
}

/// `primary. what shows it`
fn share(text: &str) -> Share {
    let (word, evidence) = text.split_once(['.', ':', ',', ';']).unwrap_or((text, ""));
    match (Degree::of_word(&word.trim().to_lowercase()), word.trim()) {
        (Some(degree), _) => Share { degree: Some(degree), evidence: evidence.trim().to_owned() },
        (None, "open") => Share { degree: None, evidence: evidence.trim().to_owned() },
        (None, _) => Share { degree: None, evidence: text.trim().to_owned() },
    }
}

/// A field of an inference.
#[derive(Clone, Copy)]
enum Field {
    Agent,
    Whose,
    Right,
    Inferred,
    Run,
    Step,
    QuotedFrom,
    Correct,
    KnownThen,
    Missed,
    Reach,
    AtStep,
    Change,
    Kind,
    Artefact,
    Lacked,
}

/// The field of that name, here and elsewhere.
fn field(name: &str) -> Option<Field> {
    let name = name.to_lowercase();
    let has = |word: &str| name.contains(word);
    Some(match name.as_str() {
        "agent" => Field::Agent,
        "whose" => Field::Whose,
        "right" => Field::Right,
        "run" => Field::Run,
        "step" => Field::Step,
        "quoted from" => Field::QuotedFrom,
        "known then" => Field::KnownThen,
        "reach" => Field::Reach,
        "at step" => Field::AtStep,
        "kind of change" => Field::Kind,
        "artefact" | "artifact" => Field::Artefact,
        "lacked" => Field::Lacked,
        _ if has("correct") => Field::Correct,
        _ if has("change") || has("would have yielded") => Field::Change,
        _ if has("signal") || has("missed") => Field::Missed,
        _ if has("inferred") => Field::Inferred,
        _ => return None,
    })
}

impl Field {
    /// Its name in the paths of findings, if findings are about it.
    fn path(self) -> Option<&'static str> {
        match self {
            Field::Inferred => Some("inferred"),
            Field::Correct => Some("correct"),
            Field::Missed => Some("missed"),
            Field::Change => Some("change"),
            _ => None,
        }
    }

    fn put(self, into: &mut Inference, entry: Entry) {
        let text = entry.text.clone();
        let quote = into.inferred.as_mut().map(quote_of);
        match self {
            Field::Agent => into.agent = said(&text),
            Field::Whose => into.responding = text.contains("responding"),
            Field::Right => into.right = right(&text),
            Field::Inferred => into.inferred = inferred(entry),
            Field::Run => _ = quote.map(|quote| quote.run = text.parse().ok()),
            Field::Step => _ = quote.map(|quote| quote.step = text.parse().ok()),
            Field::QuotedFrom => _ = quote.map(|quote| quote.source = said(&text)),
            Field::Correct => {
                into.correct = said(&text).map(|text| Correct { text, known_then: None });
            }
            Field::KnownThen => {
                _ = into.correct.as_mut().map(|correct| correct.known_then = said(&text));
            }
            Field::Missed => {
                into.missed = (!text.is_empty()).then(|| missed(&text));
            }
            Field::Reach => {
                _ = into.missed.as_mut().map(|missed| missed.reach = Reach::of_word(&text));
            }
            Field::AtStep => {
                _ = into.missed.as_mut().map(|missed| missed.step = text.parse().ok());
            }
            Field::Change => {
                let kind = None;
                into.change = said(&text).map(|what| InputChange { kind, artefact: None, what });
            }
            Field::Kind => {
                _ = into.change.as_mut().map(|change| change.kind = InputKind::of_word(&text));
            }
            Field::Artefact => {
                _ = into.change.as_mut().map(|change| change.artefact = said(&text));
            }
            Field::Lacked => into.lacked = said(&text),
        }
    }
}

fn missed(text: &str) -> Missed {
    let text = text.to_owned();
    Missed { reach: None, what: text, step: None }
}

fn right(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn quote_of(inferred: &mut Inferred) -> &mut Quote {
    match inferred {
        Inferred::Quoted(quote) | Inferred::NotVerbalised(quote) | Inferred::NotKept(quote) => {
            quote
        }
    }
}

/// What was inferred: the kind with a quote under it, or, elsewhere, the words themselves.
fn inferred(entry: Entry) -> Option<Inferred> {
    let of = |text: String| Quote { text, ..Quote::default() };
    let block = entry.quote.unwrap_or_default();
    Some(match entry.text.as_str() {
        "quoted" => Inferred::Quoted(of(block)),
        "not_verbalised" => Inferred::NotVerbalised(of(block)),
        "not_kept" => Inferred::NotKept(of(block)),
        text if block.is_empty() => Inferred::Quoted(of(unquoted(&said(text)?))),
        _ => Inferred::Quoted(of(block)),
    })
}

/// A text without the marks around it.
fn unquoted(text: &str) -> String {
    text.trim_matches(['"', '“', '”', '«', '»']).to_owned()
}
