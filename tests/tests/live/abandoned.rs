//! A caller who does not wait for the answer.

use crate::client::Api;
use crate::line::{Heard, Line, address, id};
use connvo_core::protocol::lane::ServerLane;
use connvo_server::meeting::store::membership;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn a_removal_whose_caller_hangs_up_ends_what_the_removed_follows() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    for _ in 0..10 {
        ada.invite(&meeting, "bob", "participant").await;
        let mut line = Line::of(&bob).await;
        line.follow(&meeting, 5).await;
        let mut caller = TcpStream::connect(address(&api)).await.unwrap();
        let request = format!(
            "DELETE {meeting}/participants/{} HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {}\r\nContent-Length: 0\r\n\r\n",
            bob.id, ada.token
        );
        caller.write_all(request.as_bytes()).await.unwrap();
        // Until the change is on its way, and not until it is answered.
        while !is_removed(&api, &meeting, &bob.id).await {
            tokio::task::yield_now().await;
        }
        drop(caller);
        loop {
            match line.next().await {
                Heard::Frame(text) if text.contains("revoked") => break,
                Heard::Lane(ServerLane::Awareness(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

async fn is_removed(api: &Api, meeting: &str, user: &str) -> bool {
    let (user, meeting) = (user.parse().unwrap(), id(meeting));
    let held = membership(&api.app.db, &user, &meeting).await.unwrap();
    let status = held.map(|held| held.standing.status);
    status.is_some_and(|status| status.as_str() == "removed")
}
