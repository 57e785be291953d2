//! Sentences become statements: which state, of what, how far, and whether it
//! is asserted. A "not" reaches to the next comma, contrast or join.

mod extent;
mod part;
mod standing;
mod turn;

use std::ops::Range;

use crate::desk::urgency::clause::extent::extent;
use crate::desk::urgency::clause::part::{Opening, Part, parts};
use crate::desk::urgency::clause::turn::{Head, heads};
use crate::desk::urgency::lexicon::{Spot, UrgencyRules};
use crate::desk::urgency::meaning::Meaning;
use crate::desk::urgency::sentence::Sentence;

/// The bad state that a clause speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Standstill,
    /// A good state turned round: "not working", "no calls".
    NotWorking,
    Failing,
    Trouble,
    StillBroken,
    Peril,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    EmergencyCalls,
    Core,
    Main,
    Minor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    All,
    Part,
    Single,
    Unknown,
}

/// How far a state is asserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Now,
    /// Over, perhaps: "was down".
    Past,
    /// Over for sure: "was down yesterday for ten minutes".
    LongPast,
    Announced,
    /// "if it goes down"; `again` when it would be for the second time.
    Supposed {
        again: bool,
    },
    Asked,
}

/// One bad state in one clause.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub state: State,
    pub topic: Option<Topic>,
    pub extent: Extent,
    pub standing: Standing,
    /// "Still", "yet".
    pub still: bool,
    /// Index of the sentence, and the words in it that were read.
    pub sentence: usize,
    pub words: Range<usize>,
}

/// Something else that was said, and where.
#[derive(Debug, Clone)]
pub(super) struct Remark {
    pub topic: Option<Topic>,
    pub sentence: usize,
    pub words: Range<usize>,
}

/// All that was read in the writer's words, in their order.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub statements: Vec<Statement>,
    /// "works again", "no longer down".
    pub restored: Vec<Remark>,
    /// "calls are fine".
    pub reassured: Vec<Remark>,
    /// "all good", "no problems".
    pub good: bool,
    pub calm: Vec<Remark>,
    pub claims: Vec<Remark>,
    pub help: bool,
    pub wishes: bool,
    pub follow_up: bool,
    pub thanks: bool,
    /// "go ahead", "agreed".
    pub answers: bool,
    pub nudge: bool,
    pub escalates: bool,
}

/// What a clause hands on to the next one of its sentence.
#[derive(Default, Clone, Copy)]
struct Before {
    topic: Option<Topic>,
    supposed: bool,
    /// A supposition of a second time: what would follow is supposed too.
    again: bool,
    asked: bool,
    /// A good state that was asserted, or a bad one denied.
    good: bool,
}

pub(super) fn facts(sentences: &[Sentence<'_>], rules: &UrgencyRules) -> Facts {
    let mut facts = Facts::default();
    for (index, sentence) in sentences.iter().enumerate() {
        let spots = rules.spots(sentence);
        let parts = parts(sentence, &spots);
        let first = facts.statements.len();
        let mut before = Before::default();
        for (place, part) in parts.iter().enumerate() {
            let next = parts.get(place + 1);
            let reader = Clause { sentence, index, part, denied: next.is_some_and(is_bare_no), rules };
            before = reader.read(before, &mut facts);
        }
        whole_sentence(sentence, index, &spots, &mut facts);
        if spots.iter().any(|spot| spot.is(Meaning::NotOurs)) {
            // "The neighbours have an outage, it does not touch us."
            facts.statements.truncate(first);
        }
        let said = facts.statements.get_mut(first..).unwrap_or_default();
        if said.is_empty() {
            // "Calls are dropping. It is all of them."
            let extent = extent(&spots, sentence, rules);
            let earlier = facts.statements.iter_mut().rev();
            earlier
                .take_while(|earlier| earlier.sentence + 1 == index)
                .for_each(|statement| widen(statement, extent, &spots));
        } else {
            for part in &parts {
                let extent = extent(&part.spots, sentence, rules);
                said.iter_mut().for_each(|statement| widen(statement, extent, &part.spots));
            }
        }
    }
    facts
}

/// Words elsewhere say how far a state reaches: all of it at once, less only
/// when "only" stands there.
fn widen(statement: &mut Statement, extent: Extent, spots: &[Spot<'_>]) {
    let only = spots.iter().any(|spot| spot.is(Meaning::Only));
    let turned = spots.iter().any(|spot| spot.is_any(&[Meaning::Fine, Meaning::Works, Meaning::Restored]));
    if statement.extent == Extent::Unknown && !turned && (extent == Extent::All || only) {
        statement.extent = extent;
    }
}

/// "The problem is solved".
fn is_over(bad: &Head<'_>, other: &Head<'_>) -> bool {
    let restored = other.spot.is(Meaning::Restored) && other.turned_by.is_none();
    restored && other.spot.start > bad.spot.start && bad.turned_by.is_none()
}

/// "Problems: none".
fn is_bare_no(part: &Part<'_>) -> bool {
    let no = |spot: &Spot<'_>| spot.is(Meaning::Negators) && !spot.is(Meaning::APart);
    let all_no = part.spots.iter().all(no) && !part.spots.is_empty();
    all_no && part.words.len() <= 2
}

/// What counts wherever it stands in a sentence.
fn whole_sentence(sentence: &Sentence<'_>, index: usize, spots: &[Spot<'_>], facts: &mut Facts) {
    let any = |meaning| spots.iter().any(|spot| spot.is(meaning));
    let remark = |spot: &Spot<'_>| Remark { topic: None, sentence: index, words: spot.start..spot.end };
    facts.calm.extend(spots.iter().filter(|spot| spot.is(Meaning::Calm)).map(remark));
    facts.help |= any(Meaning::Help);
    facts.wishes |= any(Meaning::Wishes);
    facts.follow_up |= any(Meaning::FollowUp);
    facts.thanks |= any(Meaning::Thanks);
    facts.answers |= any(Meaning::Answers);
    facts.escalates |= any(Meaning::Escalates);
    // "Hello," greets, "hello?" waits.
    let nudges = |spot: &Spot<'_>| {
        let greeting = spot.end - spot.start == 1 && !(sentence.asks && sentence.tokens.len() <= 3);
        spot.is(Meaning::Nudges) && !greeting
    };
    facts.nudge |= spots.iter().any(nudges);
}

