//! Who takes part in each meeting.

use super::http::{Answer, Http};
use super::ours::Ours;
use super::stock::Editor;
use super::watcher::{Removal, Watcher};
use super::world::World;
use super::writers::Writer;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use reqwest::Method;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::sleep;

// Which of a meeting's people does what.
const HOST: usize = 0;
const OURS: [usize; 2] = [1, 2];
const STOCK: usize = 3;
const WRITERS: usize = 3;
const WATCHER: usize = 4;
const REMOVED: usize = 5;

/// Everybody.
#[derive(Debug, Default)]
pub struct Crew {
    writers: RefCell<Vec<JoinHandle<()>>>,
    readers: RefCell<Vec<JoinHandle<()>>>,
}

impl Crew {
    /// Waits until those who write have written all that they had begun.
    ///
    /// # Panics
    /// One of them panicked.
    pub async fn writers(&self) {
        for one in self.writers.take() {
            one.await.expect("a writer ends");
        }
    }

    /// Waits until those who read have all there is, or have given up.
    ///
    /// # Panics
    /// One of them panicked.
    pub async fn readers(&self) {
        for one in self.readers.take() {
            one.await.expect("a reader ends");
        }
    }
}

/// Everybody comes in.
#[must_use]
pub fn start(world: &Rc<World>) -> Crew {
    let crew = Crew::default();
    let (mut writers, mut readers) = (Vec::new(), Vec::new());
    for meeting in 0..world.meetings.len() {
        let writer = |person| Writer::new(world, meeting, person);
        writers.push(spawn_local(writer(WRITERS).operate()));
        writers.push(spawn_local(writer(WRITERS + 1).operate()));
        writers.push(spawn_local(writer(WRITERS).transcribe()));
        writers.push(spawn_local(writer(WRITERS + 1).post()));
        writers.push(spawn_local(writer(WRITERS).plan()));
        for (device, person) in OURS.into_iter().enumerate() {
            let (tell, told) = oneshot::channel();
            let ours = Ours::new(world, meeting, person, device);
            readers.push(spawn_local(ours.take_part(tell)));
            writers.push(spawn_local(flushed(told)));
        }
        let (tell, told) = oneshot::channel();
        let stock = Editor::new(world, meeting, STOCK, tell);
        readers.push(spawn_local(stock.take_part()));
        writers.push(spawn_local(flushed(told)));
        let watcher = |person, who| Watcher::new(world, meeting, person, who);
        readers.push(spawn_local(watcher(WATCHER, "watcher").watch()));
        readers.push(spawn_local(watcher(WATCHER, "slow").slow().watch()));
        let removal = Rc::new(Removal::default());
        let removed = watcher(REMOVED, "removed").removed(Rc::clone(&removal));
        readers.push(spawn_local(removed.watch()));
        writers.push(spawn_local(remove(Rc::clone(world), meeting, removal)));
    }
    *crew.writers.borrow_mut() = writers;
    *crew.readers.borrow_mut() = readers;
    crew
}

/// One who reads on has written all that it had begun; who ended early has complained.
async fn flushed(told: oneshot::Receiver<()>) {
    let _ = told.await;
}

/// The host sends somebody away, some time in the first half; then that one tries to read
/// over and over.
async fn remove(world: Rc<World>, meeting: usize, removal: Rc<Removal>) {
    let mut random = Pcg64Mcg::seed_from_u64(world.seed ^ meeting as u64);
    sleep(Duration::from_millis(random.random_range(3_000..12_000))).await;
    let people = &world.meetings[meeting].people;
    let (host, removed) = (&people[HOST], &people[REMOVED]);
    let path = world.path(meeting, &format!("/participants/{}", removed.id));
    let key = format!("remove-{meeting}");
    removal.asked.set(true);
    let http = Http::new(&world, host);
    if http
        .insist(Method::DELETE, &path, &key, &Value::Null)
        .await
        .is_none()
    {
        return;
    }
    let told = world.now_ms();
    removal.told.set(Some(told));
    let http = Http::new(&world, removed);
    let path = world.path(meeting, "/transcript?limit=1");
    while !world.is_stopped() {
        let asked = world.now_ms();
        let answer = http.ask(Method::GET, &path, "", &Value::Null).await;
        if matches!(answer, Answer::Done(_)) && asked > told + super::check::REMOVED_MS {
            world.complain(format!("removed at {told}, read at {asked}"));
        }
        sleep(Duration::from_millis(250)).await;
    }
}
