//! Who has to mend it, where it began, and what kind of failure it was: three things apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::inference::words;

/// Who has to mend it: a degree for each of four categories, several at once.
///
/// "AI failure" and "model error" are no categories: nobody can act on them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Attribution {
    /// Right context and tools, wrong plan. The mend is an eval.
    pub agent: Part,
    /// A tool told wrong or hid what mattered. The mend is the tool.
    pub tool: Part,
    /// Context was stale, incomplete or corrupt. The mend is retrieval, cache or record.
    pub data: Part,
    /// The hand-over between agent and person failed. The mend is policy, queue or what is shown.
    pub handoff: Part,
    /// In which way the hand-over failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handoff_causes: Vec<HandoffCause>,
    /// Ordinary causes beside the four.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
    /// Words that somebody used and that are no categories: `AI failure`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
}

/// How much a category had to do with it, and what shows that.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Part {
    /// How much; none if nobody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree: Option<Degree>,
    /// What shows it.
    pub evidence: String,
}

/// An ordinary cause: a certificate, a deploy, a network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Outside {
    /// How much it had to do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree: Option<Degree>,
    /// What it was, and what shows it.
    pub evidence: String,
}

/// How much something had to do with it. No percentages.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Degree {
    /// Nothing.
    Absent,
    /// Something.
    Contributing,
    /// Most.
    Primary,
}

/// In which way a hand-over between agent and person failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffCause {
    /// It was handed over, or not, at the wrong threshold.
    WrongThreshold,
    /// A person allowed a bad plan.
    WrongApproval,
    /// A queue hid it.
    BackPressure,
}

/// A layer, and whether it began there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerRow {
    /// The layer: `retrieval and data`.
    pub layer: String,
    /// What can be said of it.
    pub state: LayerState,
    /// What shows it; for an untested one that is waived, by whom and why.
    #[serde(default)]
    pub evidence: String,
}

/// What can be said of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LayerState {
    /// It began here.
    Origin,
    /// It went through here.
    Propagated,
    /// It is shown that it was not this.
    Exonerated,
    /// Nobody looked.
    Untested,
}

/// Kinds of failure; an incident can be of several.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Nobody had said what is right.
    SpecificationGap,
    /// What the model read was wrong, or lacked something.
    ContextRetrieval,
    /// A tool or its interface.
    ToolInterface,
    /// The model can't do it.
    ModelCapability,
    /// The model or its provider changed.
    ModelProviderDrift,
    /// The same input gives this output now and then.
    SamplingVariance,
    /// No eval could have seen it.
    EvaluationGap,
    /// Other people or other questions came.
    InputShift,
    /// State or order of steps.
    OrchestrationState,
    /// Nothing and nobody stopped it.
    GuardrailOversight,
    /// Somebody meant harm.
    Adversarial,
    /// The wording of a prompt; never the only kind without an ablation.
    PromptWording,
}

words! {
    Degree { Absent = "absent", Contributing = "contributing", Primary = "primary" }
    HandoffCause {
        WrongThreshold = "wrong_threshold",
        WrongApproval = "wrong_approval",
        BackPressure = "back_pressure",
    }
    LayerState {
        Origin = "origin",
        Propagated = "propagated",
        Exonerated = "exonerated",
        Untested = "untested",
    }
    FailureKind {
        SpecificationGap = "specification_gap",
        ContextRetrieval = "context_retrieval",
        ToolInterface = "tool_interface",
        ModelCapability = "model_capability",
        ModelProviderDrift = "model_provider_drift",
        SamplingVariance = "sampling_variance",
        EvaluationGap = "evaluation_gap",
        InputShift = "input_shift",
        OrchestrationState = "orchestration_state",
        GuardrailOversight = "guardrail_oversight",
        Adversarial = "adversarial",
        PromptWording = "prompt_wording",
    }
}

impl Attribution {
    /// The four categories with their names, in the order in which they are asked for.
    pub fn four(&self) -> [(&'static str, &Part); 4] {
        [
            ("agent", &self.agent),
            ("tool", &self.tool),
            ("data", &self.data),
            ("handoff", &self.handoff),
        ]
    }
}
