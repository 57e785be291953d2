//! Every test that needs files, sockets or servers, in one binary.

mod carrier;
mod form;
mod mime;
mod sample_rules;
mod source;
mod support;
