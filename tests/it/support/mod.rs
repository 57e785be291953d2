//! What several tests share.

pub mod scripted_smtp;
pub mod tls_server;
