//! A session that comes by every place where something secret is handled.

use crate::scan::{Heap, Needle};
use connvo_core::live::stock;
use connvo_core::protocol::SUBPROTOCOL;
use connvo_core::protocol::lane::{self, ClientLane};
use connvo_server::clock::Clock;
use connvo_tests::load::author::Author;
use connvo_tests::load::socket::{self, Socket};
use connvo_tests::process::ServerProcess;
use connvo_tests::workos::{API_KEY, CLIENT, Peer, SECRET, key};
use connvo_tests::{signature, workos};
use futures_util::{SinkExt, StreamExt};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};
use std::path::Path;
use tokio_tungstenite::tungstenite::Message;

const ADMIN: &str = "ada@secrets.example";
const BILLING: &str = "whsec_of_the_billing_service";
const NOTE: &str = "note-text-nobody-else-reads";
const SAID: &str = "words-said-in-confidence";
const KEY: &str = "idempotency-key-of-this-test";
const SUB: u32 = 1;

/// The server, and what it was told and has answered.
pub struct Session {
    server: ServerProcess,
    peer: Peer,
    http: Client,
    needles: Vec<Needle>,
    errors: String,
    meeting: String,
}

impl Session {
    /// Goes through it.
    pub async fn run(environment: &[(&str, &str)]) -> Self {
        let peer = Peer::start(vec![key("secrets").jwk()]).await;
        let mut all = environment.to_vec();
        all.extend([
            ("CONNVO_ADMINS", ADMIN),
            ("CONNVO_BILLING_WEBHOOK_SECRET", BILLING),
            ("CONNVO_WORKOS_CLIENT_ID", CLIENT),
            ("CONNVO_WORKOS_API_URL", peer.url()),
            ("CONNVO_WORKOS_API_KEY", API_KEY),
            ("CONNVO_WORKOS_WEBHOOK_SECRET", SECRET),
        ]);
        let server = ServerProcess::start_in(&[], &all);
        let mut session = Self {
            server,
            peer,
            http: Client::new(),
            needles: vec![
                Needle::new("the key of WorkOS's API", API_KEY),
                Needle::new("the secret of WorkOS's webhook", SECRET),
                Needle::new("the secret of the billing webhook", BILLING),
                Needle::new("text of the note", NOTE),
                Needle::new("words of the transcript", SAID),
                Needle::new("an idempotency key", KEY),
            ],
            errors: String::new(),
            meeting: String::new(),
        };
        let ada = session.sign_in(ADMIN).await;
        let bob = session.sign_in("bob@secrets.example").await;
        session.of_workos().await;
        session.webhooks().await;
        session.bad_tokens(&ada).await;
        session.meeting(&ada).await;
        session.people(&ada, &bob).await;
        session.refused(&ada, &bob).await;
        session.live(&ada).await;
        session.stock(&ada).await;
        session.administer(&ada, &bob).await;
        session.sign_out(&bob).await;
        session
    }

