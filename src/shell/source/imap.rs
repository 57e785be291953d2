//! A mailbox on an IMAP server.

use std::path::PathBuf;

use zeroize::Zeroizing;

/// Which server, whose mailbox, which folders. Has no `Debug`: it holds the password.
#[derive(Clone)]
pub struct ImapSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub user: String,
    pub password: Zeroizing<String>,
    /// Names as people write them; they are encoded for the wire here.
    pub mailbox: String,
    pub processed: String,
    pub quarantine: String,
    /// PEM file of CAs to be trusted beside the public ones.
    pub private_ca: Option<PathBuf>,
    /// In bytes; what is bigger is never fetched (security 2.2).
    pub size_max: u64,
}

/// How the connection is protected (TG1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte; port 993 (RFC 8314: to be preferred).
    Tls,
    /// TLS after STARTTLS; never goes on without.
    StartTls,
    /// None; to loopback only.
    Plain,
}
