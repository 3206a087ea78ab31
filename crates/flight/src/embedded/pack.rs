//! Packing: all that can be done to a request before it waits for the one writer.
//!
//! Content is addressed, compressed and sealed here, bodies are written and compressed, digests
//! made, so that many requests can be packed at the same time and the writer only writes.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use jiff::Timestamp;
use model::run::Keep;
use model::{
    Address, Attribute, Gone, Held, Label, Part, Pivot, Scope, Settlement, Sketch, SpanId, Step,
    TraceId,
};

use super::Shelf;
use super::body::{Body, FieldBody, Kept, PartRef};
use super::chain;
use super::codec::{kind_code, nanos, source_code};
use super::day;
use super::pieces::{Packer, Pieces};
use super::traces::{KeptKeys, Snapshots, TraceKey};
use crate::error::FlightError;
use crate::secret::Secret;

/// Bytes of content or of bodies that are compressed together at most, unless one alone has more.
const TOGETHER: usize = 256 * 1_024;

/// Personal texts of a step shorter than this are addressed together.
const SMALL: usize = 96;

/// Texts that are everybody's of which the addresses are held while a request is packed, and the
/// longest of them.
const MOST_SHARED: (usize, usize) = (64, 16 * 1_024);

/// Kinds of pivots of which the secrets are held while a request is packed.
const MOST_KINDS: usize = 64;

/// A request, or a part of one, packed.
pub(super) struct Packed {
    pub(super) day: i32,
    pub(super) traces: Vec<PackedTrace>,
    pub(super) chunks: Vec<PackedChunk>,
    pub(super) origins: Vec<PackedOrigin>,
    pub(super) blocks: Vec<PackedBlock>,
    /// The steps in all blocks, in the same order, without payload.
    pub(super) sketches: Vec<Sketch>,
    pub(super) labels: Vec<(Label, [u8; 16])>,
    pub(super) settlements: Vec<(Settlement, [u8; 16])>,
}

/// A trace that the request has steps of.
pub(super) struct PackedTrace {
    pub(super) trace: TraceId,
    pub(super) key: TraceKey,
    /// Its key of the day before, where that must be wrapped again.
    pub(super) before: Option<TraceKey>,
    pub(super) pivots: BTreeSet<Address>,
}

/// Content of one trace, or of all.
pub(super) struct PackedChunk {
    pub(super) trace: Option<TraceId>,
    /// The addresses of its texts, in their order.
    pub(super) addresses: Vec<Address>,
    pub(super) body: Vec<u8>,
}

/// A sender's attributes, with their hash.
pub(super) struct PackedOrigin {
    pub(super) hash: [u8; 16],
    pub(super) body: Vec<u8>,
}

/// Steps whose bodies are compressed together.
pub(super) struct PackedBlock {
    pub(super) steps: Vec<PackedStep>,
    pub(super) body: Vec<u8>,
}

/// A step as columns.
pub(super) struct PackedStep {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) kind: i64,
    pub(super) source: i64,
    pub(super) failed: bool,
    pub(super) started: i64,
    pub(super) ended: i64,
    pub(super) digest: [u8; 16],
    /// Which of the request's origins.
    pub(super) origin: usize,
    /// Its place in the block.
    pub(super) place: u32,
}

impl Packed {
    /// Traces whose payload does not stay.
    pub(super) fn dropped(&self) -> impl Iterator<Item = TraceId> {
        let settlements = self.settlements.iter().map(|(settlement, _)| settlement);
        let dropped = settlements.filter(|one| one.payload.keep == Keep::Dropped);
        dropped.map(|settlement| settlement.trace)
    }

    /// Its traces that can be found by something.
    pub(super) fn naming(&self, pivot: Address) -> impl Iterator<Item = TraceId> {
        let naming = self.traces.iter().filter(move |trace| trace.pivots.contains(&pivot));
        naming.map(|trace| trace.trace)
    }

    /// Says what was stated beside the steps.
    pub(super) fn tell(&mut self, shelf: &Shelf, labels: Vec<Label>, settled: Vec<Settlement>) {
        let (labels, settled) = (labels.into_iter(), settled.into_iter());
        self.labels = labels.map(|label| chain::with_digest(&shelf.chain, label)).collect();
        self.settlements = settled.map(|one| chain::with_digest(&shelf.chain, one)).collect();
    }

    /// Bytes that it holds while it waits.
    pub(super) fn size(&self) -> usize {
        let chunks = self.chunks.iter().map(|chunk| chunk.body.len() + 16 * chunk.addresses.len());
        let blocks = self.blocks.iter().map(|block| block.body.len() + 2_000 * block.steps.len());
        let settled = self.settlements.iter().map(|(settlement, _)| 2_000 * settlement.runs.len());
        let rest = 200 * (self.traces.len() + self.labels.len());
        chunks.sum::<usize>() + blocks.sum::<usize>() + settled.sum::<usize>() + rest
    }
}

