//! Asks the ports of units (T5b, decisions 18): only what was committed, only an
//! address that its type lets through, one connection a port, nothing sent.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use socket2::SockRef;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::desk::decide::ports::EVERY;
use crate::desk::input::Input;
use crate::desk::ports::{Answer, Ended, Found, PORTS, PortSeen, Reachable};
use crate::desk::rules::Precheck;
use crate::desk::ticket::{PortsTest, Ticket, TicketId};
use crate::shell::clock::Clock;
use crate::shell::process::{Desk, ProcessError};

/// For one connection.
const LIMIT: Duration = Duration::from_secs(3);
/// Units at the same time.
const AT_ONCE: usize = 8;
/// Looks at least so often, whatever was announced.
const LOOK: Duration = Duration::from_secs(30);

/// Tests the ports of one address.
pub type Tester = Arc<dyn Fn(Reachable) -> Pin<Box<dyn Future<Output = Ended> + Send>> + Send + Sync>;

/// By sockets of this machine.
pub fn by_sockets(clock: Clock) -> Tester {
    Arc::new(move |address| {
        let clock = clock.clone();
        Box::pin(async move {
            let tested = clock.now();
            test(address, tested).await
        })
    })
}

/// One test, and whether what it found was stored.
struct Made {
    wish: (TicketId, Timestamp),
    stored: Result<(), ProcessError>,
}

/// The tests that one run of the desk makes.
pub struct Testing {
    desk: Arc<Desk>,
    tester: Tester,
    /// A wish that was there before is not carried out: the desk may have ended
    /// during it. It is reported as lost, and asked for anew.
    begun: Timestamp,
    /// Wishes that were taken up.
    taken: BTreeSet<(TicketId, Timestamp)>,
    /// When each unit was last asked, whatever its tickets say.
    asked: BTreeMap<String, Timestamp>,
}

impl Testing {
    pub fn new(desk: Arc<Desk>, tester: Tester) -> Testing {
        let begun = desk.clock.now();
        Testing { desk, tester, begun, taken: BTreeSet::new(), asked: BTreeMap::new() }
    }

    /// Makes every test that is wished for, until told to stop; what is under way
    /// then is dropped, and asked for anew at the next start.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), ProcessError> {
        let mut under_way = FuturesUnordered::new();
        while !*stop.borrow() {
            let desk = Arc::clone(&self.desk);
            let mut committed = std::pin::pin!(desk.committed.notified());
            // Registered before looking, so that nothing slips in between.
            committed.as_mut().enable();
            let free = AT_ONCE.saturating_sub(under_way.len());
            under_way.extend(self.next(free).await?);
            tokio::select! {
                Some(made) = under_way.next(), if !under_way.is_empty() => self.ended(made)?,
                () = sleep(LOOK) => {}
                () = committed => {}
                _ = stop.changed() => {}
            }
        }
        Ok(())
    }

    /// Makes every test that is wished for now; how many that were.
    pub async fn all(&mut self) -> Result<usize, ProcessError> {
        let mut made = 0;
        while self.is_on() {
            let now = self.next(AT_ONCE).await?;
            if now.is_empty() {
                break;
            }
            made += now.len();
            for one in join_all(now).await {
                one.stored?;
            }
        }
        Ok(made)
    }

    /// Whether the operator wants any; without it nothing opens a socket.
    pub fn is_on(&self) -> bool {
        self.desk.rules.desk.precheck == Precheck::ByDesk
    }

    /// What could not be stored now is tested once more, after its minute.
    fn ended(&mut self, Made { wish, stored }: Made) -> Result<(), ProcessError> {
        match stored {
            Err(error @ ProcessError::Unknown(_)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "the result of a test of ports could not be stored");
                self.taken.remove(&wish);
            }
            Ok(()) => {}
        }
        Ok(())
    }

    /// The next tests, at most so many, ready to be awaited.
    async fn next(&mut self, max: usize) -> Result<Vec<impl Future<Output = Made> + Send + use<>>, ProcessError> {
        let wishes = self.desk.store.read(|view| view.ports_wishes()).await;
        let wishes = wishes.map_err(|error| ProcessError::Unknown(error.to_string()))?;
        let now = self.desk.clock.now();
        let mut next = Vec::new();
        for ticket in wishes {
            if next.len() < max && self.takes(&ticket, now) {
                next.extend(self.one(ticket));
            }
        }
        Ok(next)
    }

    fn takes(&mut self, ticket: &Ticket, now: Timestamp) -> bool {
        let Some(wish) = &ticket.work.ports_wish else { return false };
        let late = |since: Timestamp| now.duration_since(since) >= EVERY || now < since;
        // The minute counts across a restart, too.
        if wish.asked < self.begun && !late(wish.asked) {
            return false;
        }
        self.asked.retain(|_, asked| !late(*asked));
        if wish.asked >= self.begun && self.asked.contains_key(ticket.serial()) {
            return false;
        }
        self.taken.insert((ticket.id.clone(), wish.asked))
    }

    fn one(&mut self, ticket: Ticket) -> Option<impl Future<Output = Made> + Send + use<>> {
        let wish = ticket.work.ports_wish.clone()?;
        let is_old = wish.asked < self.begun;
        // What was committed is judged once more: the type is the only way out.
        let address = Reachable::new(wish.address, &self.desk.rules.desk.unit_networks);
        if !is_old && address.is_ok() {
            self.asked.insert(ticket.serial().to_owned(), self.desk.clock.now());
        }
        let (desk, tester) = (Arc::clone(&self.desk), Arc::clone(&self.tester));
        Some(async move {
            let ended = match address {
                _ if is_old => Ended::Lost,
                Ok(address) => tester(address).await,
                Err(why) => Ended::Failed(format!("{} is {why}", wish.address)),
            };
            let test = PortsTest { ticket: ticket.id.clone(), asked: wish.asked, ended };
            let stored = desk.decide_on(Input::Ports(test)).await.map(|_| ());
            Made { wish: (ticket.id, wish.asked), stored }
        })
    }
}

/// All ports at once, each with its limit.
async fn test(address: Reachable, tested: Timestamp) -> Ended {
    let (mut ports, mut from) = (Vec::new(), None);
    for (port, found) in join_all(PORTS.map(|port| async move { (port, connect(address, port).await) })).await {
        match found {
            Ok((answer, ours)) => {
                ports.push(PortSeen { port, answer });
                from = from.or(ours);
            }
            Err(error) => return Ended::Failed(format!("{} port {port}: {error}", address.ip())),
        }
    }
    Ended::Found(Found { tested, from, ports })
}

/// Opens one connection and closes it; an error is our own machine's.
async fn connect(address: Reachable, port: u16) -> io::Result<(Answer, Option<IpAddr>)> {
    let to = SocketAddr::new(address.ip(), port);
    let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // The same socket: it knows its own address as soon as the way is chosen,
    // whether or not anybody answers.
    let ours = SockRef::from(&socket).try_clone()?;
    let answer = match timeout(LIMIT, socket.connect(to)).await {
        Ok(Ok(_closed_at_once)) => Answer::Open,
        Err(_elapsed) => Answer::NoAnswer,
        Ok(Err(error)) => match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => Answer::Refused,
            io::ErrorKind::TimedOut => Answer::NoAnswer,
            io::ErrorKind::HostUnreachable => Answer::Unreachable,
            _ => return Err(error),
        },
    };
    let ours = ours.local_addr().ok().and_then(|ours| ours.as_socket()).map(|ours| ours.ip());
    Ok((answer, ours.filter(|ours| !ours.is_unspecified())))
}
