//! Surfaces: where drift can show, and which factors show it. A data file, not a `match`.

use serde::{Deserialize, Serialize};

use crate::change::ChangeSurface;
use crate::factor::Factor;

/// What a factor can be in an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Something that goes in, and so can be a cause.
    Input,
    /// Something that comes out: shown as "changed with it", never a cause.
    Consequence,
    /// Where a run ran. Which place it was is no cause, but a fault can sit in one place.
    Place,
    /// Something that only serves to prove that nothing changed.
    Proof,
}

/// What a change of this surface does to a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It changes how runs behave.
    Behaviour,
    /// It changes how runs are judged.
    Measurement,
    /// It changes which runs there are.
    Mix,
}

/// How much an unchanged level proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A name without bytes behind it: proves nothing when it stays.
    Label,
    /// A hash over part of the content: tells changes, can't prove that there was none.
    Fingerprint,
    /// A hash over all of the content: equal means identical.
    Content,
}

/// A family of factors and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Family {
    /// The factor's name up to the colon.
    pub name: String,
    /// What it can be.
    pub role: Role,
    /// What its level proves.
    pub proof: Proof,
    /// Whether its levels can follow from other inputs, as a tool's answer does from its arguments.
    #[serde(default)]
    pub follows: bool,
    /// Which kind of change it shows, if not that of its surface.
    #[serde(default)]
    pub change: Option<ChangeSurface>,
}

/// A surface and the families that show it, most telling first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Surface {
    /// The surface's name.
    pub name: String,
    /// What a change of it does.
    pub effect: Effect,
    /// Families whose identical content proves the whole surface identical; none if nothing can.
    #[serde(default)]
    pub proven_by: Vec<String>,
    /// Families that prove the same where every level is a digest that names its algorithm.
    #[serde(default)]
    pub proven_by_digest: Vec<String>,
    /// Why no change seen on it is no proof that there was none.
    pub doubt: String,
    /// What to record so that the surface can be seen.
    pub needs: String,
    /// Which kind of change alters it.
    pub change: ChangeSurface,
    /// The families.
    #[serde(rename = "factor")]
    pub families: Vec<Family>,
}

/// Every surface, in the order of the data file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Catalogue {
    /// Version of the data file.
    pub version: u32,
    /// The surfaces.
    #[serde(rename = "surface")]
    pub surfaces: Vec<Surface>,
}

impl Catalogue {
    /// The surface a factor belongs to, and its family; none for a factor that nobody declared.
    pub fn place(&self, factor: &Factor) -> Option<(&Surface, &Family)> {
        self.surfaces.iter().find_map(|surface| {
            let family = surface.families.iter().find(|family| family.name == factor.family())?;
            Some((surface, family))
        })
    }
    /// Which kind of change alters a factor; none for a factor that nobody declared.
    pub fn change_of(&self, factor: &Factor) -> Option<ChangeSurface> {
        let (surface, family) = self.place(factor)?;
        Some(family.change.unwrap_or(surface.change))
    }
}