/// A request, or a part of one, while it is packed, some of its steps at a time: what was read of
/// them is then still at hand, and what they were read into can be used again.
pub(super) struct Packing<'a> {
    shelf: &'a Shelf,
    day: i32,
    packer: Packer,
    traces: BTreeMap<TraceId, PackedTrace>,
    kinds: HashMap<String, Secret>,
    /// Addresses of what is everybody's, by the text: the same comes with each call.
    shared: HashMap<String, Address>,
    met: HashSet<Address>,
    /// Content by whose it is, on its way into chunks.
    texts: BTreeMap<Option<TraceId>, Texts>,
    chunks: Vec<PackedChunk>,
    origins: Vec<(Arc<[Attribute]>, PackedOrigin)>,
    /// Bodies on their way into a block, and the steps they are of.
    bodies: Pieces,
    steps: Vec<PackedStep>,
    blocks: Vec<PackedBlock>,
    sketches: Vec<Sketch>,
}

/// Texts on their way into a chunk.
#[derive(Default)]
struct Texts {
    addresses: Vec<Address>,
    pieces: Pieces,
    /// Whether any of the steps at hand has some.
    is_at_hand: bool,
}

/// Content as it is met: whose it is, where it will be found, and the text.
type Met<'s> = (Option<TraceId>, Address, Cow<'s, str>);

/// What the steps at hand say that a trace is about, and can be found by.
#[derive(Default)]
struct Named {
    people: BTreeSet<Address>,
    pivots: BTreeSet<Address>,
}

impl<'a> Packing<'a> {
    /// Begins a request of the day on which it was received.
    pub(super) fn new(shelf: &'a Shelf, received: Timestamp) -> Result<Self, FlightError> {
        let mut packer = shelf.packer()?;
        Ok(Self {
            shelf,
            day: day::number(received),
            bodies: packer.pieces(),
            packer,
            traces: BTreeMap::new(),
            kinds: HashMap::new(),
            shared: HashMap::new(),
            met: HashSet::new(),
            texts: BTreeMap::new(),
            chunks: Vec::new(),
            origins: Vec::new(),
            steps: Vec::new(),
            blocks: Vec::new(),
            sketches: Vec::new(),
        })
    }

    /// Packs some steps more.
    pub(super) fn add(&mut self, steps: Vec<Step>) -> Result<(), FlightError> {
        self.name(&steps)?;
        let mut contents = Vec::with_capacity(8 * steps.len());
        for step in &steps {
            self.step(step, &mut contents).map_err(FlightError::Pack)?;
        }
        self.take(contents).map_err(FlightError::Pack)?;
        self.sketches.extend(steps.into_iter().map(Step::into_sketch));
        Ok(())
    }

    /// All of it, packed.
    pub(super) fn finish(mut self) -> Result<Packed, FlightError> {
        self.block().map_err(FlightError::Pack)?;
        while let Some((owner, texts)) = self.texts.pop_first() {
            self.chunk(owner, texts).map_err(FlightError::Pack)?;
        }
        let Self { shelf, mut packer, bodies, .. } = self;
        packer.put_back(bodies);
        shelf.put_back(packer);
        Ok(Packed {
            day: self.day,
            chunks: self.chunks,
            origins: self.origins.into_iter().map(|(_, origin)| origin).collect(),
            blocks: self.blocks,
            sketches: self.sketches,
            labels: Vec::new(),
            settlements: Vec::new(),
            traces: self.traces.into_values().collect(),
        })
    }

    /// Takes in what steps say that their traces are about, and gives each trace its key.
    fn name(&mut self, steps: &[Step]) -> Result<(), FlightError> {
        let mut named: BTreeMap<TraceId, Named> = BTreeMap::new();
        for step in steps {
            let named = named.entry(step.trace).or_default();
            named.people.extend(step.subjects.iter().map(|subject| self.shelf.person(subject)));
            named.pivots.extend(step.pivots.iter().map(|pivot| self.pivot(pivot)));
        }
        named.retain(|trace, named| match self.traces.get_mut(trace) {
            Some(known) if named.people.is_empty() => {
                known.pivots.append(&mut named.pivots);
                false
            }
            _ => true,
        });
        let kept = KeptKeys::on(self.days_with(&named)?, self.shelf)?;
        let kept = kept.as_of_now()?;
        named.into_iter().try_for_each(|(trace, named)| self.know(trace, named, &kept))
    }

