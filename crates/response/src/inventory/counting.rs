//! Counting what runs ran under. Pure: runs in, inventory out.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use flight::{Recent, RunRow};
use intake::notices::model_name;
use jiff::Timestamp;
use model::{Level, RunId, Seen};

use super::{AliasFound, By, Inventory, ModelUse, Use};

/// Things of one kind that are listed.
const MOST: usize = 500;

/// Features, segments and versions that are listed of one thing.
const MOST_BY: usize = 50;

/// Runs that are named as examples.
const EXAMPLES: usize = 5;

/// What a level says about what is used.
#[derive(Debug, Clone, Copy)]
enum Says<'a> {
    Requested(&'a str),
    Served(&'a str),
    Tool(&'a str, Option<&'a str>),
    Index(&'a str, Option<&'a str>),
    Segment(&'a Seen),
}

#[derive(Debug, Default)]
struct Tallied<'a> {
    runs: u64,
    requested: u64,
    served: u64,
    unresolved: u64,
    features: HashMap<Arc<str>, u64>,
    segments: HashMap<&'a Seen, u64>,
    /// Names that answered, or versions.
    others: HashMap<&'a str, u64>,
    span: Option<(Timestamp, Timestamp)>,
    newest: Vec<(Timestamp, RunId)>,
}

/// What one run says.
#[derive(Debug, Default)]
struct Said<'a> {
    requested: Vec<&'a str>,
    served: Vec<&'a str>,
    tools: BTreeMap<&'a str, Option<&'a str>>,
    indexes: BTreeMap<&'a str, Option<&'a str>>,
    segments: Vec<&'a Seen>,
}

/// Counts the runs in memory.
pub(crate) fn count(recent: &Recent, now: Timestamp) -> Inventory {
    let dictionary = recent.dictionary();
    let says: Vec<Option<Says<'_>>> = dictionary.iter().map(says).collect();
    let (mut models, mut tools, mut indexes) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut of_feature: HashMap<Arc<str>, u64> = HashMap::new();
    let (mut runs, mut nameless) = (0, 0);
    for row in recent.rows() {
        runs += 1;
        *of_feature.entry(Arc::clone(&row.feature)).or_default() += 1;
        let said = Said::of(row, &says);
        nameless += u64::from(said.requested.is_empty() && said.served.is_empty());
        take_models(&mut models, row, &said);
        take_things(&mut tools, row, &said.tools);
        take_things(&mut indexes, row, &said.indexes);
    }
    let whole = Whole { runs, of_feature };
    let models = whole.models(models);
    Inventory {
        as_of: now,
        since: recent.complete_since(),
        runs,
        nameless,
        aliases: models.iter().filter_map(|(used, runs)| alias(used, runs)).collect(),
        models: models.into_iter().map(|(used, _)| used).collect(),
        tools: whole.things(tools),
        indexes: whole.things(indexes),
    }
}

fn says(seen: &Seen) -> Option<Says<'_>> {
    let subject = seen.factor.as_str().split_once(':').map_or("", |(_, subject)| subject);
    let level = match &seen.level {
        Level::Is(level) => Some(level.as_str()),
        Level::NotRecorded => None,
    };
    match seen.factor.family() {
        "model_requested" => level.map(Says::Requested),
        "model_served" => level.map(Says::Served),
        "tool_schema" => Some(Says::Tool(subject, level)),
        "tool_called" => level.map(|tool| Says::Tool(tool, None)),
        "index" => Some(Says::Index(subject, level)),
        "segment" if level.is_some() => Some(Says::Segment(seen)),
        _ => None,
    }
}

impl<'a> Said<'a> {
    fn of(row: &RunRow, says: &[Option<Says<'a>>]) -> Self {
        let mut said = Self::default();
        for place in row.levels.iter() {
            match says.get(*place as usize).copied().flatten() {
                Some(Says::Requested(name)) => said.requested.push(name),
                Some(Says::Served(name)) => said.served.push(name),
                Some(Says::Tool(name, version)) => known(&mut said.tools, name, version),
                Some(Says::Index(name, version)) => known(&mut said.indexes, name, version),
                Some(Says::Segment(seen)) => said.segments.push(seen),
                None => {}
            }
        }
        said
    }

    /// What answered when a name was asked for; none if the run does not tell.
    fn answering(&self, asked: &str) -> Option<&'a str> {
        let related = |served: &&&str| model_name::concerns(served, asked).is_some();
        match (self.requested.as_slice(), self.served.as_slice()) {
            ([_], [served]) => Some(served),
            (_, served) => served.iter().find(related).copied(),
        }
    }
}

/// Notes a version, unless a better one is known.
fn known<'a>(
    things: &mut BTreeMap<&'a str, Option<&'a str>>,
    name: &'a str,
    version: Option<&'a str>,
) {
    let entry = things.entry(name).or_default();
    *entry = entry.or(version);
}

fn take_models<'a>(models: &mut HashMap<&'a str, Tallied<'a>>, row: &RunRow, said: &Said<'a>) {
    let mut met: Vec<&str> = Vec::new();
    for name in said.requested.iter().chain(&said.served).copied() {
        if met.contains(&name) {
            continue;
        }
        met.push(name);
        let tallied = models.entry(name).or_default();
        tallied.take(row);
        said.segments.iter().for_each(|seen| *tallied.segments.entry(seen).or_default() += 1);
        tallied.served += u64::from(said.served.contains(&name));
        if said.requested.contains(&name) {
            tallied.requested += 1;
            match said.answering(name) {
                Some(served) => *tallied.others.entry(served).or_default() += 1,
                None => tallied.unresolved += 1,
            }
        }
    }
}

