//! `connvo replay`: plays a recorded meeting and an editing trace into a meeting of
//! its own, through the public API only, as if people sat there.
//!
//! [`input`] reads the files, [`typist`] turns a trace into operations, [`script`]
//! a transcript into chunks with times, [`api`] talks to the server.

mod api;
mod input;
mod script;
mod transcript;
mod typing;
mod typist;

pub use script::Line;

use api::Api;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is said in a recorded meeting (QMSum's JSON, plain or gzipped), in order; one who
/// speaks after another, at 150 words a minute.
///
/// # Errors
/// The file cannot be read, or is no recording.
pub fn recorded(path: &Path) -> Result<Vec<Line>, ReplayError> {
    Ok(script::script(&input::meeting(path)?))
}

/// What to play.
#[derive(Debug, Clone)]
pub struct Replay {
    /// A transcript (`meeting_transcripts`), plain or gzipped JSON.
    pub meeting_file: Option<PathBuf>,
    /// An editing trace, plain or gzipped JSON.
    pub trace_file: Option<PathBuf>,
    /// How many times faster than people; 0 for as fast as the server takes it.
    pub speed: f64,
    /// The server.
    pub url: String,
}

/// Why a replay ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A file cannot be read, or is not what it should be.
    #[error("{path}: {detail}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The server cannot be reached.
    #[error("the server does not answer: {0}")]
    Line(#[from] reqwest::Error),
    /// The server refused something.
    #[error("the server refused: {0}")]
    Refused(String),
    /// The trace does not fit itself.
    #[error("the trace does not fit: {0}")]
    Trace(String),
    /// Nowhere to print to.
    #[error(transparent)]
    Output(#[from] std::io::Error),
}

impl ReplayError {
    fn file(path: &Path, detail: &impl ToString) -> Self {
        Self::File {
            path: path.to_owned(),
            detail: detail.to_string(),
        }
    }
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Chunks of the transcript that were stored.
    pub chunks: usize,
    /// What became of the note, where a trace was played.
    pub note: Option<NoteOutcome>,
}

/// What became of the note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteOutcome {
    /// People who typed.
    pub writers: usize,
    /// Operations sent.
    pub operations: u64,
    /// Whether the note is the trace's end text.
    pub equals_trace: bool,
    /// Whether each person's own copy is the note.
    pub copies_agree: bool,
}

impl Replay {
    /// Plays; `say` gets each line for the person who watches.
    ///
    /// # Errors
    /// See [`ReplayError`].
    pub async fn run(
        &self,
        mut say: impl FnMut(String) -> std::io::Result<()>,
    ) -> Result<Outcome, ReplayError> {
        let script = match &self.meeting_file {
            Some(path) => Some(recorded(path)?),
            None => None,
        };
        let trace = self.trace_file.as_deref().map(input::trace).transpose()?;
        let api = Api::new(&self.url);
        let host = api.sign_in("host@replay.example", "Replay").await?;
        let meeting = host.make_meeting(&self.title()).await?;
        let writers = trace.as_ref().map_or(0, |trace| trace.people);
        let mut people = vec![host.clone()];
        for at in 1..writers {
            let email = format!("guest{at}@replay.example");
            host.invite(&meeting, &email, "participant").await?;
            people.push(api.sign_in(&email, &format!("Guest {at}")).await?);
        }
        host.invite(&meeting, "watcher@replay.example", "participant")
            .await?;
        host.start(&meeting).await?;
        say(format!("watch live: {}/room?id={meeting}", self.url))?;
        say("(sign in there as watcher@replay.example)".to_owned())?;
        let pace = Pace(self.speed);
        let spoken = script.iter().flatten().last().map(|line| line.end_ms);
        let typed = trace.as_ref().map(typing::lasts_ms);
        let whole = pace.lasts(spoken.max(typed).unwrap_or(0));
        let minutes = whole.as_secs().div_ceil(60).max(1);
        say(format!("(it takes {minutes} min or somewhat more)"))?;
        let told = async {
            match &script {
                Some(script) => transcript::play(&host, &meeting, script, pace).await,
                None => Ok(0),
            }
        };
        let typed = async {
            match &trace {
                Some(trace) => typing::play(&people, &meeting, trace, pace).await.map(Some),
                None => Ok(None),
            }
        };
        let (chunks, note) = tokio::try_join!(told, typed)?;
        host.end(&meeting).await?;
        if script.is_some() {
            say(format!("transcript: {chunks} chunks stored"))?;
        }
        if let Some(note) = note {
            say(format!("note: {}", note.in_words()))?;
        }
        Ok(Outcome { chunks, note })
    }

    fn title(&self) -> String {
        let name = |path: &Option<PathBuf>| {
            let name = path.as_deref()?.file_name()?.to_str()?;
            Some(name.split('.').next().unwrap_or(name).to_owned())
        };
        let names: Vec<_> = [name(&self.meeting_file), name(&self.trace_file)]
            .into_iter()
            .flatten()
            .collect();
        format!("Replay of {}", names.join(" and "))
    }
}

impl NoteOutcome {
    fn in_words(self) -> String {
        let end = match (self.equals_trace, self.writers) {
            (true, _) => "equals the trace's end text",
            (false, 0 | 1) => "DIFFERS from the trace's end text",
            (false, _) => {
                "differs from the trace's end text (where two people typed at one place, the order is the log's)"
            }
        };
        let copies = if self.copies_agree {
            "every copy agrees with it"
        } else {
            "THE COPIES DISAGREE"
        };
        format!("{end}; {copies}; {} operations", self.operations)
    }
}

/// How fast time goes by.
#[derive(Debug, Clone, Copy)]
struct Pace(f64);

impl Pace {
    /// Whether nobody waits for anything.
    fn is_headlong(self) -> bool {
        self.0 <= 0.0
    }

    /// How long so many milliseconds of the recording take.
    fn lasts(self, ms: u64) -> Duration {
        if self.is_headlong() {
            return Duration::ZERO;
        }
        Duration::from_millis(ms).div_f64(self.0)
    }

    /// How many milliseconds of the recording go by in this time.
    fn within(self, time: Duration) -> u64 {
        if self.is_headlong() {
            return u64::MAX;
        }
        (time.as_secs_f64() * 1000.0 * self.0) as u64
    }
}