    /// The days whose files may hold a key of some traces, this one and the one before, and of
    /// which.
    fn days_with(
        &self,
        named: &BTreeMap<TraceId, Named>,
    ) -> Result<BTreeMap<i32, HashSet<TraceId>>, FlightError> {
        let (shelf, day) = (self.shelf, self.day);
        Ok(BTreeMap::from([
            (day, shelf.roll.meet(shelf, day, named.keys())?),
            (day - 1, shelf.roll.may_hold(shelf, day - 1, named.keys())?),
        ]))
    }

    fn know(&mut self, trace: TraceId, named: Named, kept: &Snapshots) -> Result<(), FlightError> {
        let Self { shelf, day, .. } = *self;
        let people: Vec<Address> = named.people.into_iter().collect();
        let people = shelf.tenant.subjects(&people)?;
        let key = shelf.keys.get((day, trace), &people, |day| kept.key(day, trace))?;
        let before = if people.is_empty() { None } else { kept.key(day - 1, trace)? };
        let before = before.map(|before| shelf.keys.rewrapped(trace, &before, &key.people));
        let before = before.transpose()?.flatten();
        let known = match self.traces.entry(trace) {
            Entry::Vacant(new) => {
                new.insert(PackedTrace { trace, key, before, pivots: named.pivots });
                return Ok(());
            }
            Entry::Occupied(known) => known.into_mut(),
        };
        // What is packed already is sealed with the key that was there then.
        if known.key.id != key.id {
            return Err(FlightError::Crossed);
        }
        known.key = key;
        known.before = before.or(known.before.take());
        known.pivots.extend(named.pivots);
        Ok(())
    }

    /// The keyed hash of a pivot.
    fn pivot(&mut self, pivot: &Pivot) -> Address {
        if let Some(kind) = self.kinds.get(&pivot.kind) {
            return kind.address(pivot.value.as_bytes());
        }
        if self.kinds.len() > MOST_KINDS {
            self.kinds.clear();
        }
        let kind = self.shelf.pivots(&pivot.kind);
        let address = kind.address(pivot.value.as_bytes());
        self.kinds.insert(pivot.kind.clone(), kind);
        address
    }

