//! A server of the test's own, and people who talk to it.

use connvo_server::app::App;
use connvo_server::clock::{Clock, Ids};
use connvo_server::config::Settings;
use connvo_server::config::database::Pooler;
use connvo_server::server::Server;
use connvo_tests::pgbouncer::{self, Mode};
use connvo_tests::{plans, postgres};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

/// The time at which every test begins, in milliseconds since the Unix epoch.
pub const NOW: u64 = 1_800_000_000_000;

/// A running server; it ends with the test.
pub struct Api {
    pub url: String,
    pub app: App,
    http: reqwest::Client,
    _data: TempDir,
    _database: Option<postgres::Database>,
    _alive: Alive,
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// How many servers this process has now.
#[allow(dead_code, reason = "asked over PostgreSQL only")]
pub fn alive() -> usize {
    ALIVE.load(Ordering::SeqCst)
}

struct Alive;

impl Alive {
    fn more() -> Self {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An answer: status and JSON body.
pub type Answer = (StatusCode, Value);

impl Api {
    /// A server on a free port over an empty store, its clock standing at [`NOW`].
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// As [`Api::start`], with settings of the test's own.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_at(Clock::fixed(NOW), change).await
    }

    /// As [`Api::start_with`], with a clock of the test's own.
    pub async fn start_at(clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let data = TempDir::new().unwrap();
        let mut settings = Settings {
            listen: Some(([127, 0, 0, 1], 0).into()),
            data_dir: Some(data.path().to_owned()),
            cors_origins: vec!["http://localhost:3000".into()],
            ..Settings::default()
        };
        let database = if crate::POSTGRES {
            Some(postgres::prepared().await)
        } else {
            None
        };
        settings.database_url = database.as_ref().map(|own| own.url().to_owned());
        if let (Some(own), true) = (&database, crate::POOLED) {
            settings.database_url = Some(pgbouncer::by(own.url(), Mode::Transaction).await);
            settings.bus_database_url = Some(own.url().to_owned());
            settings.database.pooler = Some(Pooler::Transaction);
        }
        change(&mut settings);
        let alive = Alive::more();
        if settings.database_url.is_some() {
            plans::watch();
        }
        let ids = Ids::random(clock.clone());
        let server = Server::bind_with(settings.resolve().unwrap(), clock, ids)
            .await
            .unwrap();
        let url = format!("http://{}", server.address());
        let app = server.app().clone();
        tokio::spawn(server.run());
        let http = reqwest::Client::new();
        Self {
            url,
            app,
            http,
            _data: data,
            _database: database,
            _alive: alive,
        }
    }

    /// Signs somebody in by name.
    pub async fn sign_in(&self, name: &str) -> Person<'_> {
        self.sign_in_as(&format!("{name}@example.org")).await
    }

    /// Signs somebody in by address.
    pub async fn sign_in_as(&self, email: &str) -> Person<'_> {
        let name = email.split('@').next();
        let draft = json!({"email": email, "name": name});
        let (status, token) = self
            .send(Method::POST, "/dev/token", None, Some(&draft))
            .await;
        assert_eq!(status, 200, "{token}");
        Person {
            api: self,
            id: token["userId"].as_str().unwrap().to_owned(),
            token: token["token"].as_str().unwrap().to_owned(),
        }
    }

    /// A bare request.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A request and its JSON answer.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }
}

/// Somebody who has signed in.
pub struct Person<'a> {
    pub api: &'a Api,
    pub id: String,
    pub token: String,
}

impl Person<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.api
            .send(Method::GET, path, Some(&self.token), None)
            .await
    }

    pub async fn post(&self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        let body = body.into().filter(|body| !body.is_null());
        self.api
            .send(Method::POST, path, Some(&self.token), body.as_ref())
            .await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.api
            .send(Method::PUT, path, Some(&self.token), Some(&body))
            .await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.api
            .send(Method::PATCH, path, Some(&self.token), Some(&body))
            .await
    }

    /// A call under an idempotency key.
    pub async fn keyed(&self, method: Method, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.api.request(method, path).bearer_auth(&self.token);
        let request = request.header("idempotency-key", key);
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.api
            .send(Method::DELETE, path, Some(&self.token), None)
            .await
    }

    /// Makes a meeting; returns its path.
    pub async fn meeting(&self) -> String {
        let (status, meeting) = self
            .post("/v1/meetings", json!({"title": "Stand-up"}))
            .await;
        assert_eq!(status, 201, "{meeting}");
        format!("/v1/meetings/{}", meeting["id"].as_str().unwrap())
    }

    /// Invites somebody into it.
    pub async fn invite(&self, meeting: &str, name: &str, role: &str) {
        let draft = json!({"email": format!("{name}@example.org"), "role": role});
        let (status, invited) = self.post(&format!("{meeting}/participants"), draft).await;
        assert_eq!(status, 201, "{invited}");
    }

    /// Applies an operation; returns what was accepted.
    pub async fn operate(&self, meeting: &str, base: u64, seq: u64, operation: Value) -> Value {
        let (status, accepted) = self
            .post(
                &format!("{meeting}/notes/ops"),
                self.draft(base, seq, operation),
            )
            .await;
        assert_eq!(status, 200, "{accepted}");
        accepted
    }

    /// An operation by this person's own client.
    pub fn draft(&self, base: u64, seq: u64, operation: Value) -> Value {
        let mut draft = json!({"baseVersion": base, "clientId": self.id, "clientSeq": seq});
        draft["operation"] = operation;
        draft
    }

    /// The note's text.
    pub async fn content(&self, meeting: &str) -> String {
        let (status, note) = self.get(&format!("{meeting}/notes")).await;
        assert_eq!(status, 200, "{note}");
        note["content"].as_str().unwrap().to_owned()
    }
}

/// The answer is a problem with this status and code.
#[track_caller]
pub fn assert_problem((status, body): &Answer, expected: u16, code: &str) {
    assert_eq!(status.as_u16(), expected, "{body}");
    assert_eq!(body["code"], code, "{body}");
    assert!(body["detail"].is_string() && body["requestId"].is_string());
    assert_eq!(body["status"], expected);
}
