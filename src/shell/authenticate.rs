//! Our own look at who signed a mail: keys and policies come from the name
//! servers, what they prove is judged in `desk/mail/proof`.

mod answers;
mod names;
mod patience;
mod verify;

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use jiff::Timestamp;
use mail_auth::MessageAuthenticator;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use tokio::time::Instant;

use crate::desk::input::Understood;
use crate::desk::limits::Lookups;
use crate::desk::mail::proof::own::{Checked, Wanted};
use crate::desk::rules::Rules;
use crate::shell::authenticate::patience::Patience;

pub use names::Found;

/// Answers of the name servers that are kept, for as long as these say.
const KEPT_MAX: u64 = 1024;
/// But no longer than this: a key that was taken back must stop to count.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);
/// "There is no such name" is believed for this long at most.
const NOTHING_KEPT_FOR: Duration = Duration::from_secs(60);
/// How long one server may take for one question before it is asked again.
const ONE_TRY: Duration = Duration::from_secs(4);
const RETRIES: usize = 4;

/// Looks at signatures and policies. Shared by everything that reads mail.
pub struct Authenticator {
    resolver: MessageAuthenticator,
    lookups: Lookups,
    patience: Patience,
}

impl Authenticator {
    /// Asks `servers`; none: those of the system.
    ///
    /// # Errors
    /// The system's configuration of name servers cannot be read.
    pub fn new(servers: &[SocketAddr], lookups: &Lookups) -> Result<Authenticator, String> {
        let (config, options) = match servers {
            [] => read_system_conf().map_err(|error| format!("the system's name servers are unknown: {error}"))?,
            servers => (
                ResolverConfig::from_parts(None, Vec::new(), servers.iter().copied().map(name_server).collect()),
                ResolverOpts::default(),
            ),
        };
        let resolver = MessageAuthenticator::new(config, tuned(options)).map_err(|error| error.to_string())?;
        Ok(Authenticator { resolver, lookups: lookups.clone(), patience: Patience::new(lookups) })
    }

    /// Asks the name servers for everything that `wanted` needs, at once.
    pub async fn look_up(&self, wanted: &Wanted) -> Found {
        let began = Instant::now();
        let until = began + self.patience.with(&wanted.domain, began);
        let found = names::look_up(&self.resolver, wanted, self.lookups.queries_max, until).await;
        self.patience.heard(&wanted.domain, found.has_answer(), began, Instant::now());
        found
    }

    /// Looks at the signatures themselves. Reads hostile bytes with code of
    /// others: to be called where a panic is caught and counted.
    pub fn verify(&self, raw: &[u8], wanted: &Wanted, found: &Found) -> Checked {
        verify::verify(&self.resolver, raw, wanted, found)
    }

    /// A mail that is only looked at, with what our own look finds. `None`:
    /// reading its signatures fails.
    pub async fn with_own_look(
        &self,
        raw: &[u8],
        read: Understood,
        received: Timestamp,
        rules: &Rules,
    ) -> Option<Understood> {
        let Some(wanted) = read.wanted(received, rules) else { return Some(read) };
        let found = self.look_up(&wanted).await;
        let checked = catch_unwind(AssertUnwindSafe(|| self.verify(raw, &wanted, &found))).ok()?;
        Some(read.with_checked(checked, rules))
    }
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let at_port = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    let connections = vec![at_port(ConnectionConfig::udp()), at_port(ConnectionConfig::tcp())];
    NameServerConfig::new(address.ip(), true, connections)
}

/// One total deadline ends every look-up, so a server may be asked until then.
/// DNSSEC is left to the local resolver (TE8).
fn tuned(mut options: ResolverOpts) -> ResolverOpts {
    options.timeout = ONE_TRY;
    options.attempts = RETRIES;
    options.edns0 = true;
    options.cache_size = KEPT_MAX;
    options.positive_max_ttl = Some(KEPT_FOR);
    options.negative_max_ttl = Some(NOTHING_KEPT_FOR);
    options
}
