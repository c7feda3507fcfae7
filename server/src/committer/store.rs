//! A batch in one transaction. Its statements differ between the databases: rows
//! arrive as one JSON array through `json_each` on SQLite, as arrays through
//! `UNNEST` on PostgreSQL.

mod postgres;
mod sqlite;

pub use postgres::CHUNKS_SQL;

use super::plan::{ClientKey, MessageKey, Plan, SegmentKey, State, plan};
use super::{Append, CommitError, Stored};
use crate::audit;
use crate::chat::store::MessageRow;
use crate::db::streams::{CHAT, NOTE, TRANSCRIPT};
use crate::db::{Db, StoreError, to_id, to_u64};
use crate::transcript::store::ChunkRow;
use connvo_core::id::MeetingId;
use connvo_core::transcript::Chunk;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Commits a batch; the answers are in the order of the appends.
///
/// # Errors
/// The database failed or refused the batch; nothing of it is stored.
pub(super) async fn commit(
    db: &Db,
    appends: &[&Append],
) -> Result<Vec<Result<Stored, CommitError>>, StoreError> {
    let needs = Needs::of(appends);
    let plan = match db {
        Db::Sqlite { writer, staged, .. } => {
            let turn = staged.turn().await;
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let state = sqlite::read(&mut tx, &needs, &turn).await?;
            let plan = plan(appends, state);
            if !plan.is_empty() {
                sqlite::write(&mut tx, &plan).await?;
                let done = turn.put(&mut tx, sqlite::staged(&plan)).await?;
                for entry in records(appends, &plan) {
                    audit::store::record(&mut tx, entry).await?;
                }
                tx.commit().await?;
                turn.done(done);
            }
            plan
        }
        Db::Postgres(pool) => {
            let mut tx = pool.begin_with(postgres::BEGIN).await?;
            let state = postgres::read(&mut tx, &needs).await?;
            let plan = plan(appends, state);
            if !plan.is_empty() {
                postgres::write(&mut tx, &plan).await?;
                for entry in records(appends, &plan) {
                    audit::store::record(&mut tx, entry).await?;
                }
                tx.commit().await?;
            }
            plan
        }
    };
    Ok(plan.outcomes)
}

/// The meetings of a batch, a journal of which somebody else holds at this moment. Nobody
/// is waited for.
///
/// # Errors
/// The database failed, or the whole table is held.
pub(super) async fn held(db: &Db, appends: &[&Append]) -> Result<HashSet<MeetingId>, StoreError> {
    match db {
        Db::Sqlite { .. } => Ok(HashSet::new()),
        Db::Postgres(pool) => postgres::held(pool, appends).await,
    }
}

/// What the audit log is to have of the appends that are stored.
fn records<'a>(
    appends: &'a [&Append],
    plan: &'a Plan<'_>,
) -> impl Iterator<Item = &'a audit::Entry> {
    let stored = appends.iter().zip(&plan.outcomes);
    stored
        .filter(|(_, outcome)| outcome.is_ok())
        .flat_map(|(append, _)| &append.records)
}

/// The keys of the rows that a batch has to know.
struct Needs<'a> {
    streams: BTreeSet<(&'a MeetingId, &'static str)>,
    clients: BTreeSet<ClientKey>,
    /// In order, each once.
    segments: Vec<SegmentKey<'a>>,
    messages: BTreeSet<MessageKey>,
}

impl<'a> Needs<'a> {
    fn of(appends: &[&'a Append]) -> Self {
        let mut needs = Self {
            streams: BTreeSet::new(),
            clients: BTreeSet::new(),
            segments: Vec::new(),
            messages: BTreeSet::new(),
        };
        for append in appends {
            let meeting = &append.meeting;
            let parts = [
                (append.note.is_some(), NOTE),
                (append.transcript.is_some(), TRANSCRIPT),
                (!append.chat.is_empty(), CHAT),
            ];
            let kinds = parts.into_iter().filter(|(is_there, _)| *is_there);
            needs.streams.extend(kinds.map(|(_, kind)| (meeting, kind)));
            for claim in append.note.iter().flat_map(|note| &note.claims) {
                needs
                    .clients
                    .insert((meeting.clone(), claim.client_id.clone()));
            }
            for chunk in append.transcript.iter().flat_map(|batch| &batch.chunks) {
                let fields = chunk.fields();
                let key = (meeting, &*fields.source_id, &*fields.segment_id);
                needs.segments.push(key);
            }
            for change in &append.chat {
                let ids = [Some(change.message_id()), change.reply_to_id()];
                let keys = ids.into_iter().flatten();
                needs
                    .messages
                    .extend(keys.map(|id| (meeting.clone(), id.clone())));
            }
        }
        needs.segments.sort_unstable();
        needs.segments.dedup();
        needs
    }

    /// The key of a stored chunk.
    fn segment(&self, meeting: &MeetingId, chunk: &Chunk) -> Option<SegmentKey<'a>> {
        let fields = &chunk.fields;
        let key = (meeting, &*fields.source_id, &*fields.segment_id);
        let found = self.segments.binary_search_by(|asked| (*asked).cmp(&key));
        found.ok().map(|at| self.segments[at])
    }
}

type HeadRow = (String, String, i64);
type ClientRow = (String, String, Option<String>, i64);

/// The rows as the planner wants them.
fn state<'a>(
    needs: &Needs<'a>,
    heads: Vec<HeadRow>,
    clients: Vec<ClientRow>,
    chunks: Vec<ChunkRow>,
    messages: Vec<MessageRow>,
) -> Result<State<'a>, StoreError> {
    let mut state = State::default();
    for (meeting, kind, head) in heads {
        let heads = match kind.as_str() {
            NOTE => &mut state.notes,
            CHAT => &mut state.chats,
            _ => &mut state.transcripts,
        };
        heads.insert(to_id(&meeting)?, to_u64(head));
    }
    for (meeting, client, user, last) in clients {
        let user = user.as_deref().map(to_id).transpose()?;
        state
            .clients
            .insert((to_id(&meeting)?, client), (user, to_u64(last)));
    }
    for row in chunks {
        let meeting = to_id(&row.meeting_id)?;
        let chunk = row.chunk()?;
        if let Some(key) = needs.segment(&meeting, &chunk) {
            state.chunks.insert(key, Arc::new(chunk));
        }
    }
    for row in messages {
        let meeting = to_id(&row.meeting_id)?;
        let message = row.message()?;
        let key = (meeting, message.id.clone());
        state.messages.insert(key, message);
    }
    Ok(state)
}

/// Every moved head: meeting, journal, head.
fn heads<'a>(plan: &Plan<'a>) -> impl Iterator<Item = (&'a MeetingId, &'static str, u64)> {
    let notes = plan.note_heads.iter();
    let transcripts = plan.transcript_heads.iter();
    let chats = plan.chat_heads.iter();
    notes
        .map(|(meeting, head)| (*meeting, NOTE, *head))
        .chain(transcripts.map(|(meeting, head)| (*meeting, TRANSCRIPT, *head)))
        .chain(chats.map(|(meeting, head)| (*meeting, CHAT, *head)))
}
