//! Those who write over HTTP: operations on the note, chunks, messages, and meetings of
//! their own. Each repeats a request until it is answered, and goes on then.

use super::history::{Asked, Kind};
use super::http::Http;
use super::marker::{Mark, seams};
use super::world::{Person, World};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use reqwest::Method;
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::sleep;

/// Somebody who writes.
#[derive(Debug)]
pub struct Writer {
    world: Rc<World>,
    meeting: usize,
    person: Person,
    author: u32,
    random: Pcg64Mcg,
}

impl Writer {
    /// Somebody in a meeting, by number.
    #[must_use]
    pub fn new(world: &Rc<World>, meeting: usize, person: usize) -> Self {
        let author = world.author();
        Self {
            world: Rc::clone(world),
            meeting,
            person: world.meetings[meeting].people[person].clone(),
            author,
            random: Pcg64Mcg::seed_from_u64(world.seed ^ u64::from(author)),
        }
    }

    const fn mark(&self, place: u64) -> Mark {
        let author = self.author;
        Mark { author, place }
    }

    async fn rest(&mut self) {
        sleep(Duration::from_millis(self.random.random_range(20..250))).await;
    }

    /// Operations on the note, each against what was read a while ago.
    pub async fn operate(mut self) {
        let (world, person) = (Rc::clone(&self.world), self.person.clone());
        let http = Http::new(&world, &person);
        let notes = world.path(self.meeting, "/notes");
        let mut seen = (String::new(), 0);
        let mut place = 0;
        while !world.is_stopped() {
            if self.random.random_range(0..3) == 0 {
                let Some(note) = http.get(&notes).await else {
                    return;
                };
                let content = note["content"].as_str().unwrap_or_default().to_owned();
                seen = (content, note["version"].as_u64().unwrap_or(0));
            }
            place += 1;
            let mark = self.mark(place);
            let places = seams(&seen.0);
            let at = places[self.random.random_range(0..places.len())];
            let mut operation = vec![json!({"insert": mark.to_string()})];
            if at > 0 {
                operation.insert(0, json!({"retain": at}));
            }
            let body = json!({"baseVersion": seen.1, "clientId": format!("op{}", self.author),
                "clientSeq": place, "operation": operation});
            let written = world.write(self.meeting, Kind::Note, mark);
            let Some(accepted) = http.post(&format!("{notes}/ops"), "", &body).await else {
                return;
            };
            world.acknowledged(written, accepted["version"].as_u64());
            self.rest().await;
        }
    }

    /// Final chunks, one to three in a request.
    pub async fn transcribe(mut self) {
        let (world, person) = (Rc::clone(&self.world), self.person.clone());
        let http = Http::new(&world, &person);
        let path = world.path(self.meeting, "/transcript");
        let mut place = 0;
        while !world.is_stopped() {
            let mut chunks = Vec::new();
            let mut written = Vec::new();
            for _ in 0..self.random.random_range(1..=3) {
                place += 1;
                let mark = self.mark(place);
                written.push(world.write(self.meeting, Kind::Transcript, mark));
                chunks.push(json!({"sourceId": format!("mic{}", self.author),
                    "segmentId": place.to_string(), "text": mark.to_string(),
                    "startMs": place * 1_000, "endMs": place * 1_000 + 900,
                    "speaker": {"label": "Ada"}}));
            }
            let key = format!("chunks-{}-{place}", self.author);
            let body = json!({"chunks": chunks});
            let Some(accepted) = http.post(&path, &key, &body).await else {
                return;
            };
            for (at, written) in written.into_iter().enumerate() {
                world.acknowledged(written, accepted["sequences"][at].as_u64());
            }
            self.rest().await;
        }
    }

    /// Messages; a retry is known by the idempotency key alone.
    pub async fn post(mut self) {
        let (world, person) = (Rc::clone(&self.world), self.person.clone());
        let http = Http::new(&world, &person);
        let path = world.path(self.meeting, "/messages");
        for place in 1.. {
            if world.is_stopped() {
                return;
            }
            let mark = self.mark(place);
            let written = world.write(self.meeting, Kind::Chat, mark);
            let key = format!("message-{}-{place}", self.author);
            let more = " and so on".repeat(self.random.random_range(0..100));
            let body = json!({"text": format!("{mark}{more}")});
            let Some(message) = http.post(&path, &key, &body).await else {
                return;
            };
            world.acknowledged(written, message["sequence"].as_u64());
            self.rest().await;
        }
    }

    /// Meetings of their own: a request that is nothing but its key knows whether it was
    /// done. In the end they are counted.
    pub async fn plan(mut self) {
        let (world, person) = (Rc::clone(&self.world), self.person.clone());
        let http = Http::new(&world, &person);
        let mut asked = Vec::new();
        while !world.is_stopped() {
            let name = format!("plan {}.{}", self.author, asked.len());
            let key = format!("plan-{}-{}", self.author, asked.len());
            let body = json!({"title": name});
            let made = http.post("/v1/meetings", &key, &body).await;
            asked.push((name, made.is_some()));
            self.rest().await;
            self.rest().await;
        }
        let Some(titles) = titles(&http).await else {
            return;
        };
        for (name, acknowledged) in asked {
            let found = titles.iter().filter(|title| **title == name).count();
            world.asked(Asked {
                name,
                acknowledged,
                found,
            });
        }
    }
}

async fn titles(http: &Http<'_>) -> Option<Vec<String>> {
    let mut titles = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/v1/meetings?limit=100{after}");
        let page = http.insist(Method::GET, &path, "", &Value::Null).await?;
        let items = page["items"].as_array().into_iter().flatten();
        titles.extend(items.filter_map(|one| Some(one["title"].as_str()?.to_owned())));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Some(titles),
        }
    }
}
