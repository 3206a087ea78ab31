//! How claims are made and spoken of. Claims that contradict each other stand side by side: none
//! overwrites another, and what was said of one stays on record.

use model::course::{ClaimAbout, ClaimMade, ClaimRevised, ClaimState};
use model::{Fact, Incident};

use super::refusal::Refusal;
use super::stage::Standing;

/// The moments that a date can be claimed for.
pub(crate) const MOMENTS: [&str; 9] = [
    "introduced",
    "activated",
    "onset",
    "machine_detected",
    "human_aware",
    "acted",
    "contained",
    "mitigated",
    "verified",
];

/// Checks that a claim says what its kind needs.
pub fn claim(made: ClaimMade) -> Result<Fact, Refusal> {
    let (is_date, is_cause) = (made.about == ClaimAbout::Date, made.about == ClaimAbout::Cause);
    let moment = made.moment.as_deref();
    if is_date && (made.when.is_none() || moment.is_none()) {
        return Err(Refusal::Unclear("a claim about a date says which moment, and when"));
    }
    if is_date && !moment.is_some_and(|moment| MOMENTS.contains(&moment)) {
        return Err(Refusal::Unclear(
            "a date is claimed for introduced, activated, onset, machine_detected, human_aware, \
             acted, contained, mitigated or verified",
        ));
    }
    if !is_date && (made.when.is_some() || moment.is_some()) {
        return Err(Refusal::Unclear("only a claim about a date says when"));
    }
    if is_cause && made.role.is_none() {
        return Err(Refusal::Unclear(
            "a cause is claimed with its role: caused, activated, amplified, prolonged or masked",
        ));
    }
    if !is_cause && (made.role.is_some() || made.rests_on.is_some()) {
        return Err(Refusal::Unclear(
            "only a claim about a cause has a role and rests on a change",
        ));
    }
    let rests = made.rests_on.as_deref();
    if rests.is_some_and(|id| !id.starts_with("chg_") && !id.starts_with("ntc_")) {
        return Err(Refusal::Unclear("a cause rests on a change, chg_…, or a notice, ntc_…"));
    }
    Ok(Fact::ClaimMade(made))
}

/// Says how a claim stands now, or why nobody may say that.
///
/// Anyone may dispute one. To take it as true is for people; to retract it is for whoever made it,
/// or for an approver.
pub fn revise(
    incident: &Incident,
    said: ClaimRevised,
    by: &str,
    standing: Standing,
) -> Result<Fact, Refusal> {
    let claims = &incident.course.claims;
    let claim = claims.iter().find(|one| one.made.what.claim == said.claim);
    let claim = claim.ok_or_else(|| Refusal::NoSuchClaim(said.claim.clone()))?;
    if claim.state() == ClaimState::Retracted {
        return Err(Refusal::Retracted(said.claim));
    }
    match said.state {
        ClaimState::Accepted if standing == Standing::Program => {
            Err(Refusal::ForPeople { what: "taking a claim as true" })
        }
        ClaimState::Retracted if claim.made.by != by && standing < Standing::Approver => {
            Err(Refusal::NotYours { by: claim.made.by.clone() })
        }
        _ => Ok(Fact::ClaimRevised(said)),
    }
}