    fn step<'s>(&mut self, step: &'s Step, contents: &mut Vec<Met<'s>>) -> io::Result<()> {
        let origin = self.origin(&step.origin)?;
        let body = self.body(step, contents);
        let (place, body) = self.bodies.add(|to| body.write(to))?;
        let hash = &self.origins[origin].1.hash;
        let digest = chain::of_step(&self.shelf.chain, step, body, hash);
        self.steps.push(PackedStep {
            trace: step.trace,
            span: step.span,
            parent: step.parent,
            kind: kind_code(step.kind),
            source: source_code(step.source),
            failed: step.failed,
            started: nanos(step.started),
            ended: nanos(step.ended),
            digest,
            origin,
            place,
        });
        if self.bodies.size() >= TOGETHER { self.block() } else { Ok(()) }
    }

    /// Packs the bodies that are waiting, if there are any.
    fn block(&mut self) -> io::Result<()> {
        if self.steps.is_empty() {
            return Ok(());
        }
        let body = self.packer.pack(self.bodies.join())?;
        self.bodies.clear();
        self.blocks.push(PackedBlock { steps: std::mem::take(&mut self.steps), body });
        Ok(())
    }

    /// Which of the origins it is. Steps of one sender come together and share theirs.
    fn origin(&mut self, origin: &Arc<[Attribute]>) -> io::Result<usize> {
        let known = self.origins.iter().rposition(|(known, _)| Arc::ptr_eq(known, origin));
        if let Some(place) = known {
            return Ok(place);
        }
        let body = serde_json::to_vec(&**origin)?;
        let hash = *self.shelf.chain.address(&body).as_bytes();
        let body = self.packer.pack(&body)?;
        self.origins.push((Arc::clone(origin), PackedOrigin { hash, body }));
        Ok(self.origins.len() - 1)
    }

    fn body<'s>(&mut self, step: &'s Step, contents: &mut Vec<Met<'s>>) -> Body<'s> {
        let small = self.small(step, contents);
        let mut done = 0;
        let mut fields = Vec::with_capacity(step.content.len());
        for field in &step.content {
            let parts = field.parts.iter().filter_map(|part| {
                let piece = small.filter(|_| is_small(part)).zip(text(part));
                let Some((address, text)) = piece else {
                    return self.part(step.trace, part, contents);
                };
                let from = done;
                done += text.len() as u32;
                let (scope, kept) = (Scope::Personal, Kept::Text);
                Some(PartRef { scope, kept, address, piece: Some((from, done)) })
            });
            let parts = parts.collect();
            let (key, glue) = (Cow::Borrowed(&*field.key), field.glue.as_slice().into());
            fields.push(FieldBody { key, form: field.form, glue, parts });
        }
        Body {
            name: step.name.as_str().into(),
            attributes: step.attributes.as_slice().into(),
            fields,
            traits: Cow::Borrowed(&step.traits),
        }
    }

    /// Puts the small personal texts of a step together under one address, if it has several.
    fn small<'s>(&mut self, step: &'s Step, contents: &mut Vec<Met<'s>>) -> Option<Address> {
        let parts =
            step.content.iter().flat_map(|field| &field.parts).filter(|part| is_small(part));
        let texts: Vec<&str> = parts.filter_map(text).collect();
        let text = || Cow::Owned(texts.concat());
        (texts.len() > 1).then(|| self.content(Some(step.trace), text(), contents))
    }

    /// Where a part will be found; none if it was gone before it came.
    fn part<'s>(
        &mut self,
        trace: TraceId,
        part: &'s Part,
        contents: &mut Vec<Met<'s>>,
    ) -> Option<PartRef> {
        let scope = part.scope;
        let owner = (scope == Scope::Personal).then_some(trace);
        let (kept, address) = match &part.held {
            Held::Text(text) => (Kept::Text, self.content(owner, text.as_str().into(), contents)),
            Held::AddressOf(text) => (Kept::Address, self.secret(owner).address(text.as_bytes())),
            Held::Gone(Gone::HashOnly) => (Kept::Address, part.address?),
            Held::Gone(_) => (Kept::Text, part.address?),
        };
        Some(PartRef { scope, kept, address, piece: None })
    }

    fn content<'s>(
        &mut self,
        owner: Option<TraceId>,
        text: Cow<'s, str>,
        contents: &mut Vec<Met<'s>>,
    ) -> Address {
        let address = match owner {
            Some(_) => self.secret(owner).address(text.as_bytes()),
            None => self.shared(&text),
        };
        if self.met.insert(address) {
            contents.push((owner, address, text));
        }
        address
    }

    /// The address of what is everybody's.
    fn shared(&mut self, text: &str) -> Address {
        if let Some(address) = self.shared.get(text) {
            return *address;
        }
        let address = self.shelf.shared.address(text.as_bytes());
        let (most, longest) = MOST_SHARED;
        if self.shared.len() < most && text.len() <= longest {
            self.shared.insert(text.to_owned(), address);
        }
        address
    }

    fn secret(&self, owner: Option<TraceId>) -> &Secret {
        let key = owner.and_then(|trace| self.traces.get(&trace));
        key.map_or(&self.shelf.shared, |trace| &trace.key.secret)
    }

    /// Puts content that is not known to be stored on its way. A trace that none of the steps at
    /// hand is of has probably said all it has to say.
    fn take(&mut self, mut contents: Vec<Met>) -> io::Result<()> {
        self.shelf.retain_new(self.day, &mut contents, |(_, address, _)| address);
        for (owner, address, text) in contents {
            let texts = self
                .texts
                .entry(owner)
                .or_insert_with(|| Texts { pieces: self.packer.pieces(), ..Texts::default() });
            texts.pieces.push(text.as_bytes());
            texts.addresses.push(address);
            texts.is_at_hand = true;
            if texts.pieces.size() >= TOGETHER
                && let Some(texts) = self.texts.remove(&owner)
            {
                self.chunk(owner, texts)?;
            }
        }
        let done = self.texts.iter_mut().filter_map(|(owner, texts)| {
            let is_done = !std::mem::take(&mut texts.is_at_hand);
            is_done.then_some(*owner)
        });
        for owner in done.collect::<Vec<_>>() {
            if let Some(texts) = self.texts.remove(&owner) {
                self.chunk(owner, texts)?;
            }
        }
        Ok(())
    }

    /// Compresses texts, and seals them where they are personal.
    fn chunk(&mut self, owner: Option<TraceId>, mut texts: Texts) -> io::Result<()> {
        if !texts.addresses.is_empty() {
            let packed = self.packer.pack(texts.pieces.join())?;
            let body = match owner {
                Some(trace) => {
                    self.shelf.tenant.seal(self.secret(owner), &packed, trace.as_bytes())
                }
                None => packed,
            };
            self.chunks.push(PackedChunk { trace: owner, addresses: texts.addresses, body });
        }
        self.packer.put_back(texts.pieces);
        Ok(())
    }
}

fn text(part: &Part) -> Option<&str> {
    match &part.held {
        Held::Text(text) => Some(text),
        Held::AddressOf(_) | Held::Gone(_) => None,
    }
}

/// Whether a text is personal and so short that a row of its own would be longer.
fn is_small(part: &Part) -> bool {
    part.scope == Scope::Personal && text(part).is_some_and(|text| text.len() < SMALL)
}
