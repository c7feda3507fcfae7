//! Our own client: the production `Session` with a note and a transcript, a device
//! that stores with delay, and an editor that follows the deltas.

use super::shell::Shell;
use super::talk::Talk;
use super::watch::{ChunkWatch, Speaker};
use super::{Client, Row};
use crate::ledger::{EditId, Fate};
use crate::net::{Frame, LinkId};
use crate::sky::{ClientId, ClientWake, Event as SkyEvent, Sky};
use crate::typing;
use crate::web::Answer;
use connvo_core::client::note::{CursorRange, NoteEvent, Origin, Person};
use connvo_core::client::session::{Effect, Event};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::note::replica::{StoreOp, StoredNote};
use connvo_core::note::{Operation, OutboxEntry, Text};
use connvo_core::protocol::Command;
use connvo_core::protocol::command::{TranscriptAccepted, TranscriptDraft};
use connvo_core::protocol::frame::Query;
use connvo_core::protocol::lane::{self, ClientLane};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Key of an outbox row.
type Key = (u64, u64);

/// A tab with our client.
pub struct Ours {
    client: ClientId,
    user: UserId,
    meeting: MeetingId,
    life: u64,
    alive: bool,
    shell: Option<Shell>,
    note: u32,
    transcript: u32,
    /// What outlives the tab.
    device: StoredNote,
    writes: VecDeque<StoreOp>,
    editor: Text,
    /// The edits in each row that is not acknowledged, in order.
    rows: BTreeMap<Key, Vec<EditId>>,
    /// The edit that the next row holds.
    fresh: Vec<EditId>,
    sent: BTreeMap<Key, Vec<u8>>,
    /// Outboxes of closed tabs, still to be taken over.
    orphans: Vec<OutboxEntry>,
    chunks: ChunkWatch,
    talk: Talk,
    speaker: Option<Speaker>,
    call: Option<u64>,
    calls: u64,
    /// Tokens that were refused and must be in a draft; those that are in one.
    wanted: Vec<char>,
    kept: BTreeSet<char>,
}

impl Ours {
    pub fn new(client: ClientId, user: UserId, meeting: MeetingId, speaks: bool) -> Self {
        Self {
            client,
            talk: Talk::new(user.clone()),
            user,
            meeting,
            life: 0,
            alive: false,
            shell: None,
            note: 0,
            transcript: 0,
            device: StoredNote::default(),
            writes: VecDeque::new(),
            editor: Text::default(),
            rows: BTreeMap::new(),
            fresh: Vec::new(),
            sent: BTreeMap::new(),
            orphans: Vec::new(),
            chunks: ChunkWatch::default(),
            speaker: speaks.then(|| Speaker::new(format!("tab{client}"))),
            call: None,
            calls: 0,
            wanted: Vec::new(),
            kept: BTreeSet::new(),
        }
    }

    /// Carries out the session's effects until there are none.
    fn settle(&mut self, sky: &mut Sky) {
        let Some(mut shell) = self.shell.take() else {
            return;
        };
        for effect in shell.carry_out(sky) {
            match effect {
                Effect::Store(_, op) => self.store(sky, op),
                Effect::Event(event) => self.event(sky, event),
                Effect::SendBinary(bytes) => self.check_sent(sky, &bytes),
                _ => {}
            }
        }
        if !self.wanted.is_empty() {
            // A copy of the change that was sent before may be in the note after all.
            let shown = self.editor.to_string();
            let wanted = std::mem::take(&mut self.wanted);
            let lost = wanted.iter().filter(|token| !self.kept.contains(token));
            for token in lost.filter(|token| !shown.contains(**token)) {
                let client = self.client;
                sky.breach(format!("client {client}: {token:?} is in no draft"));
            }
        }
        if shell.session.note_text(self.note) != Some(&self.editor) {
            sky.breach(format!(
                "client {}: the editor's text is not the replica's",
                self.client
            ));
        }
        self.shell = Some(shell);
    }

