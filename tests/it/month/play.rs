//! The month itself: what is planned happens in its order, and what follows from
//! it is planned.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use jiff::{SignedDuration, Timestamp};
use upgrade_desk::desk::record::Record;
use upgrade_desk::desk::ticket::{Ticket, TicketId};

use crate::month::desk::{Arrived, MonthDesk};
use crate::month::world::World;
use crate::month::write::{Mail, Voucher, bounce};
use crate::month::{agents, customers};
use crate::support::random::Random;

/// Monday; the clocks change in Europe and in the United States within the month.
const START: &str = "2026-10-12T07:01:00Z";
/// Then only timers, until what is owed has come due.
const QUIET_DAYS: i64 = 20;
const LOOKS_MAX: u32 = 60;
/// What marks an internal note.
pub const INTERNAL: &str = "INTERNAL";

/// How much of a desk's life is played.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub customers: usize,
    pub days: i64,
    pub requests: usize,
}

/// All that happened.
#[derive(Default, Clone)]
pub struct History {
    pub records: Vec<Record>,
    pub letters: Vec<Arrived>,
    pub tickets: Vec<Ticket>,
    /// From when to when the desk was down.
    pub down: Vec<(Timestamp, Timestamp)>,
    pub end: Timestamp,
}

pub struct Played {
    pub world: World,
    pub history: History,
    pub faults: Vec<String>,
    pub mails: usize,
}

impl Played {
    pub fn summary(&self) -> String {
        let (mails, letters, tickets) = (self.mails, self.history.letters.len(), self.history.tickets.len());
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        for ticket in &self.history.tickets {
            *states.entry(ticket.status.name()).or_default() += 1;
        }
        let states: Vec<String> = states.iter().map(|(name, count)| format!("{count} {name}")).collect();
        format!("{mails} mails, {letters} letters, {tickets} tickets: {}", states.join(", "))
    }
}

enum Todo {
    Request { customer: usize },
    Problem { customer: usize },
    Mail { mail: Mail },
    Bytes { bytes: Vec<u8> },
    Look { agent: usize, ticket: TicketId },
    Down { minutes: i64 },
    Restart,
}

struct Month {
    world: World,
    desk: MonthDesk,
    random: Random,
    plan: BinaryHeap<Reverse<(Timestamp, u64)>>,
    todos: BTreeMap<u64, Todo>,
    numbers: u64,
    history: History,
    faults: Vec<String>,
    mails: usize,
    /// Newest notice of a ticket by who got it: its token lets him command.
    notices: BTreeMap<(TicketId, String), Arrived>,
    /// Who means to look at what: once is enough.
    looking: BTreeSet<(usize, TicketId)>,
    /// How often a ticket was looked at: nobody goes on for ever.
    looks: BTreeMap<TicketId, u32>,
    end: Timestamp,
}

