//! Cases in the forms that eval runners read.
//!
//! promptfoo's configuration and its assertions: promptfoo.dev/docs/configuration/reference.
//! Inspect AI's samples: inspect.aisi.org.uk/datasets.html. A case that nobody has said the right
//! answer of goes out without an assertion, and the file says so.

use serde_json::{Value, json};

use super::cases::{Case, Export};

/// A form of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseFormat {
    /// A configuration of promptfoo, in JSON, which is YAML too.
    Promptfoo,
    /// A dataset of Inspect AI, in JSON Lines.
    Inspect,
    /// Cases as Mayday has them, in JSON Lines.
    JsonLines,
}

impl Export {
    /// The cases in a form, as a file of it.
    pub fn written(&self, format: CaseFormat) -> String {
        let lines = |one: fn(&Export, &Case) -> Value| {
            self.cases.iter().map(|case| format!("{}\n", one(self, case))).collect::<String>()
        };
        match format {
            CaseFormat::Promptfoo => format!("{:#}\n", self.promptfoo()),
            CaseFormat::Inspect => lines(Export::sample),
            CaseFormat::JsonLines => lines(|_, case| json!(case)),
        }
    }

    fn promptfoo(&self) -> Value {
        let tests = self.cases.iter().map(|case| {
            let judged = case.correct.iter();
            let assert: Vec<Value> =
                judged.map(|text| json!({ "type": "llm-rubric", "value": text })).collect();
            json!({
                "description": case.case,
                "vars": { "messages": json!(case.turns).to_string() },
                "assert": assert,
                "metadata": self.metadata(case),
            })
        });
        json!({
            "description": self.described(),
            "prompts": ["{{messages}}"],
            "providers": [],
            "tests": tests.collect::<Vec<Value>>(),
        })
    }

    fn sample(&self, case: &Case) -> Value {
        json!({
            "id": case.case,
            "input": case.turns,
            "target": case.correct.as_deref().unwrap_or_default(),
            "metadata": self.metadata(case),
        })
    }

    fn metadata(&self, case: &Case) -> Value {
        json!({
            "case": case.case,
            "configuration": self.incident,
            "run": case.run,
            "levels": case.levels,
            "replaced": case.replaced,
        })
    }

    fn described(&self) -> String {
        let open = self.cases.iter().filter(|case| case.correct.is_none()).count();
        let all = format!("{} cases of {}, anonymised", self.cases.len(), self.incident);
        match open {
            0 => all,
            open => format!("{all}; {open} without an assertion: nobody has said what was right"),
        }
    }
}