    fn store(&mut self, sky: &mut Sky, op: StoreOp) {
        match &op {
            StoreOp::Outbox(row) => {
                let edits = self.rows.entry(row.key()).or_default();
                edits.append(&mut self.fresh);
            }
            StoreOp::Commit { acknowledged, .. } => {
                for key in acknowledged {
                    let edits = self.rows.remove(key).unwrap_or_default();
                    sky.ledger.settle(&edits, Fate::Acknowledged);
                }
            }
            StoreOp::Replace { dropped, .. } => {
                if !dropped.is_empty() && !sky.refusals {
                    sky.breach(format!(
                        "client {}: rows {dropped:?} were refused",
                        self.client
                    ));
                }
                for key in dropped {
                    let edits = self.rows.remove(key).unwrap_or_default();
                    sky.saw("a change that is refused for good");
                    sky.ledger.settle(&edits, Fate::Refused);
                    // What the person saw of it must be kept for them.
                    let tokens = edits.iter().flat_map(|id| &sky.ledger.edits[*id].inserted);
                    let shown = self.editor.to_string();
                    self.wanted
                        .extend(tokens.filter(|token| shown.contains(**token)));
                }
            }
        }
        self.writes.push_back(op);
        if self.writes.len() == 1 {
            self.write_later(sky);
        }
    }

    fn write_later(&self, sky: &mut Sky) {
        let slow = sky.mishap(0.05);
        let delay = if slow {
            sky.between(50, 700)
        } else {
            sky.between(0, 12)
        };
        let wake = ClientWake::Written;
        sky.after(
            delay,
            SkyEvent::Client {
                client: self.client,
                life: self.life,
                wake,
            },
        );
    }

    fn written(&mut self, sky: &mut Sky) {
        let Some(op) = self.writes.pop_front() else {
            return;
        };
        self.device.apply(&op);
        if !self.writes.is_empty() {
            self.write_later(sky);
        }
        if let (StoreOp::Outbox(row), Some(shell)) = (&op, &mut self.shell) {
            shell.session.note_stored(self.note, row, sky.now);
        }
    }

    /// Nothing is sent that is not stored; one key has the same bytes for ever.
    fn check_sent(&mut self, sky: &mut Sky, bytes: &[u8]) {
        let Some((
            _,
            ClientLane::Update {
                client_id,
                client_seq,
                update,
            },
        )) = lane::decode_client(bytes)
        else {
            return;
        };
        let key = (client_id, client_seq);
        let stored = self.device.outbox.iter().find(|row| row.key() == key);
        if stored.is_none_or(|row| row.update != update) {
            sky.breach(format!(
                "client {}: {key:?} is sent before it is stored",
                self.client
            ));
        }
        let first = self.sent.entry(key).or_insert_with(|| update.to_vec());
        if first != update {
            sky.breach(format!(
                "client {}: {key:?} is sent with other bytes",
                self.client
            ));
        }
    }

    fn event(&mut self, sky: &mut Sky, event: Event) {
        match event {
            Event::Note {
                event: NoteEvent::Delta { operation, origin },
                ..
            } => {
                if matches!(origin, Origin::Undo | Origin::Redo) {
                    sky.saw("an undo or redo");
                    let edit = sky.ledger.enter(&self.user, &operation, &self.editor);
                    // Its row was stored with the event before this one.
                    match self.writes.back() {
                        Some(StoreOp::Outbox(row)) => {
                            self.rows.entry(row.key()).or_default().push(edit);
                        }
                        _ => sky.breach("an undo without a row"),
                    }
                }
                if let Err(error) = self.editor.apply(&operation) {
                    sky.breach(format!(
                        "client {}: a delta does not fit: {error}",
                        self.client
                    ));
                }
            }
            Event::Note {
                event: NoteEvent::Status(status),
                ..
            } => {
                if let Some(kept) = status.drafts.first().filter(|_| !sky.refusals) {
                    sky.breach(format!(
                        "client {}: a draft: {}",
                        self.client, kept.draft.reason
                    ));
                }
                let pieces = status.drafts.iter().flat_map(|kept| &kept.draft.pieces);
                self.kept.extend(pieces.flat_map(|piece| piece.chars()));
                if let Some(problem) = status.ended {
                    sky.breach(format!("client {}: the note ended: {problem}", self.client));
                }
            }
            Event::Items { reset, items, .. } => self.chunks.take(sky, reset, items),
            Event::Chat { messages, .. } => self.talk.take(sky, &messages),
            Event::Reply { id, result } if self.talk.answered(sky, id, &result) => {}
            Event::Reply { id, result } if self.call == Some(id) => {
                self.call = None;
                match (result, &mut self.speaker) {
                    (Ok(accepted), Some(speaker)) => {
                        match serde_json::from_value::<TranscriptAccepted>(accepted) {
                            Ok(accepted) => speaker.answered(sky, &accepted.sequences),
                            Err(_) => sky.breach("a call got another call's answer"),
                        }
                    }
                    // Not stored just now: said again, later.
                    (Err(_), Some(_)) => {
                        let wake = ClientWake::Retry(0);
                        sky.after(
                            300,
                            SkyEvent::Client {
                                client: self.client,
                                life: self.life,
                                wake,
                            },
                        );
                    }
                    _ => sky.breach("a call got another call's answer"),
                }
            }
            Event::Ended { problem, .. } => {
                sky.breach(format!(
                    "client {}: a journal ended: {problem}",
                    self.client
                ));
            }
            _ => {}
        }
    }

