//! Holds a history against what is promised. Pure: a history in, violations out.

#[cfg(test)]
mod tests;

use super::history::{Frame, History, Item, Journal, Log, Watch, Write};
use super::marker::Mark;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

/// How long after their removal somebody may still see something new, in milliseconds: a
/// node that has lost bus and database knows after four seconds that it knows nothing, and
/// looks each second; the rest is for a machine that others work on.
pub const REMOVED_MS: u64 = 4_000 + 2_000 + 2_000;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Property {
    /// What was acknowledged is there, where it was said to be, and came to everybody.
    NothingLost,
    /// Nothing is there twice, or came twice.
    NothingTwice,
    /// Sequences have no gaps.
    NoGaps,
    /// Each journal is in order, each author's writes too.
    InOrder,
    /// All nodes and clients have the same.
    Equal,
    /// Who was removed sees nothing new.
    Removed,
    /// No client was told what may not be.
    Sound,
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub property: Property,
    /// How.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.property, self.detail)
    }
}

/// Everything that is wrong with a history.
#[must_use]
pub fn check(history: &History) -> Vec<Violation> {
    let mut found = Found::default();
    let logs = the_logs(history, &mut found);
    for log in logs.values() {
        in_itself(log, &mut found);
    }
    written(history, &logs, &mut found);
    let made: HashMap<Mark, u64> = history
        .writes
        .iter()
        .map(|write| (write.mark, write.made_ms))
        .collect();
    for watch in &history.watches {
        match logs.get(&watch.journal) {
            Some(log) => watched(watch, log, &made, &mut found),
            None => found.add(Property::NothingLost, format!("no log: {}", watch.journal)),
        }
    }
    texts(history, &mut found);
    for asked in &history.asked {
        let (name, count) = (&asked.name, asked.found);
        if count > 1 {
            found.add(
                Property::NothingTwice,
                format!("{name} is there {count} times"),
            );
        }
        if count == 0 && asked.acknowledged {
            found.add(Property::NothingLost, format!("{name} is not there"));
        }
    }
    for complaint in &history.complaints {
        found.add(Property::Sound, complaint.clone());
    }
    found.0
}

#[derive(Default)]
struct Found(Vec<Violation>);

impl Found {
    fn add(&mut self, property: Property, detail: String) {
        self.0.push(Violation { property, detail });
    }
}

/// Each journal's log; it has to be the same wherever it was read.
fn the_logs<'a>(history: &'a History, found: &mut Found) -> BTreeMap<Journal, &'a Log> {
    let mut logs: BTreeMap<Journal, &Log> = BTreeMap::new();
    for log in &history.logs {
        let first = *logs.entry(log.journal).or_insert(log);
        if first.items != log.items {
            let (journal, one, other) = (log.journal, &first.at, &log.at);
            found.add(
                Property::Equal,
                format!("{one} and {other} have another {journal}"),
            );
        }
    }
    logs
}

/// No gap, nothing twice, each author's writes in the order written.
fn in_itself(log: &Log, found: &mut Found) {
    let journal = log.journal;
    let mut last: HashMap<u32, u64> = HashMap::new();
    let mut seen = HashSet::new();
    for (before, item) in (0..).zip(&log.items) {
        if item.sequence != before + 1 {
            let what = format!("{journal}: {} after {before}", item.sequence);
            found.add(Property::NoGaps, what);
            return;
        }
        // Of one change, they stand where they were typed.
        let mut marks = item.marks.clone();
        marks.sort_unstable();
        for mark in &marks {
            if !seen.insert(*mark) {
                found.add(Property::NothingTwice, format!("{journal}: {mark}"));
                continue;
            }
            let last = last.entry(mark.author).or_default();
            if mark.place < *last {
                let what = format!("{journal}: {mark} after the author's {last}");
                found.add(Property::InOrder, what);
            }
            *last = mark.place.max(*last);
        }
    }
}

/// What was acknowledged is there; what is there was written.
fn written(history: &History, logs: &BTreeMap<Journal, &Log>, found: &mut Found) {
    let mut places: HashMap<(Journal, Mark), u64> = HashMap::new();
    for (journal, log) in logs {
        for item in &log.items {
            let marks = item.marks.iter();
            places.extend(marks.map(|mark| ((*journal, *mark), item.sequence)));
        }
    }
    for Write {
        journal,
        mark,
        acknowledged,
        ..
    } in &history.writes
    {
        let place = places.remove(&(*journal, *mark));
        match (acknowledged, place) {
            (Some(_), None) => {
                let what = format!("{journal}: {mark} was acknowledged and is not there");
                found.add(Property::NothingLost, what);
            }
            (Some(Some(told)), Some(place)) if *told != place => {
                let what = format!("{journal}: {mark} was said to be {told}, is {place}");
                found.add(Property::NothingLost, what);
            }
            _ => {}
        }
    }
    for ((journal, mark), place) in places {
        let what = format!("{journal}: nobody wrote {mark} at {place}");
        found.add(Property::Equal, what);
    }
}

