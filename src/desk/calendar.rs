//! Calendar objects (RFC 5545): how our lines are written, and what answers say.

pub mod read;
pub mod write;