    fn speak(&mut self, sky: &Sky) {
        let drafts = self
            .speaker
            .as_ref()
            .and_then(|speaker| speaker.call.clone());
        if let (Some(chunks), Some(shell), None) = (drafts, &mut self.shell, self.call) {
            self.calls += 1;
            let draft = TranscriptDraft { chunks };
            let command = Command::AppendTranscript {
                meeting_id: self.meeting.clone(),
                draft,
            };
            self.call = Some(
                shell
                    .session
                    .call(format!("call-{}", self.calls), &command, sky.now),
            );
        }
    }

    fn edit(&mut self, sky: &mut Sky, op: &Operation) {
        let Some(shell) = &mut self.shell else {
            return;
        };
        if let Err(error) = shell.session.edit_note(self.note, op, sky.now) {
            if !sky.refusals {
                sky.breach(format!(
                    "client {}: an edit is refused: {error}",
                    self.client
                ));
            }
            return self.settle(sky);
        }
        let id = sky.ledger.enter(&self.user, op, &self.editor);
        self.fresh.push(id);
        if let Err(error) = self.editor.apply(op) {
            sky.breach(format!(
                "client {}: an edit does not fit: {error}",
                self.client
            ));
        }
        self.settle(sky);
    }

    /// Closed tabs' outboxes are taken over as soon as the log is far enough.
    fn take_orphans(&mut self, sky: &mut Sky) {
        let Some(shell) = self.shell.as_mut().filter(|_| !self.orphans.is_empty()) else {
            return;
        };
        let rows = &self.orphans;
        if shell.session.adopt_outbox(self.note, rows, sky.now).is_ok() {
            sky.saw("an outbox taken over later");
            self.orphans.clear();
            self.settle(sky);
        }
    }
}

impl Client for Ours {
    fn start(&mut self, sky: &mut Sky) {
        self.alive = true;
        let mut shell = Shell::new(sky, self.client, self.life);
        let mut stored = self.device.clone();
        // Sometimes the old tab's outbox is taken over only later.
        if sky.chance(0.4) {
            self.orphans = std::mem::take(&mut stored.outbox);
        }
        let person = Person {
            name: format!("P{}", self.client),
            color: "#123456".into(),
        };
        let id = sky.client_id();
        let known = stored != StoredNote::default();
        sky.log(|| {
            format!(
                "client {} starts at {} as {id}, {} rows",
                self.client,
                stored.version,
                stored.outbox.len()
            )
        });
        if !stored.outbox.is_empty() {
            sky.saw("a tab that starts with an outbox");
        }
        let mut open = |stored: StoredNote| {
            let (meeting, stored) = (self.meeting.clone(), known.then_some(stored));
            shell.session.open_note(meeting, stored, id, person.clone())
        };
        // As the package's shell does: an outbox that does not fit waits for the server's
        // state. One that was inherited from a tab that knew more does not.
        let opened = open(stored.clone()).or_else(|error| {
            if stored.outbox.is_empty() {
                return Err(error);
            }
            sky.saw("an outbox that waits for the server's state");
            self.orphans.append(&mut stored.outbox);
            open(stored)
        });
        match opened {
            Ok(sub) => self.note = sub,
            Err(error) => sky.breach(format!(
                "client {}: its storage is refused: {error}",
                self.client
            )),
        }
        let query = Query::Transcript {
            meeting_id: self.meeting.clone(),
        };
        self.transcript = shell.session.follow(query);
        self.chunks = ChunkWatch::default();
        self.talk.start(&mut shell, &self.meeting, self.client);
        let text = shell.session.note_text(self.note).map(ToString::to_string);
        self.editor = Text::from(text.unwrap_or_default().as_str());
        shell.session.connect(sky.now);
        self.shell = Some(shell);
        self.speak(sky);
        self.settle(sky);
    }