/// What one watcher saw is the log from where it began, each entry once and in order.
fn watched(watch: &Watch, log: &Log, made: &HashMap<Mark, u64>, found: &mut Found) {
    let who = format!("{}, {}", watch.who, watch.journal);
    let mut cursor = None;
    if let Some(broken) = read_back(watch, log) {
        found.add(broken.0, format!("{who}: {}", broken.1));
    }
    for frame in &watch.frames {
        if let Some(broken) = in_place(frame, cursor) {
            found.add(broken.0, format!("{who}: {}", broken.1));
        }
        cursor = Some(frame.to.max(cursor.unwrap_or(0)));
        for item in &frame.items {
            let place = usize::try_from(item.sequence).unwrap_or(0);
            let stored = place.checked_sub(1).and_then(|at| log.items.get(at));
            if stored != Some(item) {
                let what = format!("{who}: saw {item:?}, the log has {stored:?}");
                found.add(Property::Equal, what);
            }
            after_removal(watch, frame, item, made, &who, found);
        }
    }
    let head = log.items.len() as u64;
    if watch.removed_ms.is_none() && !watch.is_lost && cursor != Some(head) {
        let what = format!("{who}: has {cursor:?} of {head}");
        found.add(Property::NothingLost, what);
    }
}

/// What was read back is all that was before the first frame.
fn read_back(watch: &Watch, log: &Log) -> Option<(Property, String)> {
    let earlier = watch.earlier.as_ref()?;
    let first = watch.first().unwrap_or(1);
    let before = usize::try_from(first.saturating_sub(1)).ok()?;
    if log.items.get(..before) == Some(earlier) {
        return None;
    }
    if !sequences(earlier).eq(1..first) {
        let what = format!("{} are read back before {first}", earlier.len());
        return Some((Property::NothingLost, what));
    }
    Some((Property::Equal, "read back something else".into()))
}

fn sequences(items: &[Item]) -> impl Iterator<Item = u64> {
    items.iter().map(|item| item.sequence)
}

/// A frame begins where the last one ended and holds all that it covers.
fn in_place(frame: &Frame, cursor: Option<u64>) -> Option<(Property, String)> {
    let items = &frame.items;
    if !items.is_sorted_by_key(|item| item.sequence) {
        return Some((Property::InOrder, format!("{frame:?}")));
    }
    let Some(from) = frame.from else {
        if let Some(cursor) = cursor {
            let what = format!("made to start over at {cursor}");
            return Some((Property::NoGaps, what));
        }
        // The newest of it without a gap; how far back is the server's to say.
        let back = (frame.to + 1).checked_sub(items.len() as u64);
        let newest = back.map(|first| first..=frame.to);
        let is_whole = newest.is_some_and(|newest| sequences(items).eq(newest))
            && items.is_empty() == (frame.to == 0);
        return (!is_whole).then(|| (Property::NoGaps, format!("{frame:?} lacks some")));
    };
    let next = cursor.map_or(1, |cursor| cursor + 1);
    if from > next {
        return Some((Property::NoGaps, format!("{from} comes, {next} is next")));
    }
    if from < next {
        return Some((
            Property::NothingTwice,
            format!("{from} comes, {next} is next"),
        ));
    }
    let covered = from..=frame.to;
    let whole = sequences(items).eq(covered);
    (!whole).then(|| (Property::NoGaps, format!("{frame:?} lacks some")))
}

fn after_removal(
    watch: &Watch,
    frame: &Frame,
    item: &Item,
    made: &HashMap<Mark, u64>,
    who: &str,
    found: &mut Found,
) {
    let Some(removed) = watch.removed_ms else {
        return;
    };
    for mark in &item.marks {
        if let Some(made) = made.get(mark).filter(|made| **made > removed + REMOVED_MS) {
            let what = format!(
                "{who}: removed at {removed}, saw at {} what was made at {made}: {mark}",
                frame.at_ms
            );
            found.add(Property::Removed, what);
        }
    }
}

fn texts(history: &History, found: &mut Found) {
    let mut first = BTreeMap::new();
    for one in &history.texts {
        let same = *first.entry(one.meeting).or_insert(one);
        if same.text != one.text {
            let what = format!(
                "the note of meeting {}: {} has {} characters, {} has {}",
                one.meeting,
                same.who,
                same.text.len(),
                one.who,
                one.text.len()
            );
            found.add(Property::Equal, what);
        }
    }
}
