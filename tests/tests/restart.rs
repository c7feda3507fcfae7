//! What a server that is killed and started again still knows.
#![allow(missing_docs)]

use connvo_tests::process::ServerProcess;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::time::Duration;

const LIMIT: u64 = 1_200;

/// Ada and her running meeting.
struct Ada {
    http: Client,
    token: String,
    meeting: String,
}

impl Ada {
    async fn of(server: &ServerProcess) -> Self {
        let http = Client::new();
        let draft = json!({"email": "ada@example.org", "name": "Ada"});
        let path = format!("{}/dev/token", server.url());
        let token: Value = json_of(http.post(path).json(&draft).send().await.unwrap()).await;
        let token = token["token"].as_str().unwrap().to_owned();
        let mut ada = Self {
            http,
            token,
            meeting: String::new(),
        };
        let made = ada.post(server, "", &json!({"title": "Stand-up"})).await;
        ada.meeting = format!("/{}", json_of(made).await["id"].as_str().unwrap());
        let start = format!("{}/start", ada.meeting);
        assert_eq!(ada.post(server, &start, &json!({})).await.status(), 200);
        ada
    }

    async fn post(&self, server: &ServerProcess, path: &str, body: &Value) -> Response {
        let url = format!("{}/v1/meetings{path}", server.url());
        let request = self.http.post(url).bearer_auth(&self.token).json(body);
        request.send().await.unwrap()
    }

    /// Says so many things, and how many more may be said.
    async fn say(&self, server: &ServerProcess, from: u64, count: u64) -> (u16, u64) {
        let chunk = |at: u64| {
            json!({"sourceId": "mic", "segmentId": at.to_string(), "text": "hi",
                "startMs": at, "endMs": at, "speaker": {"label": "Ada"}})
        };
        let chunks: Vec<Value> = (from..from + count).map(chunk).collect();
        let path = format!("{}/transcript", self.meeting);
        let answer = self.post(server, &path, &json!({"chunks": chunks})).await;
        let told = answer.headers()["ratelimit"].to_str().unwrap();
        let left = told
            .split(";r=")
            .nth(1)
            .and_then(|rest| rest.split(';').next());
        (answer.status().as_u16(), left.unwrap().parse().unwrap())
    }

    /// Uses up all that may be said in a minute.
    async fn say_all(&self, server: &ServerProcess) {
        let mut said = 0;
        while said < LIMIT {
            assert_eq!(self.say(server, said, 50).await.0, 200);
            said += 50;
        }
    }
}

async fn json_of(answer: Response) -> Value {
    assert!(answer.status().is_success(), "{answer:?}");
    answer.json().await.unwrap()
}

/// What the database has of it.
async fn written(server: &ServerProcess) -> i64 {
    let file = server.data_dir().join("connvo.sqlite3");
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut line = options.connect().await.unwrap();
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT used_before + used_now FROM rate_limits WHERE action = $1")
            .bind("transcripts.ingest")
            .fetch_optional(&mut line)
            .await
            .unwrap();
    line.close().await.unwrap();
    row.map_or(0, |row| row.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_still_knows_what_was_used_up_to_a_second_before() {
    let server = ServerProcess::start(&[]);
    let ada = Ada::of(&server).await;
    ada.say_all(&server).await;
    let all = async {
        while written(&server).await < LIMIT as i64 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all)
        .await
        .expect("it is written");
    let server = server.kill().start();
    // The window slides on meanwhile: much of it still counts.
    let (_, left) = ada.say(&server, LIMIT, 1).await;
    assert!(left < LIMIT / 2, "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_to_go_forgets_nothing() {
    let server = ServerProcess::start(&[]);
    let ada = Ada::of(&server).await;
    ada.say_all(&server).await;
    let (status, place) = server.terminate();
    assert!(status.success());
    let server = place.start();
    let (_, left) = ada.say(&server, LIMIT, 1).await;
    assert!(left < LIMIT / 2, "{left}");
}