    pub(crate) fn request(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.server.url());
        self.http.request(method, url).bearer_auth(token)
    }

    /// Sends; the bodies of errors are kept.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.text().await.expect("a body");
        if status >= 400 {
            self.errors += &format!("{status} {body}\n");
        }
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    pub(crate) async fn post(&mut self, path: &str, token: &str, body: Value) -> (u16, Value) {
        let request = self.request(Method::POST, path, token);
        let request = request.header("idempotency-key", KEY).json(&body);
        self.send(request).await
    }

    /// Adds something to be looked for.
    pub(crate) fn looks_for(&mut self, name: &str, text: &str) {
        self.needles.push(Needle::new(name, text));
    }

    pub(crate) async fn sign_in(&mut self, email: &str) -> String {
        let draft = json!({"email": email, "name": "Somebody"});
        let (status, answer) = self.post("/dev/token", "none", draft).await;
        assert_eq!(status, 200, "{answer}");
        let token = answer["token"].as_str().unwrap().to_owned();
        self.needles
            .extend(Needle::token(&format!("the token of {email}"), &token));
        self.needles.extend(Needle::address(email));
        token
    }

    /// Somebody whose address is fetched from WorkOS.
    async fn of_workos(&mut self) {
        let email = "eve@secrets.example";
        self.needles.extend(Needle::address(email));
        self.peer.knows(
            "user_eve",
            json!({"object": "user", "id": "user_eve", "email": email, "email_verified": true,
                "first_name": "Eve", "last_name": null, "updated_at": "2026-01-15T07:00:00.000Z"}),
        );
        let claims = json!({"iss": self.peer.issuer(), "sub": "user_eve", "sid": "session_eve",
            "iat": now() / 1000, "exp": now() / 1000 + 300});
        let token = key("secrets").sign(&claims);
        self.needles
            .extend(Needle::token("a token of WorkOS", &token));
        let request = self.request(Method::GET, "/v1/me", &token);
        assert_eq!(self.send(request).await.0, 200);
        // And one that is signed by a key which nobody has published.
        let forged = key("forged").sign(&claims);
        self.needles
            .extend(Needle::token("a forged token", &forged));
        let request = self.request(Method::GET, "/v1/me", &forged);
        assert_eq!(self.send(request).await.0, 401);
    }

    async fn webhooks(&mut self) {
        let body = json!({"id": "event_1", "event": "user.updated", "data": {"id": "user_eve",
            "email": "eve@secrets.example", "email_verified": true,
            "updated_at": "2026-02-15T07:00:00.000Z"}})
        .to_string();
        let good = workos::signature(SECRET, now(), &body);
        let bad = workos::signature("another", now(), &body);
        for (signature, expected) in [(good, 200), (bad, 401)] {
            let request = self.request(Method::POST, "/v1/webhooks/workos", "none");
            let request = request.header("workos-signature", &signature);
            assert_eq!(self.send(request.body(body.clone())).await.0, expected);
            let proof = signature.rsplit("v1=").next().unwrap();
            self.needles.push(Needle::new("a signature", proof));
        }
        let body = json!({"id": "evt_1", "type": "customer.subscription.updated",
            "created": now() / 1000 - 7_200, "data": {"object": {"id": "sub_1", "customer": "cus_1",
            "status": "active"}}})
        .to_string();
        let signature = signature::sign(BILLING, now() / 1000, body.as_bytes());
        let request = self.request(Method::POST, "/v1/webhooks/billing", "none");
        let request = request.header("stripe-signature", &signature).body(body);
        assert_eq!(self.send(request).await.0, 204);
    }

    async fn bad_tokens(&mut self, good: &str) {
        let cut = &good[..good.len() - 8];
        for bad in [
            cut,
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
            "not-a-token",
        ] {
            let request = self.request(Method::GET, "/v1/me", bad);
            assert_eq!(self.send(request).await.0, 401);
        }
    }

    /// A running meeting with a note and a transcript.
    async fn meeting(&mut self, ada: &str) {
        let (_, made) = self
            .post("/v1/meetings", ada, json!({"title": "Private"}))
            .await;
        self.meeting = made["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/meetings/{}", self.meeting);
        let start = format!("{path}/start");
        assert_eq!(self.post(&start, ada, json!({})).await.0, 200);
        let guest = json!({"email": "bob@secrets.example", "role": "observer"});
        let invite = format!("{path}/participants");
        assert_eq!(self.post(&invite, ada, guest).await.0, 201);
        let edit = json!({"baseVersion": 0, "clientId": "tab", "clientSeq": 1,
            "operation": [{"insert": NOTE}]});
        let ops = format!("{path}/notes/ops");
        assert_eq!(self.post(&ops, ada, edit).await.0, 200);
        for interim in [false, true] {
            let said = json!({"chunks": [chunk(SAID, interim)]});
            let transcript = format!("{path}/transcript");
            assert_eq!(self.post(&transcript, ada, said).await.0, 200);
        }
    }

    /// What cannot be done, with something secret in it.
    async fn refused(&mut self, ada: &str, bob: &str) {
        let path = format!("/v1/meetings/{}", self.meeting);
        let ops = format!("{path}/notes/ops");
        let edit = |operation: Value| json!({"baseVersion": 1, "clientId": "tab", "clientSeq": 2, "operation": operation});
        let far = edit(json!([{"retain": 9_000}, {"insert": NOTE}]));
        assert_eq!(self.post(&ops, ada, far).await.0, 422);
        let written = edit(json!([{"insert": NOTE}]));
        assert_eq!(self.post(&ops, bob, written).await.0, 403);
        let mut backwards = chunk(SAID, false);
        backwards["endMs"] = json!(0);
        let transcript = format!("{path}/transcript");
        let said = json!({"chunks": [backwards]});
        assert_eq!(self.post(&transcript, ada, said).await.0, 422);
        for (path, body) in [
            (&ops, edit(json!(NOTE))),
            (&ops, edit(json!([{ NOTE: 1 }]))),
            (&ops, json!({"baseVersion": NOTE})),
            (&transcript, json!({"chunks": SAID})),
        ] {
            assert_eq!(self.post(path, ada, body).await.0, 422);
        }
        let request = self.request(Method::POST, &ops, ada);
        let broken = format!("{{\"operation\": \"{NOTE}");
        let request = request.header("content-type", "application/json");
        assert_eq!(self.send(request.body(broken)).await.0, 422);
        // One key, two bodies.
        let (status, _) = self
            .post("/v1/meetings", ada, json!({"title": "Other"}))
            .await;
        assert_eq!(status, 409);
    }

    async fn live(&mut self, ada: &str) {
        let address = self.server.address();
        let socket = socket::open(address, "/v1/live", Some(SUBPROTOCOL)).await;
        let mut socket = socket.expect("a live line");
        say(&mut socket, json!({"type": "hello", "token": ada})).await;
        hear(&mut socket, "welcome").await;
        let query = json!({"type": "note", "meetingId": self.meeting, "clientId": 7});
        say(
            &mut socket,
            json!({"type": "subscribe", "sub": SUB, "query": query}),
        )
        .await;
        let update = Author::new(7, false).append(NOTE);
        let frame = ClientLane::Update {
            client_id: 7,
            client_seq: 1,
            update: &update,
        };
        let bytes = lane::encode_client(SUB, &frame);
        socket.send(Message::Binary(bytes.into())).await.unwrap();
        for (id, command) in [
            json!({"type": "appendTranscript", "meetingId": self.meeting,
                "chunks": [chunk(SAID, false)]}),
            json!({"type": "appendTranscript", "meetingId": self.meeting,
                "chunks": [{"text": SAID}]}),
        ]
        .into_iter()
        .enumerate()
        {
            say(
                &mut socket,
                json!({"type": "call", "id": id, "key": KEY, "command": command}),
            )
            .await;
        }
        say(&mut socket, json!({"type": "refresh", "token": ada})).await;
        say(&mut socket, json!({"type": "ping"})).await;
        self.errors += &hear(&mut socket, "pong").await;
        // And a frame that is none.
        say(&mut socket, json!({"type": NOTE, "token": ada})).await;
        self.errors += &hear(&mut socket, "error").await;
    }

    async fn stock(&mut self, ada: &str) {
        let address = self.server.address();
        let path = format!("/v1/yjs/{}?token={ada}", self.meeting);
        let mut socket = socket::open(address, &path, None)
            .await
            .expect("a stock line");
        let step1 = stock::encode(&stock::Message::Step1(&[0]));
        socket.send(Message::Binary(step1.into())).await.unwrap();
        let update = Author::new(8, false).append(NOTE);
        let update = stock::encode(&stock::Message::Update(&update));
        socket.send(Message::Binary(update.into())).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Binary(bytes) = &message
                && let Some(stock::Message::Step2(_)) = stock::decode(bytes)
            {
                break;
            }
        }
        let elsewhere = format!("/v1/yjs/{}?token={ada}", uuid_of(9));
        assert!(socket::open(address, &elsewhere, None).await.is_err());
        let bad = format!("/v1/yjs/{}?token={ada}x", self.meeting);
        assert!(socket::open(address, &bad, None).await.is_err());
    }

    async fn administer(&mut self, ada: &str, bob: &str) {
        for (path, expected) in [
            ("/v1/admin/users?search=bob%40secrets.example", 200),
            ("/v1/admin/orgs", 200),
            ("/v1/admin/audit", 200),
            (
                "/v1/admin/audit?resource=bob@secrets.example&limit=900",
                422,
            ),
        ] {
            let request = self.request(Method::GET, path, ada);
            assert_eq!(self.send(request).await.0, expected, "{path}");
            let request = self.request(Method::GET, path, bob);
            assert!(matches!(self.send(request).await.0, 403 | 422), "{path}");
        }
        let (_, org) = self.post("/v1/orgs", ada, json!({"name": "Acme"})).await;
        let members = format!("/v1/orgs/{}/members", org["id"].as_str().unwrap());
        let member = json!({"email": "bob@secrets.example", "role": "member"});
        assert_eq!(self.post(&members, ada, member).await.0, 201);
        let nobody = json!({"email": "nobody@secrets.example", "role": "member"});
        let request = self.request(Method::POST, &members, ada).json(&nobody);
        assert_eq!(self.send(request).await.0, 201);
        let invitation = members.replace("members", "invitations/nobody@secrets.example");
        let request = self.request(Method::DELETE, &invitation, ada);
        assert_eq!(self.send(request).await.0, 204);
        let path = format!(
            "/v1/meetings/{}/participants/bob@secrets.example",
            self.meeting
        );
        for expected in [204, 409] {
            let request = self.request(Method::DELETE, &path, ada);
            assert_eq!(self.send(request).await.0, expected);
        }
        // What was counted a moment ago is written now.
        let request = self.request(Method::GET, "/v1/admin/audit", ada);
        assert_eq!(self.send(request).await.0, 200);
    }

    async fn sign_out(&mut self, bob: &str) {
        assert_eq!(self.post("/v1/me/sign-out", bob, json!({})).await.0, 204);
        let request = self.request(Method::GET, "/v1/me", bob);
        assert_eq!(self.send(request).await.0, 401);
    }

    /// Ends it; what is looked for, and where.
    pub async fn end(mut self) -> (Vec<Needle>, Vec<Heap>) {
        let metrics = self.request(Method::GET, "/metrics", "none");
        let metrics = metrics.send().await.expect("an answer");
        assert_eq!(metrics.status(), 200);
        let metrics = metrics.text().await.expect("a text");
        // Of the calls that were made, by their route.
        let deletion = "connvo_http_requests_total{method=\"DELETE\",route=\"/v1/me\"";
        assert!(metrics.contains(deletion), "{metrics}");
        let file = self.server.data_dir().join("connvo.sqlite3");
        let (log, _place) = {
            let log = self.server.log_lines();
            let (_, place) = self.server.terminate();
            (log(), place)
        };
        let mut line = open(&file).await;
        let keys: Vec<String> = sqlx::query_scalar("SELECT private_pem FROM signing_keys")
            .fetch_all(&mut line)
            .await
            .unwrap();
        for pem in &keys {
            let lines = pem.lines().filter(|line| !line.starts_with("-----"));
            let long = lines.filter(|line| line.len() > 16);
            self.needles
                .extend(long.map(|line| Needle::new("the private key", line)));
        }
        let audit = rows(&mut line, "audit_logs").await;
        let rates = rows(&mut line, "rate_limits").await;
        let heap = |name, text| Heap { name, text };
        let heaps = vec![
            heap("the logs", log),
            heap("the audit log", audit),
            heap("the counters", rates),
            heap("the metrics", metrics),
            heap("the errors", self.errors),
        ];
        (self.needles, heaps)
    }
}

