//! Requests that are sent again until they are answered, as clients do: under one
//! idempotency key, each on a connection of its own.

use super::world::{ANSWER, Person, World};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long somebody tries, and how often at least: every fault is mended long before,
/// unless all stood still meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);
const TRIES: u32 = 40;

/// Somebody's requests.
#[derive(Debug)]
pub struct Http<'a> {
    world: &'a World,
    person: &'a Person,
    client: Client,
}

/// What became of a request.
#[derive(Debug)]
pub enum Answer {
    /// It is done.
    Done(Value),
    /// It is refused, for good.
    Refused(StatusCode, String),
    /// Nobody answered in all the time.
    Never,
}

impl<'a> Http<'a> {
    /// Somebody's, through the balancer.
    #[must_use]
    pub fn new(world: &'a World, person: &'a Person) -> Self {
        let client = Client::builder().pool_max_idle_per_host(0).timeout(ANSWER);
        Self {
            world,
            person,
            client: client.build().unwrap_or_default(),
        }
    }

    /// Sends a request until it is answered.
    pub async fn ask(&self, method: Method, path: &str, key: &str, body: &Value) -> Answer {
        let url = format!("http://{}{path}", self.world.address);
        let begun = Instant::now();
        let mut pause = Duration::from_millis(20);
        let mut tries = 0;
        while begun.elapsed() < PATIENCE || tries < TRIES {
            tries += 1;
            let mut request = self.client.request(method.clone(), &url);
            request = request.bearer_auth(&self.person.token);
            if !key.is_empty() {
                request = request.header("idempotency-key", key);
            }
            if !body.is_null() {
                request = request.json(body);
            }
            let answered = async {
                let answer = request.send().await?;
                let status = answer.status();
                Ok::<_, reqwest::Error>((status, answer.text().await?))
            };
            match answered.await {
                Ok((status, said)) if status.is_success() => {
                    return Answer::Done(serde_json::from_str(&said).unwrap_or(Value::Null));
                }
                // Not now.
                Ok((StatusCode::SERVICE_UNAVAILABLE, _)) => {}
                Ok((status, said)) => return Answer::Refused(status, said),
                Err(_) => {}
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
        Answer::Never
    }

    /// As [`Http::ask`]; whoever is refused complains.
    pub async fn insist(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Option<Value> {
        match self.ask(method.clone(), path, key, body).await {
            Answer::Done(value) => return Some(value),
            Answer::Refused(status, said) => {
                self.world
                    .complain(format!("{method} {path}: {status}: {said}"));
            }
            Answer::Never => {
                let seconds = PATIENCE.as_secs();
                self.world
                    .complain(format!("{method} {path}: no answer for {seconds} s"));
            }
        }
        None
    }

    /// Reads something.
    pub async fn get(&self, path: &str) -> Option<Value> {
        self.insist(Method::GET, path, "", &Value::Null).await
    }

    /// Does something.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Option<Value> {
        self.insist(Method::POST, path, key, body).await
    }
}
