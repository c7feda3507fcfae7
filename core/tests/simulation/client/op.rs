//! A script at the op door: one outstanding operation and a composed buffer, as
//! every OT client has. It retries under the same number after a lost answer, and
//! follows the log through a subscription or by reading entries.

use super::shell::Shell;
use super::watch::Speaker;
use super::{Client, Row};
use crate::ledger::{EditId, Fate};
use crate::net::{Frame, LinkId};
use crate::sky::{ClientId, ClientWake, Event as SkyEvent, Sky};
use crate::typing;
use crate::web::{Answer, Request};
use connvo_core::client::session::{Effect, Event};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::note::{
    AnyOperation, Component, NoteEntry, Operation, Side, SingleKind, SingleOperation, Text,
};
use connvo_core::protocol::Command;
use connvo_core::protocol::command::{NoteAccepted, NoteOperationDraft};
use connvo_core::protocol::frame::Query;
use std::collections::BTreeMap;

/// Requests other than operations, which go by their number.
const LOG: u64 = 1 << 40;
const APPEND: u64 = 1 << 41;
const READ: u64 = 1 << 42;
/// When a request counts as lost, in milliseconds.
const PATIENCE_MS: u64 = 1_500;

#[derive(Debug)]
struct Outstanding {
    draft: NoteOperationDraft,
    /// The operation as it is against the present version.
    now: Operation,
    edits: Vec<EditId>,
    /// Answered: it changed nothing at this version.
    nothing_at: Option<u64>,
}

/// How it follows the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// `GET …/notes/ops`, again and again.
    Reading,
    /// The `noteOps` journal.
    Subscription,
    /// The same, and its operations are calls on the socket.
    Calls,
}

/// The script.
pub struct OpClient {
    client: ClientId,
    user: UserId,
    meeting: MeetingId,
    follows: Follows,
    life: u64,
    alive: bool,
    name: String,
    seq: u64,
    version: u64,
    text: Option<Text>,
    outstanding: Option<Outstanding>,
    buffer: Option<(Operation, Vec<EditId>)>,
    shell: Option<Shell>,
    ahead: BTreeMap<u64, NoteEntry>,
    /// The last item of the journal.
    followed: Option<u64>,
    calls: BTreeMap<u64, u64>,
    reading: bool,
    names: u64,
    reads: u64,
    speaker: Speaker,
    appends: u64,
}

impl OpClient {
    pub fn new(client: ClientId, user: UserId, meeting: MeetingId, follows: Follows) -> Self {
        Self {
            client,
            user,
            meeting,
            follows,
            life: 0,
            alive: false,
            name: String::new(),
            seq: 0,
            version: 0,
            text: None,
            outstanding: None,
            buffer: None,
            shell: None,
            ahead: BTreeMap::new(),
            followed: None,
            calls: BTreeMap::new(),
            reading: false,
            names: 0,
            reads: 0,
            speaker: Speaker::new(format!("script{client}")),
            appends: 0,
        }
    }

    fn later(&self, sky: &mut Sky, delay_ms: u64, wake: ClientWake) {
        sky.after(
            delay_ms,
            SkyEvent::Client {
                client: self.client,
                life: self.life,
                wake,
            },
        );
    }

    fn breach(&self, sky: &mut Sky, what: &str) {
        sky.breach(format!("script {}: {what}", self.client));
    }

    fn ask(&self, sky: &mut Sky, id: u64, request: Request) {
        sky.request(self.client, self.life, id, request);
        let patience = sky.between(PATIENCE_MS, 2 * PATIENCE_MS);
        self.later(sky, patience, ClientWake::Retry(id));
    }

    fn read_log(&mut self, sky: &mut Sky) {
        if !self.reading && self.text.is_some() {
            self.reading = true;
            self.ask(sky, LOG, Request::Log(self.version));
        }
    }

    // The OT client.

