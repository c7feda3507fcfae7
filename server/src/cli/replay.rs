//! `connvo replay`.

use super::{Outcome, say};
use crate::replay;
use clap::Args;
use std::path::PathBuf;

/// Flags of `connvo replay`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("files").required(true).multiple(true).args(["meeting_file", "trace_file"]))]
pub(super) struct Replay {
    /// Transcript of a meeting (QMSum's JSON, plain or gzipped)
    #[arg(long)]
    meeting_file: Option<PathBuf>,
    /// Editing trace (josephg/editing-traces' JSON, plain or gzipped)
    #[arg(long)]
    trace_file: Option<PathBuf>,
    /// How many times faster than people; 0 for as fast as the server takes it
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// The server, in development mode
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
}

impl Replay {
    /// Plays, saying where to watch and what came out; fails when the note of one
    /// writer is not the trace's end text, or a writer's copy is not the note.
    pub(super) async fn run(self) -> Outcome {
        let replay = replay::Replay {
            meeting_file: self.meeting_file,
            trace_file: self.trace_file,
            speed: self.speed,
            url: self.url.trim_end_matches('/').to_owned(),
        };
        let outcome = replay
            .run(|line| say(&mut std::io::stdout(), format_args!("{line}")))
            .await?;
        match outcome.note {
            Some(note) if !note.copies_agree => Err("the copies disagree".into()),
            Some(note) if note.writers == 1 && !note.equals_trace => {
                Err("the note is not the trace's end text".into())
            }
            _ => Ok(()),
        }
    }
}
