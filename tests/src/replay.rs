//! Recorded meetings, each in a meeting of its own, all at once: a recogniser says every
//! line into it, word by word and then for good, before people who watch. One of them
//! loses the line again and again and comes back with a cursor.
//!
//! - [`recogniser`]: what it hears when, and how it says so.
//! - [`watcher`]: one person's line, and what came over it.
//! - [`report`]: what came out, and the table of it.
//!
//! Law: nobody is told anything twice, out of order or not at all; [`report::Row`] counts
//! what breaks it.

pub mod recogniser;
pub mod report;
pub mod watcher;

use crate::load::Failure;
use crate::load::people::{self, Place};
use connvo_server::replay::{Line, recorded};
use futures_util::future::try_join_all;
use rand::{SeedableRng, rngs::StdRng};
use recogniser::Recogniser;
use report::Row;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tokio::time::Instant;
use watcher::Watcher;

/// How the meetings are played.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many times faster than people; 0 for as fast as the server takes it.
    pub speed: f64,
    /// Lines of each meeting at most.
    pub lines: usize,
    /// How often the first watcher of each meeting loses the line.
    pub cuts: usize,
    /// What the moments are made of at which the line is lost.
    pub seed: u64,
}

/// What the recogniser and the watchers of one meeting know of each other.
#[derive(Debug)]
pub struct Stage {
    lines: Vec<Line>,
    /// When each line was sent for good.
    sent: Mutex<Vec<Option<Instant>>>,
    /// How many lines are stored.
    stored: watch::Sender<usize>,
    /// How many watchers follow.
    follow: watch::Sender<usize>,
}

impl Stage {
    fn of(lines: Vec<Line>) -> Self {
        Self {
            sent: Mutex::new(vec![None; lines.len()]),
            stored: watch::Sender::new(0),
            follow: watch::Sender::new(0),
            lines,
        }
    }

    /// Waits until so many lines are stored, or all of them.
    async fn stored(&self, lines: usize) -> Result<(), Failure> {
        let lines = lines.min(self.lines.len());
        self.stored
            .subscribe()
            .wait_for(|stored| *stored >= lines)
            .await?;
        Ok(())
    }
}

/// The recordings of a folder, by name.
///
/// # Errors
/// The folder or a file in it cannot be read, or there is none.
pub fn recordings(folder: &Path) -> Result<Vec<(String, Vec<Line>)>, Failure> {
    let files = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let files: BTreeSet<PathBuf> = files.into_iter().map(|file| file.path()).collect();
    let mut all = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some((name, "json.gz" | "json")) = name.split_once('.') {
            all.push((name.to_owned(), recorded(&path)?));
        }
    }
    if all.is_empty() {
        return Err(format!("no recording in {}", folder.display()).into());
    }
    Ok(all)
}

/// Plays the recordings side by side; the server is held to no rate.
///
/// # Errors
/// The server refuses something, or does not let somebody in again.
pub async fn play(
    address: SocketAddr,
    recordings: Vec<(String, Vec<Line>)>,
    plan: Plan,
) -> Result<Vec<Row>, Failure> {
    let places = people::make(address, recordings.len()).await?;
    let all = recordings.into_iter().zip(places).enumerate();
    try_join_all(all.map(|(at, ((name, lines), place))| {
        let seed = plan.seed + at as u64;
        one(address, name, lines, place, Plan { seed, ..plan })
    }))
    .await
}

async fn one(
    address: SocketAddr,
    name: String,
    mut lines: Vec<Line>,
    place: Place,
    plan: Plan,
) -> Result<Row, Failure> {
    lines.truncate(plan.lines);
    let stage = Arc::new(Stage::of(lines));
    let mut tasks = Vec::new();
    for (at, token) in place.tokens.iter().enumerate() {
        let cuts = if at == 0 { plan.cuts } else { 0 };
        let rng = StdRng::seed_from_u64(plan.seed);
        let watcher = Watcher::new(Arc::clone(&stage), place.id.clone(), cuts, rng);
        tasks.push(tokio::spawn(watcher.watch(address, token.clone())));
    }
    let followers = place.tokens.len();
    let mut follow = stage.follow.subscribe();
    let all_follow = follow.wait_for(|count| *count == followers);
    let watched = try_join_all(tasks);
    tokio::pin!(watched);
    // A watcher that fails before the recogniser begins ends the run.
    let early = tokio::select! {
        done = &mut watched => Some(done?),
        all = all_follow => { all?; None }
    };
    if let Some(done) = early {
        let failed = done.into_iter().find_map(Result::err);
        return Err(failed.unwrap_or_else(|| "nobody watched".into()));
    }
    let recogniser = Recogniser::new(Arc::clone(&stage), place.id.clone(), plan.speed);
    let host = place.tokens[0].clone();
    let said = async { recogniser.speak(address, &host).await };
    let heard = async {
        let heard: Result<Vec<_>, Failure> = watched.await?.into_iter().collect();
        heard
    };
    let (interim, heard) = tokio::try_join!(said, heard)?;
    Ok(Row::of(name, stage.lines.len(), interim, &heard))
}