    fn edit(&mut self, sky: &mut Sky) {
        let Some(text) = &mut self.text else {
            return;
        };
        let op = typing::edit(sky, text);
        let id = sky.ledger.enter(&self.user, &op, text);
        if let Err(error) = text.apply(&op) {
            return sky.breach(format!("script {}: its own edit: {error}", self.client));
        }
        match self.buffer.take() {
            Some((buffer, mut edits)) => {
                edits.push(id);
                match buffer.compose(&op) {
                    Ok(composed) => self.buffer = Some((composed, edits)),
                    Err(error) => self.breach(sky, &format!("compose: {error}")),
                }
            }
            None => self.buffer = Some((op, vec![id])),
        }
        self.send_next(sky);
    }

    fn send_next(&mut self, sky: &mut Sky) {
        if self.outstanding.is_some() {
            return;
        }
        let Some((op, edits)) = self.buffer.take() else {
            return;
        };
        if op.is_noop() {
            sky.ledger.settle(&edits, Fate::Acknowledged);
            return;
        }
        self.seq += 1;
        let draft = NoteOperationDraft {
            base_version: self.version,
            client_id: self.name.clone(),
            client_seq: self.seq,
            operation: form(sky, &op),
        };
        self.outstanding = Some(Outstanding {
            draft,
            now: op,
            edits,
            nothing_at: None,
        });
        self.post(sky);
    }

    fn post(&mut self, sky: &mut Sky) {
        let Some(draft) = self.outstanding.as_ref().map(|held| held.draft.clone()) else {
            return;
        };
        let seq = draft.client_seq;
        match (&mut self.shell, self.follows) {
            (Some(shell), Follows::Calls) => {
                let command = Command::ApplyNoteOperation {
                    meeting_id: self.meeting.clone(),
                    draft,
                };
                let id = shell
                    .session
                    .call(format!("{}-{seq}", self.name), &command, sky.now);
                self.calls.insert(id, seq);
            }
            _ => self.ask(sky, seq, Request::Operate(draft)),
        }
    }

    /// The answer did not come: the same again, or moved to the version of now.
    fn repeat(&mut self, sky: &mut Sky) {
        if let Some(held) = &mut self.outstanding
            && sky.chance(0.3)
        {
            sky.saw("a retry against a newer version");
            held.draft.base_version = self.version;
            held.draft.operation = held.now.clone().into();
        }
        self.post(sky);
    }

    fn answered(&mut self, sky: &mut Sky, seq: u64, result: Result<NoteAccepted, Problem>) {
        let Some(held) = self
            .outstanding
            .as_mut()
            .filter(|held| held.draft.client_seq == seq)
        else {
            return;
        };
        match result {
            Ok(accepted) => {
                sky.ledger.settle(&held.edits, Fate::Acknowledged);
                if accepted.operation.is_noop() {
                    sky.saw("an operation that came to nothing");
                    held.nothing_at = Some(accepted.version);
                    self.finish_nothing(sky);
                }
            }
            Err(problem) if problem.code == ErrorCode::Unavailable => {
                sky.saw("an operation that could not be stored just now");
                if self.follows == Follows::Calls {
                    let wait = problem.retry_after_ms.unwrap_or(500);
                    self.later(sky, wait, ClientWake::Retry(seq));
                }
            }
            Err(_) if sky.refusals => self.start_over(sky),
            Err(problem) => self.breach(sky, &format!("an honest operation is refused: {problem}")),
        }
    }

    /// The operation is refused for good: read the note again, under a new name.
    fn start_over(&mut self, sky: &mut Sky) {
        sky.saw("an operation that is refused for good");
        if let Some(held) = self.outstanding.take() {
            sky.ledger.settle(&held.edits, Fate::Refused);
        }
        if let Some((_, edits)) = self.buffer.take() {
            sky.ledger.settle(&edits, Fate::Lost);
        }
        self.text = None;
        self.names += 1;
        self.name = format!("script-{}-{}-{}", self.client, self.life, self.names);
        self.reads += 1;
        self.ask(sky, READ + self.reads, Request::Read);
    }