    fn opened(&mut self, sky: &mut Sky, link: LinkId) {
        if let Some(shell) = &mut self.shell {
            shell.opened(sky, link);
            self.settle(sky);
        }
    }

    fn down(&mut self, sky: &mut Sky, link: LinkId) {
        if let Some(shell) = &mut self.shell {
            shell.down(sky, link, 1006);
            self.settle(sky);
        }
    }

    fn frame(&mut self, sky: &mut Sky, link: LinkId, frame: Frame) {
        if let Some(shell) = &mut self.shell {
            shell.frame(sky, link, frame);
            self.settle(sky);
            self.take_orphans(sky);
        }
    }

    fn answer(&mut self, _sky: &mut Sky, _id: u64, _answer: Answer) {}

    fn wake(&mut self, sky: &mut Sky, wake: ClientWake) {
        match (wake, &mut self.shell) {
            (ClientWake::Restart, None) => return self.start(sky),
            (ClientWake::Written, _) => self.written(sky),
            (ClientWake::Deadline, Some(shell)) => shell.session.tick(sky.now),
            (ClientWake::Token, Some(shell)) => shell.token(sky),
            (ClientWake::Retry(_), _) => self.speak(sky),
            _ => {}
        }
        self.settle(sky);
    }

    fn act(&mut self, sky: &mut Sky) {
        let Some(shell) = &mut self.shell else {
            return;
        };
        match sky.below(20) {
            0 => {
                let undone = if sky.chance(0.7) {
                    shell.session.undo_note(self.note, sky.now)
                } else {
                    shell.session.redo_note(self.note, sky.now)
                };
                if let Err(error) = undone
                    && !sky.refusals
                {
                    sky.breach(format!(
                        "client {}: an undo is refused: {error}",
                        self.client
                    ));
                }
            }
            1 => {
                let at = self.editor.len_utf16() / 2;
                let cursor = Some(CursorRange {
                    anchor: at,
                    head: at,
                });
                shell.session.set_cursor(self.note, cursor, sky.now);
            }
            2 => {
                if let Some(speaker) = &mut self.speaker {
                    speaker.speak(sky);
                }
                self.speak(sky);
            }
            3 | 4 => self.talk.act(sky, shell, &self.meeting),
            _ => {
                // An editor without the right to write takes no keys.
                let status = shell.session.note_status(self.note);
                if status.is_some_and(|status| !status.writable) {
                    return;
                }
                for _ in 0..sky.between(1, 3) {
                    let op = typing::edit(sky, &self.editor);
                    self.edit(sky, &op);
                }
            }
        }
        self.settle(sky);
    }