fn take_things<'a>(
    things: &mut HashMap<&'a str, Tallied<'a>>,
    row: &RunRow,
    said: &BTreeMap<&'a str, Option<&'a str>>,
) {
    for (name, version) in said {
        let tallied = things.entry(*name).or_default();
        tallied.take(row);
        if let Some(version) = *version {
            *tallied.others.entry(version).or_default() += 1;
        }
    }
}

impl Tallied<'_> {
    fn take(&mut self, row: &RunRow) {
        self.runs += 1;
        *self.features.entry(Arc::clone(&row.feature)).or_default() += 1;
        let (first, last) = self.span.unwrap_or((row.started, row.started));
        self.span = Some((first.min(row.started), last.max(row.started)));
        self.newest.push((row.started, row.id));
        if self.newest.len() >= 2 * EXAMPLES {
            self.keep_newest();
        }
    }

    fn keep_newest(&mut self) {
        self.newest.sort_by_key(|(at, id)| (std::cmp::Reverse(*at), *id));
        self.newest.truncate(EXAMPLES);
    }

    fn newest(mut self) -> Vec<RunId> {
        self.keep_newest();
        self.newest.into_iter().map(|(_, id)| id).collect()
    }
}

/// All runs, which shares are of.
struct Whole {
    runs: u64,
    of_feature: HashMap<Arc<str>, u64>,
}

impl Whole {
    fn models(&self, models: HashMap<&str, Tallied<'_>>) -> Vec<(ModelUse, Vec<RunId>)> {
        let used = |(name, tallied): (&str, Tallied<'_>)| {
            let (first, last) = tallied.span?;
            let segment = |seen: &&Seen| {
                let key = seen.factor.as_str().trim_start_matches("segment:");
                let Level::Is(level) = &seen.level else { return key.to_owned() };
                format!("{key}={level}")
            };
            let used = ModelUse {
                name: name.to_owned(),
                provider: model_name::provider_of(name).map(str::to_owned),
                requested: tallied.requested,
                served: tallied.served,
                runs: tallied.runs,
                share: share(tallied.runs, self.runs),
                features: self.features(&tallied),
                segments: by(&tallied.segments, segment, tallied.runs),
                answered_by: by(&tallied.others, |name| (*name).to_owned(), tallied.requested),
                unresolved: tallied.unresolved,
                first,
                last,
            };
            Some((used, tallied.newest()))
        };
        let mut all: Vec<_> = models.into_iter().filter_map(used).collect();
        all.sort_by(|(a, _), (b, _)| b.runs.cmp(&a.runs).then_with(|| a.name.cmp(&b.name)));
        all.truncate(MOST);
        all
    }

    fn things(&self, things: HashMap<&str, Tallied<'_>>) -> Vec<Use> {
        let used = |(name, tallied): (&str, Tallied<'_>)| {
            let (first, last) = tallied.span?;
            Some(Use {
                name: name.to_owned(),
                runs: tallied.runs,
                share: share(tallied.runs, self.runs),
                features: self.features(&tallied),
                versions: by(&tallied.others, |name| (*name).to_owned(), tallied.runs),
                first,
                last,
            })
        };
        let mut all: Vec<Use> = things.into_iter().filter_map(used).collect();
        all.sort_by(|a, b| b.runs.cmp(&a.runs).then_with(|| a.name.cmp(&b.name)));
        all.truncate(MOST);
        all
    }

    fn features(&self, tallied: &Tallied<'_>) -> Vec<By> {
        let mut all = by(&tallied.features, ToString::to_string, 1);
        for one in &mut all {
            one.share = share(one.runs, self.of_feature.get(&*one.name).copied().unwrap_or(0));
        }
        all
    }
}

fn by<K>(counts: &HashMap<K, u64>, name: impl Fn(&K) -> String, whole: u64) -> Vec<By> {
    let one =
        |(key, runs): (&K, &u64)| By { name: name(key), runs: *runs, share: share(*runs, whole) };
    let mut all: Vec<By> = counts.iter().map(one).collect();
    all.sort_by(|a, b| b.runs.cmp(&a.runs).then_with(|| a.name.cmp(&b.name)));
    all.truncate(MOST_BY);
    all
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// A name without a date that leads elsewhere, or nobody recorded where.
fn alias(used: &ModelUse, newest: &[RunId]) -> Option<AliasFound> {
    let elsewhere = used.answered_by.iter().any(|by| by.name != used.name);
    if used.requested == 0
        || model_name::is_dated(&used.name)
        || !(elsewhere || used.unresolved > 0)
    {
        return None;
    }
    let why = match (elsewhere, used.unresolved) {
        (true, 0) => "it is answered by a model of another name, which can change without notice",
        (true, _) => "it is answered by a model of another name, and some runs do not say by which",
        (false, _) => "no date is in the name, and runs do not say which model answered",
    };
    Some(AliasFound {
        name: used.name.clone(),
        provider: used.provider.clone(),
        why: why.to_owned(),
        runs: used.requested,
        answered_by: used.answered_by.clone(),
        unresolved: used.unresolved,
        features: used.features.clone(),
        examples: newest.to_vec(),
    })
}
