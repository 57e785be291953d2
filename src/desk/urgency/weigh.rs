//! Statements become one tone and one severity (domain 2.7). A missed P1 is far
//! worse than a false one: calm words lower what is vague, never what is plain.

use crate::desk::urgency::because;
use crate::desk::urgency::clause::{Extent, Facts, Remark, Standing, State, Statement, Topic};
use crate::desk::urgency::sentence::Sentence;
use crate::desk::urgency::text::Machine;
use crate::desk::urgency::{Reading, Severity, Tone};

/// Sentences of the reason at most.
const REASONS_MAX: usize = 5;
/// Longer mails say more than "any update?" or "thanks".
const SHORT_WORDS_MAX: usize = 30;

pub(super) fn reading(sentences: &[Sentence<'_>], facts: Facts, machine: Option<Machine>, only_a_log: bool) -> Reading {
    let ended = ended(&facts);
    let mut found: Vec<(Severity, &Statement)> =
        facts.statements.iter().filter_map(|told| Some((weigh(told, &facts, &ended)?, told))).collect();
    found.sort_by_key(|(severity, _)| *severity);
    let worst = found.first().map(|(severity, _)| *severity);
    let mut reading = Reading {
        tone: Tone::Plain,
        severity: Severity::P4,
        claimed: (!facts.claims.is_empty()).then_some(Severity::P1),
        because: Vec::new(),
        extent_known: found.first().is_some_and(|(_, statement)| {
            statement.extent != Extent::Unknown || statement.topic == Some(Topic::EmergencyCalls)
        }),
        since: None,
        asks_to_escalate: facts.escalates,
        insists: !found.is_empty() && found.iter().all(|(_, told)| insists(told)),
    };
    if let Some(severity) = worst {
        for (_, told) in found.iter().filter(|(weight, _)| *weight == severity) {
            let reason = because::statement(told, severity, sentences);
            if reading.because.len() < REASONS_MAX && !reading.because.contains(&reason) {
                reading.because.push(reason);
            }
        }
        (reading.tone, reading.severity) = (Tone::Problem, severity);
    }
    let raised = beside_the_statements(&facts, machine, only_a_log, worst, sentences);
    if let Some((severity, reason)) = raised {
        reading.tone = Tone::Problem;
        reading.severity = worst.map_or(severity, |worst| worst.min(severity));
        reading.because.push(reason);
    }
    let recovered = machine == Some(Machine::Recovery);
    if reading.tone != Tone::Problem || recovered {
        reading.tone = if recovered { Tone::Restored } else { quiet(&facts, sentences) };
        reading.severity = Severity::P4;
        let restored = facts.restored.iter().map(|remark| quoted(remark, sentences, "it works again"));
        reading.because = restored.take(REASONS_MAX).collect();
    }
    reading
}

/// "Still", "same problem": nothing new, and said for the second time.
fn insists(told: &Statement) -> bool {
    told.standing == Standing::Now && (told.still || told.state == State::StillBroken)
}

/// The severity of one statement; `None` when it reports nothing.
fn weigh(statement: &Statement, facts: &Facts, ended: &[Option<Topic>]) -> Option<Severity> {
    let content = content(statement, facts, ended);
    let over = !facts.restored.is_empty();
    match statement.standing {
        Standing::Now => {}
        Standing::Announced => return None,
        Standing::Supposed { again } => {
            let watch = again && !over && content <= Severity::P2;
            return watch.then_some(Severity::P3);
        }
        Standing::Asked => {
            let strong = matches!(statement.state, State::Standstill | State::NotWorking | State::Peril);
            return match statement.topic {
                Some(_) if strong => Some(Severity::P3),
                Some(_) => Some(Severity::P4),
                None => None,
            };
        }
        Standing::Past | Standing::LongPast => {
            if over || content == Severity::P3 {
                return (facts.follow_up && over).then_some(Severity::P3);
            }
            let recent = statement.standing == Standing::Past && content == Severity::P1;
            return Some(if recent { Severity::P2 } else { Severity::P3 });
        }
    }
    if content != Severity::P1 && !facts.calm.is_empty() {
        // "not urgent" counts for what is not plainly a standstill.
        return Some(content.max(Severity::P3));
    }
    Some(content)
}

/// What the words say, whatever the tone.
fn content(statement: &Statement, facts: &Facts, ended: &[Option<Topic>]) -> Severity {
    use Severity::{P1, P2, P3};
    if statement.state == State::Peril || statement.topic == Some(Topic::EmergencyCalls) {
        return P1;
    }
    if ended.iter().any(|topic| topic.is_none() || statement.topic.is_none() || *topic == statement.topic) {
        return P3;
    }
    let severity = match (statement.topic, statement.extent) {
        (_, Extent::Single) | (Some(Topic::Minor), _) => P3,
        (Some(Topic::Main), _) => P2,
        (_, Extent::All) => match statement.state {
            State::Trouble | State::StillBroken => P2,
            _ => P1,
        },
        (topic, Extent::Part) => match statement.state {
            State::Trouble if topic.is_none() => P3,
            _ => P2,
        },
        (topic, Extent::Unknown) => match statement.state {
            State::Standstill => P1,
            State::NotWorking if topic.is_some() => P1,
            State::Trouble if topic.is_none() => P3,
            _ => P2,
        },
    };
    // "The console does not open but calls are fine."
    let spared = !facts.reassured.is_empty() && statement.extent == Extent::Unknown;
    if spared { severity.max(P2) } else { severity }
}

/// What was said to work again with nothing bad after it; `None` among them
/// means all of it.
fn ended(facts: &Facts) -> Vec<Option<Topic>> {
    let asserted = facts.statements.iter().filter(|statement| statement.standing == Standing::Now);
    let last = asserted.map(|statement| (statement.sentence, statement.words.start)).max();
    let mut topics = Vec::new();
    for restored in &facts.restored {
        let after = last.is_some_and(|last| (restored.sentence, restored.words.start) > last);
        if after && !topics.contains(&restored.topic) {
            topics.push(restored.topic);
        }
    }
    topics
}

/// What makes or raises a problem without a statement: loud words, a machine's
/// alarm, a log, a trouble that is over but unexplained.
fn beside_the_statements(
    facts: &Facts,
    machine: Option<Machine>,
    only_a_log: bool,
    worst: Option<Severity>,
    sentences: &[Sentence<'_>],
) -> Option<(Severity, String)> {
    if worst.is_some_and(|worst| worst <= Severity::P2) {
        return None;
    }
    if machine == Some(Machine::Alarm) {
        return Some((Severity::P2, "a program that watches the unit raises an alarm".to_owned()));
    }
    if only_a_log {
        return Some((Severity::P2, "a log is attached without a word about what happens".to_owned()));
    }
    let calm = facts.calm.is_empty() && facts.restored.is_empty();
    if let (Some(claim), true) = (facts.claims.first(), calm) {
        let words = sentences.iter().map(|sentence| sentence.tokens.len()).sum::<usize>();
        if worst.is_some() || (facts.help && !facts.wishes && words <= SHORT_WORDS_MAX) {
            let reason = "the writer's words are loud; people look before anybody contradicts";
            return Some((Severity::P2, quoted(claim, sentences, reason)));
        }
    }
    if let (Some(restored), true, None) = (facts.restored.first(), facts.follow_up, worst) {
        return Some((Severity::P3, quoted(restored, sentences, "it works again, but the writer wants to know why")));
    }
    None
}

fn quoted(remark: &Remark, sentences: &[Sentence<'_>], reason: &str) -> String {
    format!("{}: {reason}", because::quote(sentences, remark.sentence, &remark.words))
}

/// The tone of a mail that reports nothing.
fn quiet(facts: &Facts, sentences: &[Sentence<'_>]) -> Tone {
    let words = sentences.iter().map(|sentence| sentence.tokens.len()).sum::<usize>();
    let short = words <= SHORT_WORDS_MAX;
    let asks = sentences.iter().any(|sentence| sentence.asks);
    if !facts.restored.is_empty() {
        Tone::Restored
    } else if facts.nudge && short {
        Tone::Nudge
    } else if facts.thanks
        && short
        && !asks
        && !facts.answers
        && !facts.escalates
        && (facts.good || words <= SHORT_WORDS_MAX / 3)
    {
        Tone::Thanks
    } else if facts.good && !facts.reassured.is_empty() && short && !asks {
        Tone::Restored
    } else {
        Tone::Plain
    }
}
