//! An incident.
