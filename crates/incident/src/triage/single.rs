//! One run that did harm: no rate is compared; what it did, by whose leave, and what it believed.

use model::record::{Approval, ToolUsed};
use model::triage::{Answer, TriageRow};
use model::{Effect, SpanId, StepKind, Triage};

/// The version of the tree that is written of a single run's questions, which are no tree.
pub(super) const TREE: u32 = 0;

/// A step of the run, in order, without payload.
#[derive(Debug, Clone, Copy)]
pub struct Acted<'a> {
    /// Which one.
    pub span: SpanId,
    /// What happened in it.
    pub kind: StepKind,
    /// The tool it called.
    pub tool: Option<&'a ToolUsed>,
    /// Whose leave it had.
    pub approval: Option<&'a Approval>,
}

impl Acted<'_> {
    fn effect(&self) -> Option<Effect> {
        self.tool.map(|tool| tool.effect)
    }

    fn named(&self) -> String {
        let name = self.tool.and_then(|tool| tool.name.as_deref());
        format!("{} at {}", name.unwrap_or("a tool without a name"), self.span)
    }
}

/// What is asked of a single run.
pub fn of_run(steps: &[Acted]) -> Triage {
    let rows = vec![effects(steps), authority(steps), inference(steps)];
    let next = match rows[0].answer {
        Answer::Drifted => {
            "First see to what it did, which can't be undone; then read what it \
                            believed, at the step named below."
        }
        Answer::Clean | Answer::Unknown => {
            "Read what it believed, at the step named below; nothing on record says that it did \
             what can't be undone."
        }
    };
    Triage { tree: TREE, rows, next: next.to_owned() }
}

fn of_effect<'a>(steps: &'a [Acted], effect: Effect) -> Vec<&'a Acted<'a>> {
    steps.iter().filter(|step| step.effect() == Some(effect)).collect()
}

fn effects(steps: &[Acted]) -> TriageRow {
    let list = |acts: Vec<&Acted>| -> String {
        let named: Vec<String> = acts.into_iter().map(Acted::named).collect();
        named.join(", ")
    };
    let (irreversible, silent) =
        (of_effect(steps, Effect::Irreversible), of_effect(steps, Effect::Unknown));
    let (answer, why): (Answer, String) = match (irreversible.is_empty(), silent.is_empty()) {
        (false, _) => (Answer::Drifted, format!("it did: {}", list(irreversible))),
        (true, false) => {
            let why = "these do not say what they do (mayday.effect)";
            (Answer::Unknown, format!("{why}: {}", list(silent)))
        }
        (true, true) if steps.iter().all(|step| step.effect().is_none()) => {
            (Answer::Clean, "no call of a tool is on record".to_owned())
        }
        (true, true) => (Answer::Clean, "every tool called says that it can be undone".to_owned()),
    };
    let question = "Did it do what can't be undone?";
    asked("effects", question, (answer, why), "Undo, compensate or warn those concerned.")
}

fn authority(steps: &[Acted]) -> TriageRow {
    let acted = !of_effect(steps, Effect::Irreversible).is_empty();
    let approvals = steps.iter().filter_map(|step| Some((step.span, step.approval?)));
    let told: Vec<String> = approvals
        .map(|(span, approval)| {
            let state = approval.state.as_deref().unwrap_or("of unknown state");
            format!("{state} at {span}")
        })
        .collect();
    let answer = match (acted, told.is_empty()) {
        (false, _) => (Answer::Clean, "nothing on record needed leave".to_owned()),
        (true, true) => {
            let why = "no approval is on record: send mayday.approval.*, or record intents first";
            (Answer::Unknown, why.to_owned())
        }
        (true, false) => {
            (Answer::Unknown, format!("read for what it was given: {}", told.join(", ")))
        }
    };
    asked("authority", "By whose leave?", answer, "Ask for approval before this tool acts.")
}

fn inference(steps: &[Acted]) -> TriageRow {
    let acted = |step: &Acted| step.effect() == Some(Effect::Irreversible);
    let until = steps.iter().position(acted).unwrap_or(steps.len());
    let is_model = |step: &&Acted| step.kind == StepKind::Model;
    let why = match steps[..until].iter().rfind(is_model) {
        Some(step) => format!("its last model call before that is {}", step.span),
        None => "no model call before that is on record".to_owned(),
    };
    let question = "What did it believe before it acted?";
    asked("inference", question, (Answer::Unknown, why), "")
}

fn asked(node: &str, question: &str, (answer, why): (Answer, String), action: &str) -> TriageRow {
    TriageRow {
        node: node.to_owned(),
        surface: "run".to_owned(),
        question: question.to_owned(),
        answer,
        why,
        action: action.to_owned(),
        owner: "whoever owns the feature".to_owned(),
        minutes: 5,
        told: Vec::new(),
    }
}
