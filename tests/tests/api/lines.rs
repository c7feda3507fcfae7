//! Nobody holds a connection or a place among the tasks by sending slowly.

use crate::client::{Api, Person};
use crate::line::address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends this much of a request, and returns all that is answered until the server closes
/// the connection. Time stands still but for what is waited for.
async fn until_closed(api: &Api, request: &str) -> String {
    let mut line = TcpStream::connect(address(api)).await.unwrap();
    line.write_all(request.as_bytes()).await.unwrap();
    tokio::time::pause();
    let mut answer = Vec::new();
    // A reset is an end as well.
    let _ = line.read_to_end(&mut answer).await;
    tokio::time::resume();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn half_a_head_is_not_waited_for_for_ever() {
    let api = Api::start().await;
    let answer = until_closed(&api, "GET /healthz HTTP/1.1\r\nHost: local").await;
    assert!(!answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_closed() {
    let api = Api::start().await;
    let whole = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let answer = until_closed(&api, whole).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

fn made(ada: &Person<'_>, length: usize, body: &str) -> String {
    format!(
        "POST /v1/meetings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
        ada.token
    )
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up_in_time_and_holds_no_task() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let answer = until_closed(&api, &made(&ada, 100, "{\"title\":")).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("UNAVAILABLE"), "{answer}");
    assert!(api.app.tasks.is_empty());
    let (_, mine) = ada.get("/v1/meetings").await;
    assert_eq!(mine["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_is_taken() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let body = "{\"title\":\"Slow\"}";
    let mut line = TcpStream::connect(address(&api)).await.unwrap();
    line.write_all(made(&ada, body.len(), "").as_bytes())
        .await
        .unwrap();
    for byte in body.bytes() {
        line.write_all(&[byte]).await.unwrap();
        line.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut answer = [0; 12];
    line.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 201");
}

#[tokio::test]
async fn who_is_let_in_is_known_by_the_address_that_they_call_from() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    ada.meeting().await;
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, rows) = admin.get("/v1/admin/audit?action=createMeeting").await;
    assert_eq!(rows["items"][0]["ip"], "127.0.0.1");
}