    /// An operation that changed nothing has no entry: the log up to there says so.
    fn finish_nothing(&mut self, sky: &mut Sky) {
        let done = self.outstanding.as_ref().is_some_and(|held| {
            held.nothing_at
                .is_some_and(|version| self.version >= version)
        });
        if !done {
            return;
        }
        if let Some(held) = self.outstanding.take()
            && !held.now.is_noop()
        {
            self.breach(
                sky,
                "an operation that does something was answered as if it did not",
            );
        }
        self.send_next(sky);
    }

    fn catch_up(&mut self, sky: &mut Sky) {
        if self.text.is_none() {
            return;
        }
        self.ahead = self.ahead.split_off(&(self.version + 1));
        while let Some(entry) = self.ahead.remove(&(self.version + 1)) {
            self.version += 1;
            self.take(sky, &entry);
            self.finish_nothing(sky);
        }
        if !self.ahead.is_empty() {
            self.read_log(sky);
        }
    }

    fn take(&mut self, sky: &mut Sky, entry: &NoteEntry) {
        let unknown = self
            .outstanding
            .as_ref()
            .is_some_and(|held| sky.ledger.edits[held.edits[0]].fate == Fate::Pending);
        let own = self.outstanding.take_if(|held| {
            entry.client_id == held.draft.client_id && entry.client_seq == held.draft.client_seq
        });
        if let Some(held) = own {
            if unknown {
                sky.saw("an operation in the log before its answer");
            }
            sky.ledger.settle(&held.edits, Fate::Acknowledged);
            if held.now != entry.operation {
                let what = format!(
                    "it predicted {:?}, the log has {:?}",
                    held.now, entry.operation
                );
                self.breach(sky, &what);
            }
            return self.send_next(sky);
        }
        if let Err(error) = self.merge(entry) {
            self.breach(
                sky,
                &format!("entry {} does not fit: {error}", entry.sequence),
            );
        }
    }

    fn merge(&mut self, entry: &NoteEntry) -> Result<(), connvo_core::note::OperationError> {
        let mut theirs = entry.operation.clone();
        if let Some(held) = &mut self.outstanding {
            let mine = held.now.transform(&theirs, Side::Right)?;
            theirs = theirs.transform(&held.now, Side::Left)?;
            held.now = mine;
        }
        if let Some((buffer, _)) = &mut self.buffer {
            let mine = buffer.transform(&theirs, Side::Right)?;
            theirs = theirs.transform(buffer, Side::Left)?;
            *buffer = mine;
        }
        match &mut self.text {
            Some(text) => text.apply(&theirs),
            None => Ok(()),
        }
    }

    // The journal.

    fn settle(&mut self, sky: &mut Sky) {
        let Some(mut shell) = self.shell.take() else {
            return;
        };
        let effects = shell.carry_out(sky);
        self.shell = Some(shell);
        for effect in effects {
            match effect {
                Effect::Event(Event::Items { reset, items, .. }) => {
                    if reset {
                        self.breach(sky, "the journal started over");
                    }
                    for item in items {
                        match serde_json::from_value::<NoteEntry>(item) {
                            Ok(entry) => self.follow(sky, entry),
                            Err(error) => {
                                self.breach(sky, &format!("an entry is not one: {error}"));
                            }
                        }
                    }
                    self.catch_up(sky);
                }
                Effect::Event(Event::Reply { id, result }) => {
                    if let Some(seq) = self.calls.remove(&id) {
                        let result = result.and_then(|reply| {
                            serde_json::from_value(reply).map_err(|_| {
                                Problem::new(ErrorCode::Internal, "another call's answer")
                            })
                        });
                        self.answered(sky, seq, result);
                    }
                }
                Effect::Event(Event::Ended { problem, .. }) => {
                    self.breach(sky, &format!("the journal ended: {problem}"));
                }
                _ => {}
            }
        }
    }