async fn open(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    options.connect().await.expect("the database")
}

/// Every column of every row of a table, a line each.
async fn rows(line: &mut SqliteConnection, table: &str) -> String {
    let names = format!("SELECT name FROM pragma_table_info('{table}')");
    let names: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(names))
        .fetch_all(&mut *line)
        .await
        .unwrap();
    let all: Vec<_> = names.iter().map(|name| format!("quote({name})")).collect();
    let sql = format!("SELECT {} FROM {table}", all.join(" || ' ' || "));
    let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_all(line)
        .await
        .unwrap();
    rows.join("\n")
}

fn chunk(text: &str, interim: bool) -> Value {
    json!({"sourceId": "mic", "segmentId": text, "text": text, "isInterim": interim,
        "startMs": 1_000, "endMs": 2_000, "speaker": {"label": "Ada"}})
}

fn uuid_of(number: u8) -> String {
    format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{number:02x}")
}

fn now() -> u64 {
    Clock::System.now_ms()
}

async fn say(socket: &mut Socket, frame: Value) {
    let text = frame.to_string();
    socket.send(Message::Text(text.into())).await.unwrap();
}

/// Frames up to one of this type; those that refuse something are returned.
async fn hear(socket: &mut Socket, kind: &str) -> String {
    let mut refusals = String::new();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else {
            continue;
        };
        let frame: Value = serde_json::from_str(&text).unwrap();
        if frame["error"].is_object() {
            refusals += &format!("{text}\n");
        }
        if frame["type"] == kind {
            return refusals;
        }
    }
    panic!("the line ended before {kind}");
}
