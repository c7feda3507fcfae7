//! A server over either database, and people in meetings.

use connvo_core::id::MeetingId;
use connvo_server::app::App;
use connvo_server::clock::{Clock, Ids};
use connvo_server::config::{RateLimits, Settings};
use connvo_server::search::index;
use connvo_server::server::Server;
use connvo_tests::postgres;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The time at which every test begins, in milliseconds since the Unix epoch.
pub const NOW: u64 = 1_800_000_000_000;

pub struct Stage {
    pub app: App,
    url: String,
    http: reqwest::Client,
    _data: TempDir,
    _database: Option<postgres::Database>,
}

/// Somebody who has signed in.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    token: String,
}

impl Stage {
    pub async fn sqlite() -> Self {
        Self::start(None).await
    }

    pub async fn postgres() -> Self {
        Self::start(Some(postgres::prepared().await)).await
    }

    async fn start(database: Option<postgres::Database>) -> Self {
        let data = TempDir::new().unwrap();
        let settings = Settings {
            listen: Some(([127, 0, 0, 1], 0).into()),
            data_dir: Some(data.path().to_owned()),
            database_url: database.as_ref().map(|own| own.url().to_owned()),
            rate_limits: Some(RateLimits::Off),
            ..Settings::default()
        };
        let clock = Clock::fixed(NOW);
        let ids = Ids::random(clock.clone());
        let server = Server::bind_with(settings.resolve().unwrap(), clock, ids);
        let server = server.await.unwrap();
        let url = format!("http://{}", server.address());
        let app = server.app().clone();
        tokio::spawn(server.run());
        Self {
            app,
            url,
            http: reqwest::Client::new(),
            _data: data,
            _database: database,
        }
    }

    pub async fn sign_in(&self, name: &str) -> Person {
        let draft = json!({"email": format!("{name}@example.org"), "name": name});
        let signed = self
            .send(Method::POST, "/dev/token", None, Some(&draft))
            .await;
        assert_eq!(signed.0, 200, "{signed:?}");
        Person {
            id: signed.1["userId"].as_str().unwrap().to_owned(),
            token: signed.1["token"].as_str().unwrap().to_owned(),
        }
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        person: Option<&Person>,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(person) = person {
            request = request.bearer_auth(&person.token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// A running meeting's path.
    pub async fn meeting(&self, host: &Person) -> String {
        let draft = json!({"title": "Stand-up"});
        let made = self.post(host, "/v1/meetings", &draft).await;
        let path = format!("/v1/meetings/{}", made["id"].as_str().unwrap());
        self.post(host, &format!("{path}/start"), &Value::Null)
            .await;
        path
    }

    pub async fn post(&self, person: &Person, path: &str, body: &Value) -> Value {
        let body = (!body.is_null()).then_some(body);
        let answer = self.send(Method::POST, path, Some(person), body).await;
        assert!(answer.0.is_success(), "{path}: {answer:?}");
        answer.1
    }

    pub async fn get(&self, person: &Person, path: &str) -> Value {
        let answer = self.send(Method::GET, path, Some(person), None).await;
        assert_eq!(answer.0, 200, "{path}: {answer:?}");
        answer.1
    }

    /// Says something: utterance, revision, speaker, begin and end in milliseconds from
    /// [`NOW`], text.
    pub async fn say(
        &self,
        host: &Person,
        meeting: &str,
        chunks: &[(&str, u32, &str, u64, u64, &str)],
    ) {
        for some in chunks.chunks(50) {
            let chunk = |(utterance, revision, speaker, from, to, text): &(
                &str,
                u32,
                &str,
                u64,
                u64,
                &str,
            )| {
                json!({"sourceId": "mic", "segmentId": utterance, "revision": revision,
                    "text": text, "startMs": NOW + from, "endMs": NOW + to, "language": "en",
                    "confidence": 0.5, "speaker": {"label": speaker}})
            };
            let chunks: Vec<_> = some.iter().map(chunk).collect();
            let path = format!("{meeting}/transcript");
            self.post(host, &path, &json!({"chunks": chunks})).await;
        }
    }

    /// Brings the index to where the journals are.
    pub async fn index(&self) {
        index::once(&self.app).await.unwrap();
    }

    /// What a search finds: `q` and whatever else the address has.
    pub async fn search(&self, person: &Person, q: &str, rest: &str) -> Vec<Value> {
        let path = format!("/v1/search?q={}{rest}", encoded(q));
        let found = self.get(person, &path).await;
        found["items"].as_array().unwrap().clone()
    }

    /// The texts of what a search finds.
    pub async fn texts(&self, person: &Person, q: &str) -> Vec<String> {
        let found = self.search(person, q, "").await;
        let text = |item: &Value| item["snippet"]["text"].as_str().unwrap().to_owned();
        found.iter().map(text).collect()
    }

    /// Runs a statement as it stands.
    pub async fn sql(&self, sql: &str) {
        use connvo_server::db::Db;
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match &self.app.db {
            Db::Sqlite { writer, .. } => {
                sqlx::raw_sql(sql).execute(writer).await.unwrap();
            }
            Db::Postgres(pool) => {
                sqlx::raw_sql(sql).execute(pool).await.unwrap();
            }
        }
    }
}

/// A text as part of an address.
pub fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// The id in a meeting's path.
pub fn id(meeting: &str) -> MeetingId {
    meeting.rsplit('/').next().unwrap().parse().unwrap()
}
