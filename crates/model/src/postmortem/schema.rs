//! The schema of a postmortem in JSON, for whoever makes or checks one elsewhere.

use super::Postmortem;

/// What the schema is called.
const ID: &str = "urn:mayday:postmortem:1";

/// The JSON Schema (2020-12) of a [`Postmortem`].
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Postmortem).to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("$id".to_owned(), ID.into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `mayday postmortem schema` prints, as it is published.
    const PUBLISHED: &str = include_str!("../../../../docs/postmortem.schema.json");

    #[test]
    fn the_schema_is_as_it_was_published() {
        let published: serde_json::Value = serde_json::from_str(PUBLISHED).unwrap();
        let made = schema();
        assert_eq!(made, published, "put this into docs/postmortem.schema.json:\n{made:#}");
    }
}
