//! Every test that needs files, sockets or servers, in one binary.

mod mime;
