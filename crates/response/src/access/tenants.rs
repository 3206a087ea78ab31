//! Tenants: under whose key a step came is noted on the step, and decides who may read it.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Attribute, Step, TenantName, Value};

use crate::access::Who;

/// The attribute of a step's origin that names its tenant. Of several the last counts: the sender's
/// own word may be among them and comes first.
const TENANT: &str = "mayday.tenant";

/// What a step says of its sender; steps that come together share it.
type Origin = Arc<[Attribute]>;

/// Notes on steps under whose key they came. Steps that already read so, as those without a note
/// do for the default tenant, stay as they are.
pub(crate) fn stamp(steps: &mut [Step], tenant: &TenantName) {
    let mut last: Option<(Origin, Origin)> = None;
    for step in steps {
        let known = last.as_ref().filter(|(before, _)| Arc::ptr_eq(before, &step.origin));
        let stamped = known.map(|(_, after)| Arc::clone(after));
        let stamped = stamped.unwrap_or_else(|| stamped_origin(&step.origin, tenant));
        last = Some((Arc::clone(&step.origin), Arc::clone(&stamped)));
        step.origin = stamped;
    }
}

fn stamped_origin(origin: &Origin, tenant: &TenantName) -> Origin {
    if tenant_of(origin) == *tenant {
        return Arc::clone(origin);
    }
    let note = (TENANT.to_owned(), Value::Text(tenant.to_string()));
    origin.iter().cloned().chain([note]).collect()
}

/// Of these steps the ones that somebody may read, and whose they are.
pub(crate) fn readable(who: &Who, steps: Vec<Step>) -> (Vec<Step>, BTreeSet<TenantName>) {
    let mut tenants = BTreeSet::new();
    let mut readable = Vec::with_capacity(steps.len());
    for step in steps {
        let tenant = tenant_of(&step.origin);
        if who.may_read(&tenant) {
            tenants.insert(tenant);
            readable.push(step);
        }
    }
    (readable, tenants)
}

fn tenant_of(origin: &[Attribute]) -> TenantName {
    let note = origin.iter().rev().find(|(key, _)| key == TENANT);
    let name = note.and_then(|(_, value)| value.as_text()?.parse().ok());
    name.unwrap_or_default()
}
