//! The surfaces: a versioned data file, compiled in.

use model::Catalogue;

/// The surfaces that Mayday ships with.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
pub fn surfaces() -> Catalogue {
    let text = include_str!("../data/surfaces.toml");
    toml::from_str(text).expect("invariant: the surfaces file compiled in can be read")
}

#[cfg(test)]
mod tests {
    use model::Factor;

    #[test]
    fn every_documented_factor_has_a_surface() {
        let surfaces = super::surfaces();
        let surface = |name: &str| surfaces.place(&Factor::from(name)).map(|(s, _)| s.name.clone());
        assert_eq!(surface("tool_shape:search_kb").as_deref(), Some("tool"));
        assert_eq!(surface("prompt:main").as_deref(), Some("prompt"));
        assert_eq!(surface("nobody"), None);
    }
}