    /// Each item once, in order, without gaps.
    fn follow(&mut self, sky: &mut Sky, entry: NoteEntry) {
        if self.followed.is_some_and(|last| entry.sequence != last + 1) {
            let what = format!("item {} follows {:?}", entry.sequence, self.followed);
            self.breach(sky, &what);
        }
        self.followed = Some(entry.sequence);
        self.ahead.insert(entry.sequence, entry);
    }

    /// Effects of what the answer to effects did.
    fn settle_all(&mut self, sky: &mut Sky) {
        self.settle(sky);
        self.settle(sky);
    }

    fn speak(&self, sky: &mut Sky) {
        if let Some(drafts) = self.speaker.call.clone() {
            self.ask(sky, APPEND + self.appends, Request::Append(drafts));
        }
    }
}

impl Client for OpClient {
    fn start(&mut self, sky: &mut Sky) {
        self.alive = true;
        self.name = format!("script-{}-{}", self.client, self.life);
        sky.log(|| {
            format!(
                "client {} starts: {} {:?}",
                self.client, self.name, self.follows
            )
        });
        self.ask(sky, READ + self.reads, Request::Read);
        if self.follows != Follows::Reading {
            let mut shell = Shell::new(sky, self.client, self.life);
            shell.session.follow(Query::NoteOps {
                meeting_id: self.meeting.clone(),
            });
            shell.session.connect(sky.now);
            self.shell = Some(shell);
            self.settle(sky);
        }
        self.later(sky, 300, ClientWake::Written);
        self.speak(sky);
    }

    fn opened(&mut self, sky: &mut Sky, link: LinkId) {
        if let Some(shell) = &mut self.shell {
            shell.opened(sky, link);
        }
        self.settle_all(sky);
    }

    fn down(&mut self, sky: &mut Sky, link: LinkId) {
        if let Some(shell) = &mut self.shell {
            shell.down(sky, link, 1006);
        }
        self.settle_all(sky);
    }

    fn frame(&mut self, sky: &mut Sky, link: LinkId, frame: Frame) {
        if let Some(shell) = &mut self.shell {
            shell.frame(sky, link, frame);
        }
        self.settle_all(sky);
    }

    fn answer(&mut self, sky: &mut Sky, id: u64, answer: Answer) {
        match answer {
            Answer::Operated(result) => self.answered(sky, id, result),
            Answer::Read(Ok((content, version)))
                if self.text.is_none() && id == READ + self.reads =>
            {
                self.text = Some(Text::from(content.as_str()));
                self.version = version;
            }
            Answer::Log(entries) => {
                self.reading = false;
                for entry in entries {
                    self.ahead.entry(entry.sequence).or_insert(entry);
                }
            }
            Answer::Appended(Ok(accepted)) if id == APPEND + self.appends => {
                self.speaker.answered(sky, &accepted.sequences);
            }
            Answer::Appended(Err(problem)) if problem.code != ErrorCode::Unavailable => {
                self.breach(sky, &format!("honest chunks are refused: {problem}"));
            }
            _ => {}
        }
        self.catch_up(sky);
        self.settle_all(sky);
    }

    fn wake(&mut self, sky: &mut Sky, wake: ClientWake) {
        match wake {
            ClientWake::Restart if !self.alive => return self.start(sky),
            ClientWake::Deadline => {
                if let Some(shell) = &mut self.shell {
                    shell.session.tick(sky.now);
                }
            }
            ClientWake::Token => {
                if let Some(shell) = &mut self.shell {
                    shell.token(sky);
                }
            }
            ClientWake::Retry(id)
                if id >= READ && id == READ + self.reads && self.text.is_none() =>
            {
                self.ask(sky, id, Request::Read);
            }
            ClientWake::Retry(LOG) if self.reading => {
                self.reading = false;
                self.read_log(sky);
            }
            ClientWake::Retry(id) if id >= APPEND && id == APPEND + self.appends => {
                self.speak(sky);
            }
            ClientWake::Retry(seq)
                if self
                    .outstanding
                    .as_ref()
                    .is_some_and(|held| held.draft.client_seq == seq) =>
            {
                self.repeat(sky);
            }
            // The time to read on.
            ClientWake::Written => {
                if self.follows == Follows::Reading {
                    self.read_log(sky);
                }
                self.later(sky, 400, ClientWake::Written);
            }
            _ => {}
        }
        self.settle_all(sky);
    }

