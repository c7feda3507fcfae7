//! What it costs to know a caller, with a token seen before and with one seen for the
//! first time (keys fetched already), and to ask what they may do; beside whole requests. `make bench` runs it.
//!
//! `cargo run --release -p connvo-tests --bin verify`
#![allow(clippy::print_stdout)]

use connvo_core::access::Action;
use connvo_core::id::MeetingId;
use connvo_server::actor::Actor;
use connvo_server::app::App;
use connvo_server::clock::{Clock, Ids};
use connvo_server::config::Settings;
use connvo_server::meeting::{ask, authorise};
use connvo_server::server::Server;
use connvo_tests::workos::{CLIENT, Peer, key};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tokens seen for the first time.
const COLD: usize = 500;
/// Looks at tokens seen before, and at rights; and requests.
const WARM: usize = 20_000;
const REQUESTS: usize = 2_000;

#[tokio::main]
async fn main() {
    let peer = Peer::start(vec![key("bench").jwk()]).await;
    let data = tempfile::TempDir::new().expect("a folder");
    let mut settings = Settings {
        listen: Some(([127, 0, 0, 1], 0).into()),
        data_dir: Some(data.path().to_owned()),
        ..Settings::default()
    };
    settings.workos.client_id = Some(CLIENT.into());
    settings.workos.api_url = Some(peer.url().to_owned());
    let config = settings.resolve().expect("settings");
    let clock = Clock::System;
    let server = Server::bind_with(config, clock.clone(), Ids::random(clock.clone()));
    let server = server.await.expect("a server");
    let (app, address) = (server.app().clone(), server.address());
    tokio::spawn(server.run());
    assert!(app.auth.refresh_keys().await, "the keys are fetched");

    let now = clock.now_ms() / 1000;
    // Somebody who comes again with a fresh token of the same session, as every few
    // minutes; their address came by a verified claim.
    let tokens: Vec<String> = (0..=COLD)
        .map(|jti| {
            key("bench").sign(
                &json!({"iss": peer.issuer(), "sub": "user_1", "sid": "session_1",
                "email": "ada@example.org", "email_verified": true, "jti": jti,
                "iat": now, "exp": now + 3_600}),
            )
        })
        .collect();
    let request = Arc::default();
    app.auth
        .verify(&app, &request, &tokens[0])
        .await
        .expect("first sight");
    let mut cold = Vec::new();
    for token in &tokens[1..] {
        let begun = Instant::now();
        app.auth
            .verify(&app, &request, token)
            .await
            .expect("a good token");
        cold.push(begun.elapsed());
    }
    let mut warm = Vec::new();
    for at in 0..WARM {
        let begun = Instant::now();
        app.auth
            .verify(&app, &request, &tokens[at % COLD])
            .await
            .expect("a good token");
        warm.push(begun.elapsed());
    }
    println!("knowing a caller, µs: median / p99");
    line("verification, token seen before", warm);
    line("verification, first sight, keys fetched", cold);
    let actor = app
        .auth
        .verify(&app, &request, &tokens[0])
        .await
        .expect("a good token");
    meeting(&app, address, &actor.actor(&request), &tokens).await;
}

/// How long it takes to ask what a member may do, to read their meeting, and to write
/// into its note.
async fn meeting(app: &App, address: SocketAddr, actor: &Actor, tokens: &[String]) {
    let http = reqwest::Client::new();
    let url = format!("http://{address}/v1/meetings");
    let make = http.post(&url).bearer_auth(&tokens[0]);
    let made = make.json(&json!({"title": "Bench"})).send().await;
    let made: Value = made.expect("an answer").json().await.expect("a meeting");
    let id: MeetingId = made["id"].as_str().expect("an id").parse().expect("an id");
    let (mut remembered, mut asked) = (Vec::new(), Vec::new());
    for _ in 0..WARM {
        let begun = Instant::now();
        let may = authorise(app, actor, &id, Action::WriteNote).await;
        remembered.push(begun.elapsed());
        may.expect("the host may");
        let begun = Instant::now();
        let may = ask(app, actor, &id, Action::WriteNote).await;
        asked.push(begun.elapsed());
        may.expect("the host may");
    }
    println!("allowing an action, µs: median / p99");
    line("authorisation, as a request asks", remembered);
    line("the same of the database (SQLite), each time", asked);
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for at in 0..REQUESTS {
        let read = http.get(format!("{url}/{id}"));
        reads.push(timed(read.bearer_auth(&tokens[at % COLD])).await);
    }
    for at in 0..REQUESTS / 10 {
        let draft = json!({"baseVersion": at, "clientId": "bench", "clientSeq": at + 1,
            "operation": [{"insert": "a"}]});
        let write = http.post(format!("{url}/{id}/notes/ops")).json(&draft);
        writes.push(timed(write.bearer_auth(&tokens[at % COLD])).await);
    }
    println!("a request as a whole, over loopback, µs: median / p99");
    line("GET /v1/meetings/{id}", reads);
    line("POST /v1/meetings/{id}/notes/ops, on disk", writes);
}

async fn timed(request: reqwest::RequestBuilder) -> Duration {
    let begun = Instant::now();
    let answer = request.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.bytes().await.expect("a body");
    begun.elapsed()
}

fn line(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    println!(
        "  {what:42} {:8.1} / {:8.1}",
        micros(at(50)),
        micros(at(99))
    );
}
