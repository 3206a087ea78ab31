//! Packing: all that can be done to a request before it waits for the one writer.
//!
//! Content is addressed, compressed and sealed here, bodies are written and compressed, digests
//! made, so that many requests can be packed at the same time and the writer only writes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;
use std::sync::Arc;

use model::run::Keep;
use model::{
    Address, Attribute, Gone, Held, Label, Part, Scope, Settlement, Sketch, SpanId, Step, TraceId,
};

use super::Shelf;
use super::body::{Body, FieldBody, Kept, PartRef};
use super::chain;
use super::codec::{kind_code, nanos, source_code};
use super::day;
use super::pieces::{Packer, Pieces};
use super::traces::TraceKey;
use crate::error::FlightError;
use crate::secret::Secret;
use crate::store::Append;

/// Bytes of content or of bodies that are compressed together at most, unless one alone has more.
const TOGETHER: usize = 256 * 1_024;

/// Personal texts of a step shorter than this are addressed together.
const SMALL: usize = 96;

/// Kinds of pivots of which the secrets are held while a request is packed.
const MOST_KINDS: usize = 64;

/// A request, packed.
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
    pub(super) pivots: Vec<Address>,
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

    /// Bytes that it holds while it waits.
    pub(super) fn size(&self) -> usize {
        let chunks = self.chunks.iter().map(|chunk| chunk.body.len() + 16 * chunk.addresses.len());
        let blocks = self.blocks.iter().map(|block| block.body.len() + 2_000 * block.steps.len());
        let settled = self.settlements.iter().map(|(settlement, _)| 2_000 * settlement.runs.len());
        let rest = 200 * (self.traces.len() + self.labels.len());
        chunks.sum::<usize>() + blocks.sum::<usize>() + settled.sum::<usize>() + rest
    }
}

/// Packs a request for the day on which it was received.
pub(super) fn pack(shelf: &Shelf, append: Append) -> Result<Packed, FlightError> {
    let day = day::number(append.received);
    let traces = traces(shelf, day, &append)?;
    let mut packing = Packing {
        shelf,
        day,
        packer: shelf.packer()?,
        traces: &traces,
        contents: BTreeMap::new(),
        met: HashSet::new(),
        origins: Vec::new(),
        blocks: Vec::new(),
    };
    packing.steps(&append.batch.steps).map_err(FlightError::Pack)?;
    let chunks = packing.chunks().map_err(FlightError::Pack)?;
    let Packing { origins, blocks, packer, .. } = packing;
    shelf.put_back(packer);
    let origins = origins.into_iter().map(|(_, origin)| origin).collect();
    let steps = append.batch.steps.into_iter();
    let (labels, settlements) = (append.labels.into_iter(), append.settlements.into_iter());
    Ok(Packed {
        day,
        chunks,
        origins,
        blocks,
        sketches: steps.map(Step::into_sketch).collect(),
        labels: labels.map(|label| chain::with_digest(&shelf.chain, label)).collect(),
        settlements: settlements.map(|one| chain::with_digest(&shelf.chain, one)).collect(),
        traces: traces.into_values().collect(),
    })
}

/// Every trace of the request, with its key and what it can be found by.
fn traces(
    shelf: &Shelf,
    day: i32,
    append: &Append,
) -> Result<BTreeMap<TraceId, PackedTrace>, FlightError> {
    let mut people: HashMap<TraceId, BTreeSet<Address>> = HashMap::new();
    let mut pivots: HashMap<TraceId, BTreeSet<Address>> = HashMap::new();
    let mut kinds: HashMap<&str, Secret> = HashMap::new();
    for step in &append.batch.steps {
        let subjects = step.subjects.iter().map(|subject| shelf.person(subject));
        people.entry(step.trace).or_default().extend(subjects);
        let keys = step.pivots.iter().map(|pivot| {
            if kinds.len() > MOST_KINDS {
                kinds.clear();
            }
            let kind = kinds.entry(&pivot.kind).or_insert_with(|| shelf.pivots(&pivot.kind));
            kind.address(pivot.value.as_bytes())
        });
        pivots.entry(step.trace).or_default().extend(keys);
    }
    let mut traces = BTreeMap::new();
    for (trace, people) in people {
        let people: Vec<Address> = people.into_iter().collect();
        let people = shelf.tenant.subjects(&people)?;
        let kept = |day| shelf.kept_key(day, trace);
        let key = shelf.keys.get((day, trace), &people, kept)?;
        let before = if people.is_empty() { None } else { kept(day - 1)? };
        let before = before.map(|before| shelf.keys.rewrapped(trace, &before, &key.people));
        let before = before.transpose()?.flatten();
        let pivots = pivots.remove(&trace).into_iter().flatten().collect();
        traces.insert(trace, PackedTrace { trace, key, before, pivots });
    }
    Ok(traces)
}

