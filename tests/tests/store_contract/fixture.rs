//! A store of either kind, and things to put into it.

use connvo_core::access::{ParticipantStatus, Role, Standing};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{Meeting, MeetingPlan, MeetingState};
use connvo_core::note::{NoteEntry, Operation};
use connvo_core::transcript::{ChunkDraft, NewChunk, Speaker, validate};
use connvo_server::audit::{Entry, Kind, Trail};
use connvo_server::clock::{Clock, Ids};
use connvo_server::committer::{
    Append, ClientClaim, CommitError, Committer, NoteBatch, Stored, TranscriptBatch,
};
use connvo_server::config::Settings;
use connvo_server::db::Db;
use connvo_server::idempotency::Once;
use connvo_server::{meeting, user};
use connvo_tests::postgres;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// A time to begin at, in milliseconds since the Unix epoch.
pub const NOW: u64 = 1_800_000_000_000;

/// A store with its committer.
pub struct Store {
    pub db: Db,
    pub committer: Committer,
    pub clock: Clock,
    pub ids: Ids,
    home: Home,
}

enum Home {
    Folder(TempDir),
    Database(#[expect(dead_code, reason = "held until the test ends")] postgres::Database),
}

impl Store {
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let db = Db::sqlite(folder.path()).await.unwrap();
        Self::over(db, Home::Folder(folder))
    }

    pub async fn postgres() -> Self {
        let database = postgres::prepared().await;
        let db = Db::postgres(database.url()).await.unwrap();
        Self::over(db, Home::Database(database))
    }

    /// As [`Store::postgres`], where nobody waits for a lock for longer than that.
    pub async fn postgres_waiting(lock_ms: u32) -> Self {
        let database = postgres::prepared().await;
        let mut settings = Settings {
            database_url: Some(database.url().to_owned()),
            ..Settings::default()
        };
        settings.database.lock_ms = Some(lock_ms);
        let db = Db::open(&settings.resolve().unwrap()).await.unwrap();
        Self::over(db, Home::Database(database))
    }

    /// Where the file is.
    pub fn folder(&self) -> &Path {
        match &self.home {
            Home::Folder(folder) => folder.path(),
            Home::Database(_) => panic!("not a file"),
        }
    }

    fn over(db: Db, home: Home) -> Self {
        let clock = Clock::fixed(NOW);
        Self {
            committer: Committer::start(&db),
            ids: Ids::random(clock.clone()),
            clock,
            db,
            home,
        }
    }

    /// Runs a statement as it stands.
    pub async fn sql(&self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.db {
            Db::Sqlite { writer, .. } => {
                sqlx::raw_sql(sql).execute(writer).await.unwrap();
            }
            Db::Postgres(pool) => {
                sqlx::raw_sql(sql).execute(pool).await.unwrap();
            }
        }
    }

    /// Somebody who has signed in.
    pub async fn user(&self, name: &str) -> UserId {
        let email = format!("{name}@example.org");
        user::store::ensure(
            &self.db,
            &self.ids.user(),
            name,
            Some(&email),
            name,
            &self.trail(),
        )
        .await
        .unwrap()
    }

    /// A meeting of this host.
    pub async fn meeting(&self, host: &UserId) -> MeetingId {
        let meeting = Meeting {
            id: self.ids.meeting(),
            plan: MeetingPlan {
                title: "Stand-up".into(),
                ..MeetingPlan::default()
            },
            state: MeetingState::Scheduled,
            standing: Standing::new(Role::Host, ParticipantStatus::Joined),
            organizer_id: host.clone(),
            series_id: None,
            participant_count: 1,
            occurrences: Vec::new(),
            occurrence_at: None,
            created_at: NOW,
            updated_at: NOW,
            started_at: None,
            ended_at: None,
            actual_duration: None,
        };
        let (entry, once) = (self.entry("createMeeting"), Once::default());
        let stored = meeting::store::insert(&self.db, &meeting, (None, None), &entry, &once).await;
        stored.unwrap();
        meeting.id
    }

    /// What rows of one request have in common.
    pub fn trail(&self) -> Trail {
        self.trail_at(NOW)
    }

    /// As [`Self::trail`], of a request at that time.
    pub fn trail_at(&self, now: u64) -> Trail {
        Trail::new(&self.ids, now, &Arc::default())
    }

    /// A row for the audit log.
    pub fn entry(&self, action: &str) -> Entry {
        let made = (self.ids.uuid(), self.clock.now_ms());
        Entry::of(made, &Arc::default(), Kind::Change, action, "meetings/1")
    }

    /// A host and a meeting.
    pub async fn hosted(&self) -> (UserId, MeetingId) {
        let host = self.user("ada").await;
        let meeting = self.meeting(&host).await;
        (host, meeting)
    }

    pub async fn note(&self, meeting: &MeetingId, batch: NoteBatch) -> Result<Stored, CommitError> {
        let append = Append {
            meeting: meeting.clone(),
            note: Some(batch),
            transcript: None,
            chat: Vec::new(),
            records: Vec::new(),
        };
        self.committer.append(append).await
    }

    pub async fn transcript(&self, meeting: &MeetingId, chunks: Vec<NewChunk>) -> Stored {
        self.committer.append(said(meeting, chunks)).await.unwrap()
    }
}

/// An append of chunks.
pub fn said(meeting: &MeetingId, chunks: Vec<NewChunk>) -> Append {
    Append {
        meeting: meeting.clone(),
        note: None,
        transcript: Some(TranscriptBatch {
            chunks,
            created_at: NOW,
        }),
        chat: Vec::new(),
        records: Vec::new(),
    }
}

/// A row of the log by a client of that name.
pub fn entry(author: &UserId, sequence: u64, client: &str, client_seq: u64) -> NoteEntry {
    NoteEntry {
        sequence,
        author_id: author.clone(),
        client_id: client.into(),
        client_seq,
        operation: Operation::new().insert("né😀"),
        timestamp: NOW + sequence,
        update: vec![0, 1, 254, 255, sequence as u8],
        transformed_from: sequence.is_multiple_of(2).then(|| sequence - 2),
    }
}

/// `count` rows of one client after `head`, numbered alike for log and client.
pub fn typed(author: &UserId, client: &str, head: u64, count: u64) -> NoteBatch {
    NoteBatch {
        expected_head: head,
        entries: (head + 1..=head + count)
            .map(|at| Arc::new(entry(author, at, client, at)))
            .collect(),
        claims: vec![claim(Some(author), client, head + count)],
    }
}

pub fn claim(user: Option<&UserId>, client: &str, last_seq: u64) -> ClientClaim {
    ClientClaim {
        client_id: client.into(),
        user_id: user.cloned(),
        last_seq,
    }
}

/// A final chunk.
pub fn chunk(source: &str, segment: u64, revision: u32, text: &str) -> NewChunk {
    let draft = ChunkDraft {
        source_id: source.into(),
        segment_id: segment.to_string(),
        utterance_id: None,
        revision,
        is_interim: false,
        text: text.into(),
        start_ms: NOW + segment,
        end_ms: NOW + segment + 1,
        speaker: Speaker {
            label: "Zoë".into(),
            user_id: None,
            name: None,
        },
        confidence: Some(0.5),
        language: Some("en-GB".into()),
        words: Vec::new(),
    };
    validate(vec![draft]).unwrap().remove(0)
}
