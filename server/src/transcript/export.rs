//! A transcript as a file, read and sent a page at a time. Who may read it may have it; of
//! what the plan no longer keeps, it has nothing.

use super::kept_since;
use super::store::progress::progress;
use super::store::speakers::names;
use super::store::spoken::{Place, Which, spoken};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry, Kind};
use crate::db::StoreError;
use crate::meeting::{authorise, resource};
use crate::org::standing::of_meeting;
use bytes::Bytes;
use connvo_core::access::Action;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::transcript::export::{Format, Writer, origin};
use connvo_core::transcript::processed::ProcessedChunk;
use connvo_core::transcript::speaker::Names;
use futures_util::stream::{self, Stream};

/// Chunks in memory at once.
const CHUNKS: u32 = 100;

/// Begins a file, which the audit log has.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` to who does not read it; the store fails. What
/// fails later breaks the stream off.
pub async fn begin(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    format: Format,
) -> Result<impl Stream<Item = Result<Bytes, StoreError>> + use<>, Problem> {
    authorise(app, actor, meeting, Action::ReadTranscript).await?;
    let since_ms = kept_since(app, meeting).await?;
    let started_at = of_meeting(app, meeting).await?.started_at;
    let names = names(&app.db, meeting).await?;
    let mut file = File {
        app: app.clone(),
        meeting: meeting.clone(),
        since_ms,
        names,
        writer: Writer::new(format, 0),
        after: Place::before(0),
        step: Step::Rest,
    };
    let first = file.page().await?;
    let starts = first.iter().map(|one| one.chunk.fields.start_ms);
    let starts: Vec<u64> = starts.collect();
    file.writer = Writer::new(format, origin(started_at, &starts));
    file.step = Step::First(first);
    let resource = resource(meeting);
    let entry = Entry::new(app, actor, Kind::Read, "exportTranscript", &resource);
    audit::store::write(&app.db, &entry).await?;
    Ok(stream::try_unfold(file, File::next))
}

/// A file, as far as it is written.
struct File {
    app: App,
    meeting: MeetingId,
    since_ms: u64,
    names: Names,
    writer: Writer,
    after: Place,
    step: Step,
}

enum Step {
    /// The first page is read.
    First(Vec<ProcessedChunk>),
    Rest,
    Done,
}

impl File {
    /// The next page; an empty one is the end.
    async fn page(&mut self) -> Result<Vec<ProcessedChunk>, StoreError> {
        let which = Which {
            after: self.after,
            to: u64::MAX,
            speaker: None,
            since_ms: self.since_ms,
        };
        let mut page = spoken(&self.app.db, &self.meeting, which, CHUNKS).await?;
        if let Some(last) = page.last() {
            self.after = Place::of(last);
        }
        self.names.apply(&mut page);
        let progress = progress(&self.app.db, &self.meeting, &page).await?;
        Ok(page.into_iter().map(|chunk| progress.of(chunk)).collect())
    }

    /// The next part of the file; absent at its end.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, StoreError> {
        let (head, page) = match std::mem::replace(&mut self.step, Step::Rest) {
            Step::First(page) => (self.writer.head(), page),
            Step::Rest => ("", self.page().await?),
            Step::Done => return Ok(None),
        };
        let mut part = head.to_owned();
        for chunk in &page {
            part += &self.writer.chunk(chunk);
        }
        if page.len() < CHUNKS as usize {
            part += self.writer.tail();
            self.step = Step::Done;
        }
        Ok(Some((part.into(), self)))
    }
}