    fn crash(&mut self, sky: &mut Sky, heir: bool) -> Vec<Row> {
        let Some(mut shell) = self.shell.take() else {
            return Vec::new();
        };
        shell.die(sky);
        self.life += 1;
        self.alive = false;
        // Storage holds a prefix of what it was asked to hold.
        for _ in 0..sky.below(self.writes.len() as u64 + 1) {
            if let Some(op) = self.writes.pop_front() {
                self.device.apply(&op);
            }
        }
        self.writes.clear();
        self.orphans.clear();
        self.call = None;
        let device = &self.device;
        self.rows.retain(|key, edits| {
            let row = device.outbox.iter().find(|row| row.key() == *key);
            let kept = row.map_or(0, |row| row.edits as usize).min(edits.len());
            let lost = edits.split_off(kept);
            if !lost.is_empty() {
                sky.saw("an edit lost before it was stored");
            }
            sky.ledger.settle(&lost, Fate::Lost);
            kept > 0
        });
        let delay = sky.between(10, 3_000);
        let wake = ClientWake::Restart;
        sky.after(
            delay,
            SkyEvent::Client {
                client: self.client,
                life: self.life,
                wake,
            },
        );
        if !heir {
            return Vec::new();
        }
        let left = std::mem::take(&mut self.device.outbox);
        left.into_iter()
            .map(|row| {
                let edits = self.rows.remove(&row.key()).unwrap_or_default();
                (row, edits)
            })
            .collect()
    }

    fn network(&mut self, sky: &mut Sky, online: bool) {
        if let Some(shell) = &mut self.shell {
            shell.session.set_online(online, sky.now);
            self.settle(sky);
        }
    }

    fn quit(&mut self, sky: &mut Sky) {
        if let Some(shell) = &mut self.shell {
            shell.session.disconnect();
            self.settle(sky);
        }
    }

    fn life(&self) -> u64 {
        self.life
    }

    fn unrest(&self, sky: &Sky) -> Option<String> {
        let Some(shell) = &self.shell else {
            return Some("is not running".into());
        };
        let status = shell.session.note_status(self.note)?;
        let head = sky.store.head();
        if !status.synced || !status.saved || status.unsent > 0 || status.version != head {
            let state = shell.session.state().status;
            return Some(format!("{state:?} {status:?}, the head is {head}"));
        }
        if !self.orphans.is_empty() || !self.rows.is_empty() || !self.device.outbox.is_empty() {
            let (orphans, rows) = (self.orphans.len(), self.rows.len());
            let kept = self.device.outbox.len();
            return Some(format!(
                "{orphans} orphans, {rows} rows in doubt, {kept} rows stored"
            ));
        }
        if self
            .speaker
            .as_ref()
            .is_some_and(|speaker| speaker.call.is_some())
        {
            return Some("a call is not answered".into());
        }
        self.chunks.unrest(sky).or_else(|| self.talk.unrest(sky))
    }

    fn text(&self) -> Option<String> {
        Some(self.editor.to_string())
    }

    fn conclude(&mut self, sky: &mut Sky) {
        self.chunks.conclude(sky);
        self.talk.conclude(sky);
        if let Some(speaker) = &self.speaker {
            speaker.conclude(sky);
        }
        // What the device holds opens to the same text.
        let id = sky.client_id();
        let limits = connvo_core::limits::NoteLimits::default();
        match connvo_core::note::Replica::restore(self.device.clone(), id, limits) {
            Ok(again) if *again.text() == self.editor => {}
            Ok(_) => sky.breach(format!(
                "client {}: the device holds another text",
                self.client
            )),
            Err(error) => sky.breach(format!(
                "client {}: the device does not open: {error}",
                self.client
            )),
        }
    }

    fn heir_of(&self) -> Option<&UserId> {
        self.shell.as_ref().map(|_| &self.user)
    }

    fn adopt(&mut self, sky: &mut Sky, rows: Vec<Row>) {
        sky.saw("a closed tab's outbox taken over by another");
        for (row, edits) in rows {
            if !edits.is_empty() {
                self.rows.insert(row.key(), edits);
            }
            self.device.outbox.push(row.clone());
            self.orphans.push(row);
        }
        self.take_orphans(sky);
    }

    fn presence(&self) -> Option<u64> {
        self.shell
            .as_ref()?
            .session
            .note_replica(self.note)
            .map(connvo_core::note::Replica::client_id)
    }

    fn peers(&self) -> Option<Vec<u64>> {
        let peers = self.shell.as_ref()?.session.note_peers(self.note);
        Some(peers.into_iter().map(|peer| peer.client_id).collect())
    }
}