fn after(at: Timestamp, minutes: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

/// Plays the month of this seed.
pub async fn month(seed: u64, size: Size) -> Played {
    let mut random = Random::new(seed, 5);
    let world = World::new(&mut random, size.customers);
    let start: Timestamp = START.parse().unwrap();
    let desk = MonthDesk::new(&world, start).await;
    let end = after(start, size.days * 24 * 60);
    let mut month = Month {
        world,
        desk,
        random,
        plan: BinaryHeap::new(),
        todos: BTreeMap::new(),
        numbers: 0,
        history: History::default(),
        faults: Vec::new(),
        mails: 0,
        notices: BTreeMap::new(),
        looking: BTreeSet::new(),
        looks: BTreeMap::new(),
        end,
    };
    month.begin(start, size);
    month.run().await;
    month.close(end).await
}

impl Month {
    fn begin(&mut self, start: Timestamp, size: Size) {
        let minutes = (size.days * 24 * 60) as usize;
        for number in 0..size.requests {
            let at = after(start, self.random.below(minutes) as i64);
            self.todo(at, Todo::Request { customer: number % size.customers });
        }
        for _ in 0..size.requests.div_ceil(8) {
            let (at, customer) = (after(start, self.random.below(minutes) as i64), self.random.below(size.customers));
            self.todo(at, Todo::Problem { customer });
        }
        for _ in 0..4 {
            let at = after(start, self.random.below(minutes) as i64);
            let minutes = 30 + self.random.below(1200) as i64;
            self.todo(at, Todo::Down { minutes });
        }
        self.todo(after(start, (minutes / 2) as i64), Todo::Restart);
    }

    fn todo(&mut self, at: Timestamp, todo: Todo) {
        self.numbers += 1;
        self.plan.push(Reverse((at, self.numbers)));
        self.todos.insert(self.numbers, todo);
    }

    async fn run(&mut self) {
        while let Some(Reverse((at, number))) = self.plan.pop() {
            let todo = self.todos.remove(&number).unwrap();
            // What was planned while the desk was down finds it up again.
            let at = at.max(self.desk.now());
            if at > self.end {
                continue;
            }
            self.desk.pass_time(at).await;
            self.follow().await;
            self.done(todo, at).await;
            self.follow().await;
        }
    }

    async fn done(&mut self, todo: Todo, now: Timestamp) {
        match todo {
            Todo::Request { customer } => {
                let mail = customers::request(&self.world.customers[customer], &mut self.random, now);
                self.send(mail, now).await;
            }
            Todo::Problem { customer } => {
                let mail = customers::report(&self.world.customers[customer], &mut self.random, now);
                self.send(mail, now).await;
            }
            Todo::Mail { mail } => self.send(mail, now).await,
            Todo::Bytes { bytes } => {
                self.mails += 1;
                self.desk.mail(bytes).await;
            }
            Todo::Look { agent, ticket } => {
                self.looking.remove(&(agent, ticket.clone()));
                self.look(agent, &ticket, now).await;
            }
            Todo::Down { minutes } => {
                let until = after(now, minutes);
                self.history.down.push((now, until));
                self.desk.sleep_until(until);
            }
            Todo::Restart => self.desk.restart(&self.world).await,
        }
    }

    /// On its way a mail may come late, or twice.
    async fn send(&mut self, mail: Mail, now: Timestamp) {
        self.numbers += 1;
        let bytes = mail.bytes(self.numbers);
        if self.random.once_in(25) {
            let later = after(now, 1 + self.random.below(600) as i64);
            self.todo(later, Todo::Bytes { bytes: bytes.clone() });
            if self.random.once_in(2) {
                return;
            }
        }
        self.mails += 1;
        self.desk.mail(bytes).await;
    }

    fn look_at(&mut self, at: Timestamp, agent: usize, ticket: TicketId) {
        if self.looking.insert((agent, ticket.clone())) {
            self.todo(at, Todo::Look { agent, ticket });
        }
    }

    async fn look(&mut self, agent: usize, id: &TicketId, now: Timestamp) {
        let Some(ticket) = self.desk.ticket(id).await else { return };
        let looks = self.looks.entry(id.clone()).or_default();
        *looks += 1;
        if *looks > LOOKS_MAX {
            return;
        }
        let me = self.world.staff[agent].clone();
        let list = self.world.rules.access.desk_address.clone();
        let notice = self.notices.get(&(id.clone(), me.address.clone())).or(self.notices.get(&(id.clone(), list)));
        let Some(notice) = notice.cloned() else { return };
        self.numbers += 1;
        let note = format!("{INTERNAL}-{}", self.numbers);
        let doing = agents::look(&ticket, &me, now, &note, &mut self.random);
        if let Some(minutes) = doing.again {
            let jitter = self.random.below(5) as i64;
            self.look_at(after(now, minutes.max(1) + jitter), agent, id.clone());
        }
        if let Some(body) = doing.text {
            let mail = Mail {
                name: me.name.clone(),
                from: me.address.clone(),
                subject: format!("Re: {}", notice.row.subject),
                answers: Some(notice.row.message_id.clone()),
                body,
                voucher: if self.random.once_in(80) { Voucher::Nobody } else { Voucher::Signed },
                date: now,
            };
            self.send(mail, now).await;
        }
    }

    /// What was written becomes what people do.
    async fn follow(&mut self) {
        self.history.records.extend(self.desk.news());
        for letter in self.desk.arrived() {
            self.history.letters.push(letter.clone());
            if self.world.is_staff(&letter.row.to) {
                self.staff_got(letter);
            } else {
                self.customer_got(letter).await;
            }
        }
    }

    fn staff_got(&mut self, letter: Arrived) {
        let Some(ticket) = letter.row.ticket.clone() else { return };
        if !matches!(letter.row.template.as_str(), "M-31" | "M-23") {
            return;
        }
        let mine = self.world.staff.iter().position(|staff| staff.address == letter.row.to);
        let agent = mine.unwrap_or_else(|| self.random.below(self.world.staff.len()));
        let minutes = 2 + self.random.below(if letter.row.template == "M-23" { 20 } else { 90 }) as i64;
        self.look_at(after(letter.at, minutes), agent, ticket.clone());
        self.notices.insert((ticket, letter.row.to.clone()), letter);
    }

    async fn customer_got(&mut self, letter: Arrived) {
        if self.random.once_in(100) {
            self.numbers += 1;
            let bytes = bounce(self.numbers, &letter.row.message_id, &letter.row.to, letter.at);
            self.todo(after(letter.at, 2), Todo::Bytes { bytes });
            return;
        }
        let ticket = match &letter.row.ticket {
            Some(id) => self.desk.ticket(id).await,
            None => None,
        };
        let Some(customer) = self.world.customer_of(&letter.row.to) else {
            self.faults.push(format!("letter {} {} went to {}", letter.row.no, letter.row.template, letter.row.to));
            return;
        };
        let person = customer.people.iter().find(|person| person.address.eq_ignore_ascii_case(&letter.row.to));
        let later = customers::answers(customer, person.unwrap(), &letter, ticket.as_ref(), &mut self.random);
        for (minutes, mail) in later {
            self.todo(after(letter.at, minutes), Todo::Mail { mail });
        }
    }

    async fn close(mut self, end: Timestamp) -> Played {
        let quiet = after(end, QUIET_DAYS * 24 * 60);
        self.desk.pass_time(quiet).await;
        self.history.records.extend(self.desk.news());
        self.history.letters.extend(self.desk.arrived());
        self.history.tickets = self.desk.tickets().await;
        self.history.end = quiet;
        let overdue = self.desk.overdue().await;
        if overdue > 0 {
            self.faults.push(format!("{overdue} timers are due and have not fired"));
        }
        Played { world: self.world, history: self.history, faults: self.faults, mails: self.mails }
    }
}
