//! Users and meetings, made through the public API in development mode.

use super::Failure;
use super::plan::CLIENTS;
use connvo_core::id::MeetingId;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Requests at once.
const AT_ONCE: usize = 16;

/// A meeting and its five people.
#[derive(Debug, Clone)]
pub struct Place {
    /// The meeting.
    pub id: MeetingId,
    /// The tokens of its people, the host's first.
    pub tokens: Vec<String>,
}

/// Makes `meetings` meetings of five people each, all of them distinct, and
/// starts them.
///
/// # Errors
/// The server refuses something.
pub async fn make(address: SocketAddr, meetings: usize) -> Result<Vec<Place>, Failure> {
    let http = Client::builder().pool_max_idle_per_host(AT_ONCE).build()?;
    stream::iter(0..meetings)
        .map(|number| one(&http, address, number))
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

async fn one(http: &Client, address: SocketAddr, number: usize) -> Result<Place, Failure> {
    let email = |person: usize| format!("person{person}.meeting{number}@example.com");
    let mut tokens = Vec::with_capacity(CLIENTS);
    for person in 0..CLIENTS {
        let who = json!({"email": email(person), "name": format!("Person {person}")});
        let answer = post(http, address, "/dev/token", None, &who).await?;
        tokens.push(text(&answer, "token")?);
    }
    let host = tokens[0].clone();
    let meeting = json!({"title": format!("Meeting {number}")});
    let answer = post(http, address, "/v1/meetings", Some(&host), &meeting).await?;
    let id: MeetingId = text(&answer, "id")?.parse()?;
    for person in 1..CLIENTS {
        let invited = json!({"email": email(person), "role": "participant"});
        let path = format!("/v1/meetings/{id}/participants");
        post(http, address, &path, Some(&host), &invited).await?;
    }
    let path = format!("/v1/meetings/{id}/start");
    post(http, address, &path, Some(&host), &json!({})).await?;
    Ok(Place { id, tokens })
}

async fn post(
    http: &Client,
    address: SocketAddr,
    path: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<Value, Failure> {
    let mut request = http.post(format!("http://{address}{path}")).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await?;
    let status = response.status();
    if !status.is_success() {
        return Err(format!("{path}: {status}: {}", response.text().await?).into());
    }
    Ok(response.json().await?)
}

fn text(answer: &Value, field: &str) -> Result<String, Failure> {
    Ok(answer[field]
        .as_str()
        .ok_or("a field is missing")?
        .to_owned())
}
