//! Every test that needs files, sockets or servers, in one binary.

mod carrier;
mod mime;
mod support;
mod source;
