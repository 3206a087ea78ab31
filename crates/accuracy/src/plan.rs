//! What a world is made of: who comes, what they run under, what changes, and what that does.

/// A day of an AI product, as data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// How long it lasts.
    pub(crate) hours: f64,
    /// Runs an hour.
    pub(crate) per_hour: f64,
    /// The bad rate of good times.
    pub(crate) base: f64,
    /// How much the bad rate swings over a day, as a part of itself.
    pub(crate) swing: f64,
    /// Who comes.
    pub(crate) crowds: Vec<Crowd>,
    /// Customers with a rate of their own, if that is so.
    pub(crate) tenants: Option<Tenants>,
    /// Share of runs whose outcome is known before the fault, and from then on.
    pub(crate) known: [f64; 2],
    /// How outcomes become known.
    pub(crate) labels: Labels,
    /// What reaches the record, where somebody before it leaves runs out.
    pub(crate) kept: Option<Kept>,
    /// How much higher the bad rate is at weekends, as a part of itself.
    pub(crate) weekend: f64,
    /// The hour from which on somebody asks, and that at which they do; else the likeliest rise of
    /// the whole time.
    pub(crate) asked: Option<[f64; 2]>,
    /// What changes.
    pub(crate) changes: Vec<Change>,
    /// What gets worse although nothing on record changes.
    pub(crate) hidden: Vec<Hidden>,
    /// How calls of the tool fail, if any do.
    pub(crate) failing: Option<Failing>,
    /// How many replicas there are.
    pub(crate) replicas: u32,
    /// Factor families that are not recorded.
    pub(crate) silent: Vec<&'static str>,
    /// Whether every run has a part of everything, and every level is a digest of all there is.
    pub(crate) is_instrumented: bool,
}

/// How outcomes become known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Labels {
    /// The run itself says.
    AtOnce,
    /// Labels come later: after so many hours in the mean, of good runs and of bad ones.
    Late([f64; 2]),
    /// A judge says, and users say of the other runs.
    Judged(Judge),
}

/// A tool of which some calls fail at all times, which does no harm; and more of them in a place
/// from a moment on, which does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Failing {
    /// The share of calls that fail at all times.
    pub(crate) usual: f64,
    /// When more do, in hours.
    pub(crate) at: f64,
    /// Only calls at this level of a crowd, if not all.
    pub(crate) only: Option<(&'static str, &'static str)>,
    /// The share of those that fail from then on.
    pub(crate) share: f64,
    /// What that adds to the bad rate of their runs.
    pub(crate) adds: f64,
}

/// A sampler that keeps bad runs, and of the others one in so many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Kept {
    /// Of how many it keeps one, before and after it is set anew.
    pub(crate) one_in: [u64; 2],
    /// When that is, in hours.
    pub(crate) turns: f64,
    /// Whether bad runs are kept as rarely as others.
    pub(crate) blindly: bool,
}

/// A judge whose configuration stays, and what it makes of runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Judge {
    /// The share of runs that it judges.
    pub(crate) share: f64,
    /// When it turns, in hours; never if not within the time.
    pub(crate) turns: f64,
    /// The share of bad runs that it passes from then on.
    pub(crate) passes: f64,
    /// The share of good runs that it fails from then on.
    pub(crate) fails: f64,
    /// The share of bad runs of which users say so; they think the others good.
    pub(crate) complain: f64,
}

/// A factor of the mix.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Crowd {
    /// Which.
    pub(crate) factor: &'static str,
    /// Its levels.
    pub(crate) parts: Vec<Part>,
    /// When the shares change, in hours; never if not within the day.
    pub(crate) turns: f64,
}

/// A level of the mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// Its weight before and after the shares change.
    pub(crate) weight: [f64; 2],
    /// How much worse its runs are than the base, in rate.
    pub(crate) adds: f64,
}

/// Customers of very different size, each with a rate of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tenants {
    pub(crate) count: usize,
    /// Most that one adds to the rate.
    pub(crate) spread: f64,
}

/// Something on record that changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    /// What.
    pub(crate) what: What,
    /// How it reaches the runs.
    pub(crate) reaches: Reach,
    /// Only runs at this level of a crowd, if not all.
    pub(crate) only: Option<(&'static str, &'static str)>,
    /// What it adds to the bad rate of the runs it reaches.
    pub(crate) adds: f64,
}

/// What can change. Each is one or several factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// An agent's system prompt: three fingerprints.
    Prompt(&'static str),
    /// The model that answers, with the same name asked for.
    Served,
    /// The shape of what a tool answers.
    Shape,
    /// A tool's definition.
    Schema,
    /// An index that some runs search.
    Index,
    /// The model that makes vectors of questions.
    Embedding,
    /// How outcomes are judged.
    Judge,
    /// The rule by which context is cut.
    Context,
    /// Sampling parameters.
    Parameters,
    /// The application.
    Code,
}

/// How a change reaches runs, in hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reach {
    /// All at once.
    At(f64),
    /// More and more of them.
    Over(f64, f64),
    /// A share of them from a moment on.
    Share(f64, f64),
}

/// Something that no record shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hidden {
    /// From when on, in hours.
    pub(crate) at: f64,
    /// How long it takes to be there in full.
    pub(crate) ramp: f64,
    /// Only runs at this level of a crowd, if not all.
    pub(crate) only: Option<(&'static str, &'static str)>,
    /// What it adds to the bad rate.
    pub(crate) adds: f64,
}

impl Reach {
    /// The share of runs that it has reached at an hour.
    pub(crate) fn share(self, hour: f64) -> f64 {
        match self {
            Reach::At(at) => f64::from(hour >= at),
            Reach::Over(from, to) => ((hour - from) / (to - from)).clamp(0.0, 1.0),
            Reach::Share(at, share) => share * f64::from(hour >= at),
        }
    }

    /// When it begins.
    pub(crate) fn begins(self) -> f64 {
        match self {
            Reach::At(at) | Reach::Over(at, _) | Reach::Share(at, _) => at,
        }
    }
}

impl What {
    /// The factor it is named after.
    pub(crate) fn factor(self) -> String {
        match self {
            What::Prompt(agent) => format!("prompt:{agent}"),
            What::Served => "model_served".to_owned(),
            What::Shape => "tool_shape:search".to_owned(),
            What::Schema => "tool_schema:search".to_owned(),
            What::Index => "index:kb".to_owned(),
            What::Embedding => "embedding_query".to_owned(),
            What::Judge => "judge:quality".to_owned(),
            What::Context => "context".to_owned(),
            What::Parameters => "parameters".to_owned(),
            What::Code => "code".to_owned(),
        }
    }

    /// Whether its levels are names, which prove content only where they are digests of it.
    pub(crate) fn is_named(self) -> bool {
        matches!(self, What::Served | What::Index | What::Embedding | What::Code)
    }

    /// Every factor that shows it.
    pub(crate) fn factors(self) -> Vec<String> {
        match self {
            What::Prompt(agent) => ["prompt", "prompt_undated", "prompt_text"]
                .map(|one| format!("{one}:{agent}"))
                .into(),
            other => vec![other.factor()],
        }
    }
}
