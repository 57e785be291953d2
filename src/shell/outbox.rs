//! Committed letters go to the carriers until they are taken or given up.

pub mod patience;
