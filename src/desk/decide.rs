//! `(input, known, now, rules) -> Decision`: everything that can follow.