struct Packing<'a> {
    shelf: &'a Shelf,
    day: i32,
    packer: Packer,
    traces: &'a BTreeMap<TraceId, PackedTrace>,
    /// Content by whose it is, in the order met.
    contents: BTreeMap<Option<TraceId>, Vec<(Address, Cow<'a, str>)>>,
    met: HashSet<Address>,
    origins: Vec<(&'a Arc<[Attribute]>, PackedOrigin)>,
    blocks: Vec<PackedBlock>,
}

impl<'a> Packing<'a> {
    fn steps(&mut self, steps: &'a [Step]) -> io::Result<()> {
        let mut bodies = Pieces::default();
        let mut packed = Vec::new();
        for step in steps {
            let origin = self.origin(&step.origin)?;
            let body = self.body(step);
            let (place, body) = bodies.add(|to| body.write(to))?;
            let hash = &self.origins[origin].1.hash;
            let digest = chain::of_step(&self.shelf.chain, step, body, hash);
            packed.push(PackedStep {
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
            if bodies.size() >= TOGETHER {
                self.block(&mut bodies, std::mem::take(&mut packed))?;
            }
        }
        if packed.is_empty() { Ok(()) } else { self.block(&mut bodies, packed) }
    }

    fn block(&mut self, bodies: &mut Pieces, steps: Vec<PackedStep>) -> io::Result<()> {
        let body = self.packer.pack(bodies.join())?;
        bodies.clear();
        self.blocks.push(PackedBlock { steps, body });
        Ok(())
    }

    /// Which of the origins it is. Steps of one sender come together and share theirs.
    fn origin(&mut self, origin: &'a Arc<[Attribute]>) -> io::Result<usize> {
        let known = self.origins.iter().rposition(|(known, _)| Arc::ptr_eq(known, origin));
        if let Some(place) = known {
            return Ok(place);
        }
        let body = serde_json::to_vec(&**origin)?;
        let hash = *self.shelf.chain.address(&body).as_bytes();
        let body = self.packer.pack(&body)?;
        self.origins.push((origin, PackedOrigin { hash, body }));
        Ok(self.origins.len() - 1)
    }

    fn body(&mut self, step: &'a Step) -> Body<'a> {
        let small = self.small(step);
        let mut done = 0;
        let mut fields = Vec::with_capacity(step.content.len());
        for field in &step.content {
            let parts = field.parts.iter().filter_map(|part| {
                let piece = small.filter(|_| is_small(part)).zip(text(part));
                let Some((address, text)) = piece else { return self.part(step.trace, part) };
                let from = done;
                done += text.len() as u32;
                let (scope, kept) = (Scope::Personal, Kept::Text);
                Some(PartRef { scope, kept, address, piece: Some((from, done)) })
            });
            let parts = parts.collect();
            let (key, glue) = (field.key.as_str().into(), field.glue.as_slice().into());
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
    fn small(&mut self, step: &'a Step) -> Option<Address> {
        let parts =
            step.content.iter().flat_map(|field| &field.parts).filter(|part| is_small(part));
        let texts: Vec<&str> = parts.filter_map(text).collect();
        (texts.len() > 1).then(|| self.content(Some(step.trace), texts.concat().into()))
    }

    /// Where a part will be found; none if it was gone before it came.
    fn part(&mut self, trace: TraceId, part: &'a Part) -> Option<PartRef> {
        let scope = part.scope;
        let owner = (scope == Scope::Personal).then_some(trace);
        let (kept, address) = match &part.held {
            Held::Text(text) => (Kept::Text, self.content(owner, text.as_str().into())),
            Held::AddressOf(text) => (Kept::Address, self.secret(owner).address(text.as_bytes())),
            Held::Gone(Gone::HashOnly) => (Kept::Address, part.address?),
            Held::Gone(_) => (Kept::Text, part.address?),
        };
        Some(PartRef { scope, kept, address, piece: None })
    }

    fn content(&mut self, owner: Option<TraceId>, text: Cow<'a, str>) -> Address {
        let address = self.secret(owner).address(text.as_bytes());
        if self.met.insert(address) {
            self.contents.entry(owner).or_default().push((address, text));
        }
        address
    }

    fn secret(&self, owner: Option<TraceId>) -> &'a Secret {
        let traces = self.traces;
        let key = owner.and_then(|trace| traces.get(&trace));
        key.map_or(&self.shelf.shared, |trace| &trace.key.secret)
    }

    /// All content that is not known to be stored, compressed, and sealed where it is personal.
    fn chunks(&mut self) -> io::Result<Vec<PackedChunk>> {
        let mut chunks = Vec::new();
        let mut texts = Pieces::default();
        for (owner, mut contents) in std::mem::take(&mut self.contents) {
            self.shelf.retain_new(self.day, &mut contents);
            let mut addresses = Vec::with_capacity(contents.len());
            for (address, text) in contents {
                texts.push(text.as_bytes());
                addresses.push(address);
                if texts.size() >= TOGETHER {
                    chunks.push(self.chunk(owner, &mut texts, std::mem::take(&mut addresses))?);
                }
            }
            if !addresses.is_empty() {
                chunks.push(self.chunk(owner, &mut texts, addresses)?);
            }
        }
        Ok(chunks)
    }

    fn chunk(
        &mut self,
        owner: Option<TraceId>,
        texts: &mut Pieces,
        addresses: Vec<Address>,
    ) -> io::Result<PackedChunk> {
        let packed = self.packer.pack(texts.join())?;
        texts.clear();
        let body = match owner {
            Some(trace) => self.secret(owner).seal(&packed, trace.as_bytes()),
            None => packed,
        };
        Ok(PackedChunk { trace: owner, addresses, body })
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
