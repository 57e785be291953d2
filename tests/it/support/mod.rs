//! What several tests share.

pub mod desk;
pub mod dns;
pub mod dovecot;
pub mod hostile;
pub mod letter;
pub mod model_imap;
pub mod office;
pub mod postfix;
pub mod program;
pub mod random;
pub mod scripted_imap;
pub mod scripted_smtp;
pub mod sign;
pub mod smtp_sink;
pub mod tls_server;
