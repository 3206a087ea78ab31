//! The router, from the outside.
