//! The transcript's journal: chunks that came, and chunks that changed or went, are put
//! together into segments again from the segment before the first of them to where the
//! segments are again what they were.

use super::Looked;
use super::store::{self, Change, Cursor, Document};
use crate::app::App;
use crate::db::streams::TRANSCRIPT;
use crate::db::{Db, StoreError, Trouble, staged, streams};
use crate::transcript::segment::{self, Stored};
use crate::transcript::store as chunks;
use connvo_core::id::MeetingId;
use connvo_core::search::Source;
use connvo_core::transcript::segment::{Builder, Part, order};
use std::collections::{BTreeSet, HashMap};

/// Chunks looked at in one transaction, and read at once.
const PIECE: u32 = 500;

/// Takes the next piece of the journal; where that fails, readers of the transcript are told.
pub(super) async fn look(app: &App, meeting: &MeetingId) -> Result<Looked, StoreError> {
    let db = &app.db;
    staged::flush(db, meeting).await?;
    let from = store::cursor(db, meeting, TRANSCRIPT).await?;
    let looked = look_from(app, meeting, from).await;
    if let Err(error) = &looked {
        let (of, why) = ((meeting, TRANSCRIPT), told(error));
        // The first failure is the one that is answered: a store that is away keeps neither.
        let kept = store::failed::failed(db, of, (from, &why), app.clock.now_ms()).await;
        kept.inspect_err(|error| tracing::warn!(%error, %meeting, "a failure is not kept"))
            .ok();
    }
    looked
}

/// What readers are told of a failure: nothing of the database's own words.
fn told(error: &StoreError) -> String {
    match error {
        StoreError::Damaged { what, .. } => format!("stored {what} is damaged"),
        error if error.trouble() == Trouble::Lasting => "a fault of the server's own".into(),
        _ => "the store was away: it is tried again".into(),
    }
}

async fn look_from(app: &App, meeting: &MeetingId, from: Cursor) -> Result<Looked, StoreError> {
    let db = &app.db;
    let touched = store::touched(db, meeting, PIECE).await?;
    let mut head = streams::head(db, meeting, TRANSCRIPT).await?;
    if head <= from.head && touched.is_empty() {
        return Ok(Looked::Done);
    }
    let came = chunks::entries(db, meeting, from.head, 0, PIECE).await?;
    let is_full = came.len() == PIECE as usize;
    let last = came.last().map_or(from.head, |last| last.sequence);
    head = if is_full { last } else { head.max(last) };
    let came = came.iter().map(order);
    let mut dirty: BTreeSet<_> = came.chain(touched.iter().map(|row| row.chunk)).collect();
    let mut change = Change::new(meeting, TRANSCRIPT, Source::Segment, from, head);
    change.touched = touched.iter().map(|row| row.id).collect();
    while let Some(first) = dirty.first().copied() {
        let begin = segment::store::before(db, meeting, first).await?;
        let begin = begin.unwrap_or((0, 0));
        let (parts, end) = put_together(db, meeting, begin, &mut dirty).await?;
        let old = segment::store::between(db, meeting, begin, end).await?;
        compare(&mut change, parts, old);
    }
    let kept = store::write(db, &change, app.clock.now_ms()).await?;
    let all = kept && !is_full && touched.len() < PIECE as usize;
    Ok(if all { Looked::Done } else { Looked::More })
}

/// The parts from the chunk `from` on, and the chunk with which those begin that need not
/// be put together again; what is `dirty` up to there is taken out.
async fn put_together(
    db: &Db,
    meeting: &MeetingId,
    mut from: (u64, u64),
    dirty: &mut BTreeSet<(u64, u64)>,
) -> Result<(Vec<Part>, Option<(u64, u64)>), StoreError> {
    let (mut builder, mut parts) = (Builder::default(), Vec::new());
    loop {
        let page = chunks::by_time(db, meeting, from, PIECE).await?;
        for chunk in &page {
            let at = order(chunk);
            let is_dirty = dirty.contains(&at);
            *dirty = dirty.split_off(&at);
            if is_dirty {
                dirty.remove(&at);
            }
            let before = parts.len();
            let ended = builder.push(chunk);
            let turned = !ended.is_empty();
            parts.extend(ended);
            // What comes is as it was if a segment began here before, and nothing in it
            // has changed; of a chunk in several pieces that is not sure.
            if turned
                && parts.len() == before + 1
                && !is_dirty
                && builder.begins_with(at)
                && dirty.first().is_none_or(|next| *next > at)
                && segment::store::begins(db, meeting, at).await?
            {
                return Ok((parts, Some(at)));
            }
        }
        match page.last().map(order) {
            Some(last) if page.len() == PIECE as usize => from = (last.0, last.1 + 1),
            _ => {
                dirty.clear();
                parts.extend(builder.finish());
                return Ok((parts, None));
            }
        }
    }
}

/// What has to be written so that the segments are `parts` where they were `old`.
fn compare(change: &mut Change<'_>, parts: Vec<Part>, old: Vec<Stored>) {
    let mut old: HashMap<_, _> = old
        .into_iter()
        .map(|stored| (stored.segment.id.clone(), stored))
        .collect();
    for part in parts {
        let new = segment::segment(change.meeting, part);
        if old.remove(&new.segment.id).as_ref() != Some(&new) {
            change.put.push(document(&new));
            change.segments.push(new);
        }
    }
    change.drop.extend(old.into_keys());
}

fn document(stored: &Stored) -> Document {
    let segment = &stored.segment;
    let speaker = segment.speakers.first();
    Document {
        source_id: segment.id.clone(),
        speaker: speaker.map(|speaker| speaker.label.clone()),
        speaker_id: speaker.and_then(|speaker| speaker.user_id.clone()),
        start_ms: segment.start_ms,
        end_ms: Some(segment.end_ms),
        text: segment.text.clone(),
        created_at: stored.created_at,
    }
}