/// One clause and where it stands.
struct Clause<'a> {
    sentence: &'a Sentence<'a>,
    index: usize,
    part: &'a Part<'a>,
    /// The next clause is a bare "none".
    denied: bool,
    rules: &'a UrgencyRules,
}

impl Clause<'_> {
    fn read(&self, before: Before, facts: &mut Facts) -> Before {
        let own_topic = self.topic();
        let everything = self.has(Meaning::Everything);
        let topic = own_topic.or(before.topic.filter(|_| !everything));
        let joined = self.part.opening == Opening::Joint;
        let lasting = self.has(Meaning::Now);
        let supposed = (before.again || (joined && before.supposed)) && !lasting;
        let asked = self.asks() || (joined && before.asked && !lasting);
        let mut after = Before { topic, supposed, again: before.again, asked, good: before.good };
        let heads = heads(&self.part.spots);
        for head in &heads {
            let over = heads.iter().any(|other| is_over(head, other));
            let standing = if over { Standing::LongPast } else { self.standing(head, after, facts) };
            after.supposed |= matches!(standing, Standing::Supposed { .. });
            match self.state(head, topic) {
                Some(_) if over => {}
                Some(state) if !(self.denied && state != State::NotWorking) => {
                    after.good = false;
                    facts.statements.push(self.statement(state, topic, standing, head));
                }
                _ => after.good |= self.calms(head, topic, standing, facts),
            }
        }
        let said_nothing = heads.iter().all(|head| head.turned_by.is_none() && head.spot.is(Meaning::Service));
        let exception = self.part.opening == Opening::Exception;
        if let (true, true, true, Some(topic)) = (exception, before.good, said_nothing, own_topic) {
            // "Works, apart from inbound."
            let words = self.part.words.clone();
            let (extent, standing) = (extent(&self.part.spots, self.sentence, self.rules), Standing::Now);
            let (state, topic, sentence) = (State::NotWorking, Some(topic), self.index);
            let still = self.has(Meaning::TurningEnds);
            facts.statements.push(Statement { state, topic, extent, standing, still, sentence, words });
        }
        after.supposed |= self.has(Meaning::Conditions) || self.has(Meaning::ConditionsBehind);
        after.again |= after.supposed && self.has(Meaning::Again);
        after
    }

    fn has(&self, meaning: Meaning) -> bool {
        self.part.spots.iter().any(|spot| spot.is(meaning))
    }

    /// What the clause speaks of first; emergency calls before anything.
    fn topic(&self) -> Option<Topic> {
        let spots = &self.part.spots;
        if spots.iter().any(|spot| self.is_emergency(spot)) {
            return Some(Topic::EmergencyCalls);
        }
        spots.iter().find_map(|spot| match () {
            () if spot.is(Meaning::MainFunctions) => Some(Topic::Main),
            () if spot.is(Meaning::MinorThings) => Some(Topic::Minor),
            () if spot.is(Meaning::Core) => Some(Topic::Core),
            () => None,
        })
    }

    /// "911", but not "extension 112".
    fn is_emergency(&self, spot: &Spot<'_>) -> bool {
        let before = self.part.spots.iter().rev().find(|other| other.end == spot.start);
        spot.is(Meaning::EmergencyCalls) && !before.is_some_and(|before| before.is(Meaning::Numbered))
    }

    /// The bad state that a head means here, if it means one.
    fn state(&self, head: &Head<'_>, topic: Option<Topic>) -> Option<State> {
        let spot = head.spot;
        let turned = head.turned_by.is_some();
        let state = match turned {
            false if spot.is(Meaning::Peril) => State::Peril,
            false if spot.is(Meaning::Standstill) => State::Standstill,
            false if spot.is(Meaning::StillBroken) => State::StillBroken,
            false if spot.is(Meaning::Failing) => State::Failing,
            false if spot.is(Meaning::Trouble) => State::Trouble,
            true if spot.is(Meaning::Restored) => State::StillBroken,
            true if spot.is_any(&[Meaning::Works, Meaning::Service]) => State::NotWorking,
            true if spot.is(Meaning::Serves) && (topic.is_some() || self.has_pronoun_before(spot)) => State::NotWorking,
            true if spot.is(Meaning::Fine) && topic.is_some() => State::Trouble,
            _ => return None,
        };
        (!self.is_arrangement(state, spot, topic)).then_some(state)
    }

    /// "Tuesday does not work", "the MAC address was wrong": about the request,
    /// not the unit.
    fn is_arrangement(&self, state: State, spot: &Spot<'_>, topic: Option<Topic>) -> bool {
        let product = matches!(topic, Some(Topic::Main | Topic::Minor | Topic::EmergencyCalls));
        let papers = self.has(Meaning::Papers) && !product;
        let times = self.has(Meaning::Times) && topic.is_none();
        match state {
            State::Failing | State::Trouble => papers,
            State::NotWorking => {
                let lasting = self.has(Meaning::Now) || self.has_pronoun_before(spot) || self.has(Meaning::Everything);
                (times || (papers && topic != Some(Topic::Core))) && !lasting && !spot.is(Meaning::Service)
            }
            _ => false,
        }
    }

    fn has_pronoun_before(&self, spot: &Spot<'_>) -> bool {
        self.part.spots.iter().any(|other| other.start < spot.start && other.is(Meaning::Pronouns))
    }

    fn statement(&self, state: State, topic: Option<Topic>, standing: Standing, head: &Head<'_>) -> Statement {
        let spots = &self.part.spots;
        let mut extent = extent(spots, self.sentence, self.rules);
        let none = head.turned_by.is_some_and(|no| no.is(Meaning::NoneOf));
        let any = head.turned_by.is_some() && self.has(Meaning::Anything);
        if extent == Extent::Unknown && state == State::NotWorking && (none || any) {
            extent = Extent::All;
        }
        let named = spots.iter().filter(|spot| {
            spot.is_any(&[Meaning::Negators, Meaning::Everything, Meaning::Core, Meaning::APart, Meaning::ASingle])
                || spot.is_any(&[Meaning::MainFunctions, Meaning::MinorThings, Meaning::EmergencyCalls])
        });
        let ends = named.chain([head.spot]).map(|spot| (spot.start, spot.end));
        let (start, end) = ends.fold((head.spot.start, head.spot.end), |(a, b), (c, d)| (a.min(c), b.max(d)));
        let still = self.has(Meaning::TurningEnds);
        Statement { state, topic, extent, standing, still, sentence: self.index, words: start..end }
    }

    /// What a head says that is no bad state; true when the state is good.
    fn calms(&self, head: &Head<'_>, topic: Option<Topic>, standing: Standing, facts: &mut Facts) -> bool {
        let (spot, turned) = (head.spot, head.turned_by.is_some());
        let asserted = matches!(standing, Standing::Now | Standing::Past);
        let words = head.turned_by.map_or(spot.start, |no| no.start)..spot.end;
        let remark = Remark { topic, sentence: self.index, words };
        let bad = spot.is_any(&[Meaning::Standstill, Meaning::Failing, Meaning::Trouble, Meaning::StillBroken]);
        if spot.is(Meaning::Claims) {
            match (turned, standing) {
                (true, _) => facts.calm.push(remark),
                (false, Standing::Now | Standing::Past | Standing::LongPast) => facts.claims.push(remark),
                _ => {}
            }
            return false;
        }
        if !asserted {
            return false;
        }
        if spot.is(Meaning::Restored) && !turned {
            facts.restored.push(remark);
            facts.good = true;
            return true;
        }
        if bad && turned {
            if self.has(Meaning::NoLonger) {
                facts.restored.push(remark);
            }
            facts.good = true;
            return true;
        }
        let good = !turned && standing == Standing::Now && spot.is_any(&[Meaning::Fine, Meaning::Works]);
        let most = self.has(Meaning::Everything) || self.has(Meaning::TheRest);
        if good && (matches!(topic, Some(Topic::Core)) || most) {
            facts.reassured.push(remark);
        }
        facts.good |= good;
        good
    }
}
