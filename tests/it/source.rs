//! Where mail comes from: the same promises for a folder, for a scripted IMAP
//! server that misbehaves on purpose, and for a real one.

mod copies;
mod dovecot;
mod fallback;
mod folder;
mod imap;
mod killed;

use tokio::sync::mpsc;
use upgrade_desk::shell::source::{Fetched, Listed, Source, SourceError};

/// Fetches, and gives what arrived beside how it ended.
async fn fetch(source: &mut impl Source, wanted: &[Listed]) -> (Vec<Fetched>, Result<(), SourceError>) {
    let (sink, mut arriving) = mpsc::channel(8);
    let collect = async {
        let mut arrived = Vec::new();
        while let Some(fetched) = arriving.recv().await {
            arrived.push(fetched);
        }
        arrived
    };
    let fetching = async {
        let result = source.fetch(wanted, &sink).await;
        drop(sink);
        result
    };
    tokio::join!(collect, fetching)
}
