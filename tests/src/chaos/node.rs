//! One `connvo serve`, its lines to the bus and to the database, and how it is broken.

use crate::load::Failure;
use crate::process::{Place, ServerProcess};
use crate::proxy::Proxy;
use connvo_server::clock::Clock;
use jsonwebtoken::dangerous::insecure_decode;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

/// How long a node may take until it runs again: what it needs may be away meanwhile.
const START: Duration = Duration::from_secs(60);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(250);
/// The library that gives a process another clock (Debian: faketime).
const CLOCK: &str = "faketime/libfaketime.so.1";

/// A node.
#[derive(Debug)]
pub struct Node {
    number: usize,
    address: SocketAddr,
    /// Its line to the bus.
    pub bus: Proxy,
    /// Its line to PostgreSQL.
    pub database: Proxy,
    run: Mutex<Option<Run>>,
    /// Where it is told by how much its clock is wrong; absent where that is right.
    clock: Option<PathBuf>,
    /// By how many seconds it is wrong for good.
    skew: Cell<i64>,
    /// What its earlier lives have logged.
    logs: RefCell<Vec<String>>,
}

#[derive(Debug)]
enum Run {
    Up(ServerProcess),
    Down(Place),
}

impl Node {
    /// A node that has just been started.
    #[must_use]
    pub fn new(
        number: usize,
        process: ServerProcess,
        clock: Option<PathBuf>,
        (bus, database): (Proxy, Proxy),
    ) -> Self {
        Self {
            number,
            address: process.address(),
            bus,
            database,
            run: Mutex::new(Some(Run::Up(process))),
            clock,
            skew: Cell::new(0),
            logs: RefCell::default(),
        }
    }

    /// Where it listens, in all of its lives.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Kills it, and starts it again a while later.
    ///
    /// # Errors
    /// It does not start again.
    pub async fn kill(&self, pause: Duration) -> Result<(), Failure> {
        self.again(pause, Self::kill_now).await
    }

    /// Kills it for good.
    ///
    /// # Errors
    /// It does not run.
    pub async fn down(&self) -> Result<(), Failure> {
        let Some(Run::Up(process)) = self.run.lock().await.take() else {
            return Err("a node is down already".into());
        };
        self.logs.borrow_mut().push(process.log());
        spawn_blocking(move || drop(process)).await?;
        Ok(())
    }

    /// Kills it, and starts it again with a clock that is so many seconds wrong.
    ///
    /// # Errors
    /// It does not start again, or there is no library to set a clock with.
    pub async fn skew(&self, seconds: i64) -> Result<(), Failure> {
        let clock = self.clock.clone().ok_or("no clock to set")?;
        self.skew.set(seconds);
        // What is wrong with it is found out once it is down.
        let end = move |process| {
            let is_set = set(&clock, seconds).is_ok();
            let (place, _) = Self::kill_now(process);
            (place, !is_set)
        };
        self.again(Duration::ZERO, end).await
    }

    /// Its clock jumps while it runs, to be wrong by so many seconds, and back after a while.
    /// Whether it was seen to be, by what the node takes the time for.
    ///
    /// # Errors
    /// There is no library to set a clock with.
    pub async fn jump(&self, seconds: i64, lasts: Duration) -> Result<bool, Failure> {
        let clock = self.clock.as_ref().ok_or("no clock to set")?;
        set(clock, seconds)?;
        let end = Instant::now() + lasts;
        let mut is_seen = false;
        while !is_seen && Instant::now() < end {
            sleep(AGAIN).await;
            // In whole seconds, and a while later.
            is_seen = matches!(self.wrong_by().await, Some(by) if (by - seconds).abs() <= 2);
        }
        sleep_until(end).await;
        set(clock, self.skew.get())?;
        Ok(is_seen)
    }

    /// By how many seconds its clock is wrong, if it answers: of when are its tokens?
    async fn wrong_by(&self) -> Option<i64> {
        let url = format!("http://{}/dev/token", self.address);
        let who = json!({"email": "clock@example.org", "name": "Clock"});
        let asked = reqwest::Client::new().post(url).json(&who);
        let answer = asked.timeout(2 * AGAIN).send().await.ok()?;
        let answer: Value = answer.json().await.ok()?;
        let claims = insecure_decode::<Value>(answer["token"].as_str()?)
            .ok()?
            .claims;
        Some(claims["iat"].as_i64()? - Clock::System.now_ms() as i64 / 1_000)
    }

