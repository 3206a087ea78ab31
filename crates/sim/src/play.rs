//! A play: six hours of the product, with what went wrong in them.

use jiff::{SignedDuration, Timestamp};

use crate::author::Author;
use crate::case::{Case, LARGE_CUSTOMER};
use crate::dice::{Dice, Purpose};
use crate::export::{Exporter, Origin, Request, Written};
use crate::harm::Ending;
use crate::product::Product;
use crate::scenario::{Cause, Scenario};
use crate::setup::{Part, Setup};
use crate::timeline::{LENGTH, Timeline};
use crate::traffic::Arrivals;
use crate::truth::{Artefact, Truth};

/// The years whose times OTLP can write, with room for a play.
const EARLIEST: Timestamp = Timestamp::constant(7 * 86_400, 0);
const LATEST: Timestamp = Timestamp::constant(18_446_000_000, 0);

/// Six hours of the product.
///
/// The same scenario, seed and start give the same requests, to the byte.
#[derive(Debug)]
pub struct Play {
    scenario: Scenario,
    seed: u64,
    start: Timestamp,
    timeline: Timeline,
    product: Product,
}

/// A case, what it ran under, and how it ended.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) case: Case,
    pub(crate) setup: Setup,
    pub(crate) ending: Ending,
}

impl Play {
    /// Sets up a play. A start that OTLP has no time for (before 1970, after 2554) is moved in.
    pub fn new(scenario: Scenario, seed: u64, start: Timestamp) -> Self {
        let start = start.clamp(EARLIEST, LATEST);
        let mut dice = Dice::new(scenario, seed, Purpose::Timeline);
        let timeline = Timeline::draw(scenario, &mut dice);
        let product = Product::new(start, &timeline);
        Self { scenario, seed, start, timeline, product }
    }

    /// What in the record identifies the cause; none when nothing recorded is to blame.
    pub fn truth(&self) -> Option<Truth> {
        let fault = self.timeline.fault?;
        let of = |surface: &str, factor: &str, to: String| {
            let (surface, factor) = (surface.to_owned(), factor.to_owned());
            Some(Truth { surface, factor, to: Artefact::Label(to), also: Vec::new() })
        };
        match fault.cause {
            Cause::Parts(_) if self.scenario.script().silent.is_some() => None,
            Cause::Parts(parts) => self.product.truth_of(parts),
            Cause::Timeouts => of("infrastructure", "replica", fault.replica?.name()),
            Cause::Customer => of("traffic", "segment:plan", LARGE_CUSTOMER.name.to_owned()),
            Cause::Unseen => None,
        }
    }

    /// When the rate began to rise; none when it did not.
    pub fn onset(&self) -> Option<Timestamp> {
        self.timeline.fault.map(|fault| self.start + fault.onset)
    }

    /// How long customers come. The last requests are some seconds later.
    pub fn length(&self) -> SignedDuration {
        LENGTH
    }

    /// What the product's exporter sends, in order.
    pub fn requests(&self) -> impl Iterator<Item = Request> {
        Exporter::new(self.runs())
    }

    fn runs(&self) -> impl Iterator<Item = Written> {
        let [details, ids] = [Purpose::Details, Purpose::Ids].map(|purpose| self.dice(purpose));
        let silent = self.scenario.script().silent;
        let mut author = Author { product: &self.product, silent, details, ids };
        self.stories().map(move |Story { case, setup, ending }| {
            let started = self.start + case.at;
            let origin = Origin { replica: case.replica, code: setup.edition(Part::Code) };
            Written { started, origin, spans: author.write(&case, &setup, &ending, started) }
        })
    }

    /// What happens to whom, before anything is written down.
    pub(crate) fn stories(&self) -> impl Iterator<Item = Story> {
        let mut cases = self.dice(Purpose::Cases);
        let mut outcomes = self.dice(Purpose::Outcomes);
        let mut mishaps = self.dice(Purpose::Mishaps);
        Arrivals::new(self.dice(Purpose::Arrivals)).map(move |at| {
            let fault = self.timeline.fault.as_ref();
            let case = Case::draw(at, &mut cases);
            let case = match fault {
                Some(fault) => case.during(fault, &mut mishaps),
                None => case,
            };
            let setup = self.timeline.setup(case.replica, at);
            let ending = Ending::draw(&case, &setup, fault, &mut outcomes);
            Story { case, setup, ending }
        })
    }

    fn dice(&self, purpose: Purpose) -> Dice {
        Dice::new(self.scenario, self.seed, purpose)
    }
}

#[cfg(test)]
impl Play {
    /// When it begins.
    pub(crate) fn start(&self) -> Timestamp {
        self.start
    }
}
