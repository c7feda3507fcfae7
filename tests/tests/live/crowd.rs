//! Rights taken away while many people read and write: who is removed or deactivated,
//! leaves or signs out hears nothing of what comes after, at either door.

use crate::client::{Api, Person};
use crate::line::{Line, ticking};
use connvo_core::live::stock::Message as Stock;
use connvo_server::user;
use futures_util::{StreamExt, future::join_all};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

const MEETINGS: usize = 50;
/// Changes before the revocation, and after it.
const CHANGES: u64 = 5;
/// What only the later changes say.
const AFTER: &[u8] = b"after";
/// How soon a right that is taken away is effective: a promise, and ten times what it
/// takes here.
const WITHIN: Duration = Duration::from_secs(1);
/// Far longer than anything takes: only a line that stays open gets there.
const NEVER: Duration = Duration::from_secs(60);

/// When the revocation was told.
type Told = tokio::sync::oneshot::Receiver<Instant>;

fn holds(bytes: &[u8]) -> bool {
    bytes.windows(AFTER.len()).any(|part| part == AFTER)
}

/// Hears a line until it is closed, or is said to be revoked, and then until everything
/// is `over`; answers how long it took since the revocation was told.
async fn to_the_end(mut line: Line, told: Told, over: CancellationToken) -> Duration {
    let mut ended = None;
    let heard = timeout(NEVER, async {
        loop {
            let message = tokio::select! {
                // Of who was only removed from this meeting the connection itself stays.
                () = over.cancelled(), if ended.is_some() => break,
                message = line.0.next() => message,
            };
            match message {
                Some(Ok(Message::Binary(bytes))) => {
                    assert!(!holds(&bytes), "heard after the revocation");
                }
                Some(Ok(Message::Text(text))) if text.contains("\"revoked\"") => {
                    ended.get_or_insert_with(Instant::now);
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            }
        }
    });
    heard.await.expect("the line ends");
    let ended = ended.unwrap_or_else(Instant::now);
    ended.saturating_duration_since(told.await.expect("it was revoked"))
}

/// Hears a line until the later changes come by.
async fn to_the_later(mut line: Line) {
    let heard = timeout(NEVER, async {
        while let Some(Ok(message)) = line.0.next().await {
            if matches!(&message, Message::Binary(bytes) if holds(bytes)) {
                return true;
            }
        }
        false
    });
    assert!(
        heard.await.expect("in time"),
        "who stays hears what comes after"
    );
}

/// One meeting: four live lines and a stock one; two of the live ones and the stock one
/// are the victim's.
async fn meeting(api: &Api, at: usize) -> Vec<Duration> {
    let name = format!("victim{at}");
    let victim = api.sign_in(&name).await;
    let ada: &Person<'_> = &api.sign_in(&format!("host{at}")).await;
    let path = ada.meeting().await;
    ada.invite(&path, &name, "participant").await;
    let (mut stay, mut go, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let over = CancellationToken::new();
    for (client, person) in [(1, ada), (2, ada), (3, &victim), (4, &victim)] {
        let mut line = Line::of(person).await;
        line.follow(&path, client).await;
        if client < 3 {
            stay.push(line);
        } else {
            go.push(line);
        }
    }
    let mut stock = Line::stock(&victim, &path).await.unwrap();
    stock.stock_say(&Stock::Step1(&[0])).await;
    stock.step2().await;
    go.push(stock);
    let stay: Vec<_> = stay
        .into_iter()
        .map(to_the_later)
        .map(tokio::spawn)
        .collect();
    let go: Vec<_> = go
        .into_iter()
        .map(|line| {
            let (tell, revoked) = tokio::sync::oneshot::channel();
            told.push(tell);
            tokio::spawn(to_the_end(line, revoked, over.clone()))
        })
        .collect();
    for change in 0..CHANGES {
        ada.operate(&path, change, change + 1, json!([{"insert": "before "}]))
            .await;
    }
    match at % 4 {
        0 => {
            let gone = format!("{path}/participants/{}", victim.id);
            assert_eq!(ada.delete(&gone).await.0, 204);
        }
        1 => {
            let who = victim.id.parse().unwrap();
            user::set_active(&api.app, &who, false).await.unwrap();
        }
        2 => {
            let left = victim.post(&format!("{path}/leave"), Value::Null).await;
            assert!(left.0.is_success(), "{}", left.1);
        }
        _ => assert_eq!(victim.post("/v1/me/sign-out", Value::Null).await.0, 204),
    }
    let revoked = Instant::now();
    for tell in told {
        tell.send(revoked).unwrap();
    }
    for change in CHANGES..2 * CHANGES {
        ada.operate(&path, change, change + 1, json!([{"insert": "after "}]))
            .await;
    }
    for line in join_all(stay).await {
        line.unwrap();
    }
    over.cancel();
    let refused = victim.get(&format!("{path}/notes")).await.0;
    assert!(matches!(refused.as_u16(), 401 | 403 | 404), "{refused}");
    let all = join_all(go).await;
    all.into_iter().map(Result::unwrap).collect()
}

#[allow(clippy::print_stdout)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_hears_what_comes_after_their_revocation_while_many_work() {
    let api = ticking().await;
    let all = join_all((0..MEETINGS).map(|at| meeting(&api, at))).await;
    let mut delays: Vec<_> = all.into_iter().flatten().collect();
    delays.sort_unstable();
    let at = |share: usize| delays[(delays.len() - 1) * share / 100];
    println!(
        "{} lines ended after their revocation: median {:?}, p99 {:?}, last {:?}",
        delays.len(),
        at(50),
        at(99),
        at(100)
    );
    assert_eq!(delays.len(), 3 * MEETINGS, "every line of theirs has ended");
    assert!(at(100) < WITHIN, "the last one after {:?}", at(100));
}