    /// Asks it to go, and starts it again when it has drained.
    ///
    /// # Errors
    /// It does not end well, or does not start again.
    pub async fn restart(&self) -> Result<(), Failure> {
        let terminate = |process: ServerProcess| {
            let (status, place) = process.terminate();
            (place, !status.success())
        };
        self.again(Duration::ZERO, terminate).await
    }

    fn kill_now(process: ServerProcess) -> (Place, bool) {
        (process.kill(), false)
    }

    /// Ends it, and starts it again: one fault after another.
    async fn again(
        &self,
        pause: Duration,
        end: impl FnOnce(ServerProcess) -> (Place, bool) + Send + 'static,
    ) -> Result<(), Failure> {
        let mut run = self.run.lock().await;
        let mut place = match run.take() {
            Some(Run::Up(process)) => {
                let log = process.log_lines();
                let (place, is_bad) = spawn_blocking(move || end(process)).await?;
                self.logs.borrow_mut().push(log());
                if is_bad {
                    return Err(format!("node {} did not drain well", self.number).into());
                }
                place
            }
            Some(Run::Down(place)) => place,
            None => return Err("a node is lost".into()),
        };
        sleep(pause).await;
        let begun = Instant::now();
        loop {
            match spawn_blocking(move || place.try_start()).await? {
                Ok(process) => {
                    *run = Some(Run::Up(process));
                    return Ok(());
                }
                Err(failed) => {
                    let (down, why) = *failed;
                    self.logs.borrow_mut().push(why.clone());
                    place = down;
                    if begun.elapsed() > START {
                        *run = Some(Run::Down(place));
                        return Err(format!("node {} does not start: {why}", self.number).into());
                    }
                    sleep(AGAIN).await;
                }
            }
        }
    }

    /// Its process, if it runs.
    pub async fn pid(&self) -> Option<u32> {
        match &*self.run.lock().await {
            Some(Run::Up(process)) => Some(process.pid()),
            _ => None,
        }
    }

    /// All that it has logged in all of its lives.
    pub async fn log(&self) -> String {
        let mut all = self.logs.borrow().join("\n--- started again ---\n");
        if let Some(Run::Up(process)) = &*self.run.lock().await {
            all.push_str("\n--- its last life ---\n");
            all.push_str(&process.log());
        }
        all
    }

    /// Writes down what it has logged.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub async fn keep_log(&self, folder: &Path) -> Result<(), Failure> {
        fs::create_dir_all(folder)?;
        let file = folder.join(format!("node-{}.log", self.number));
        Ok(fs::write(file, self.log().await)?)
    }
}

/// What a process needs in its environment for its clock to be as wrong as `clock` says,
/// which it looks at once a second; by nothing, at first.
///
/// # Errors
/// There is no library to set a clock with, or nowhere to say so.
pub fn wrong_clock(clock: &Path) -> Result<Vec<(String, String)>, Failure> {
    set(clock, 0)?;
    let path = clock.to_string_lossy();
    let environment = [
        ("LD_PRELOAD", clock_library()?.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", &*path),
        ("FAKETIME_CACHE_DURATION", "1"),
        // Time goes on as it does: only what day it is, is another.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("FAKETIME_DISABLE_SHM", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(environment.into())
}

/// Says by how many seconds a clock is wrong, at once as a whole.
fn set(clock: &Path, seconds: i64) -> std::io::Result<()> {
    let beside = clock.with_extension("new");
    fs::write(&beside, format!("{seconds:+}s\n"))?;
    fs::rename(beside, clock)
}

/// The library's path.
///
/// # Errors
/// It is not on this machine: the message says what to install.
pub fn clock_library() -> Result<String, Failure> {
    let folders = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib",
    ];
    let paths = folders.map(|folder| Path::new(folder).join(CLOCK));
    let found = paths.into_iter().find(|path| path.is_file());
    let found = found.ok_or("libfaketime is not here: install faketime")?;
    Ok(found.to_string_lossy().into_owned())
}