    fn act(&mut self, sky: &mut Sky) {
        if sky.below(20) == 0 {
            if self.speaker.speak(sky) {
                self.appends += 1;
                self.speak(sky);
            }
            return;
        }
        for _ in 0..sky.between(1, 3) {
            self.edit(sky);
        }
        self.settle_all(sky);
    }

    fn crash(&mut self, sky: &mut Sky, _heir: bool) -> Vec<Row> {
        if !self.alive {
            return Vec::new();
        }
        if let Some(mut shell) = self.shell.take() {
            shell.die(sky);
        }
        if let Some(held) = self.outstanding.take() {
            sky.ledger.settle(&held.edits, Fate::Unknown);
        }
        if let Some((_, edits)) = self.buffer.take() {
            sky.ledger.settle(&edits, Fate::Lost);
        }
        let fresh = Self::new(
            self.client,
            self.user.clone(),
            self.meeting.clone(),
            self.follows,
        );
        let speaker = std::mem::replace(&mut self.speaker, Speaker::new(String::new()));
        let (life, appends) = (self.life + 1, self.appends);
        *self = Self {
            life,
            speaker,
            appends,
            ..fresh
        };
        let delay = sky.between(10, 3_000);
        self.later(sky, delay, ClientWake::Restart);
        Vec::new()
    }

    fn network(&mut self, sky: &mut Sky, online: bool) {
        if let Some(shell) = &mut self.shell {
            shell.session.set_online(online, sky.now);
        }
        self.settle_all(sky);
    }

    fn quit(&mut self, sky: &mut Sky) {
        if let Some(shell) = &mut self.shell {
            shell.session.disconnect();
        }
        self.settle(sky);
        self.shell = None;
        self.life += 1;
    }

    fn life(&self) -> u64 {
        self.life
    }

    fn unrest(&self, sky: &Sky) -> Option<String> {
        if self.outstanding.is_some() || self.buffer.is_some() {
            return Some(format!("{:?} is outstanding", self.outstanding));
        }
        if self.speaker.call.is_some() {
            return Some("its chunks are not answered".into());
        }
        let head = sky.store.head();
        if self.text.is_none() || self.version != head {
            return Some(format!("is at {} of {head}", self.version));
        }
        if self.shell.is_some() && self.followed.unwrap_or(head) != head {
            return Some(format!("followed {:?} of {head}", self.followed));
        }
        None
    }

    fn text(&self) -> Option<String> {
        self.text.as_ref().map(ToString::to_string)
    }

    fn conclude(&mut self, sky: &mut Sky) {
        self.speaker.conclude(sky);
    }
}

/// The list of components, or sometimes the single-position form where it fits.
fn form(sky: &mut Sky, op: &Operation) -> AnyOperation {
    let (position, rest) = match op.components() {
        [Component::Retain(at), rest] => (*at, rest),
        [rest] => (0, rest),
        _ => return op.clone().into(),
    };
    if sky.chance(0.5) {
        return op.clone().into();
    }
    match rest {
        Component::Insert(text) => AnyOperation::Single(SingleOperation {
            kind: SingleKind::Insert,
            position,
            content: Some(text.clone()),
            length: None,
        }),
        Component::Delete(units) => AnyOperation::Single(SingleOperation {
            kind: SingleKind::Delete,
            position,
            content: None,
            length: Some(*units),
        }),
        Component::Retain(_) => op.clone().into(),
    }
}
