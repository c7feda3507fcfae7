//! A server where people sign in by WorkOS, which is a stand-in, and in development
//! beside it.

use crate::client::{Answer, Api, NOW, Person};
use crate::line::{Line, address};
use connvo_core::error::ErrorCode;
use connvo_core::protocol::frame::ServerFrame;
use connvo_server::config::{RateLimits, Secret, Settings};
use connvo_tests::workos::{API_KEY, CLIENT, Key, Peer, SECRET, key, signature};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The server and its stand-in.
pub struct Stage {
    pub api: Api,
    pub peer: Peer,
}

/// The key that the stand-in publishes.
pub fn published() -> &'static Key {
    key("key-1")
}

/// Settings of WorkOS that lead to `peer`.
pub fn at(peer: &Peer) -> impl Fn(&mut Settings) {
    let url = peer.url().to_owned();
    move |settings| {
        settings.dev = Some(true);
        // Refusals count against the address that they come from: all come from one.
        settings.rate_limits = Some(RateLimits::Off);
        settings.workos.client_id = Some(CLIENT.into());
        settings.workos.api_url = Some(url.clone());
        settings.workos.api_key = Some(Secret::new(API_KEY));
        settings.workos.webhook_secret = Some(Secret::new(SECRET));
    }
}

impl Stage {
    pub async fn start() -> Self {
        let peer = Peer::start(vec![published().jwk()]).await;
        let api = Api::start_with(at(&peer)).await;
        Self { api, peer }
    }

    /// What a good token of WorkOS says, and what `change` makes of it.
    pub fn claims(&self, change: &Value) -> Value {
        let now = NOW / 1000;
        let mut claims = json!({"iss": self.peer.issuer(), "sub": "user_ada", "sid": "session_ada",
            "jti": "01", "iat": now, "exp": now + 300});
        for (name, value) in change.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims
    }

    /// A token that says so, signed with the published key.
    pub fn token(&self, change: &Value) -> String {
        published().sign(&self.claims(change))
    }

    /// Somebody who has signed in at WorkOS with `user_<name>` and `session_<name>`.
    pub async fn sign_in(&self, name: &str) -> Person<'_> {
        let (subject, session) = (format!("user_{name}"), format!("session_{name}"));
        let email = format!("{name}@example.org");
        self.peer.knows(
            &subject,
            json!({"object": "user", "id": subject, "email": email, "email_verified": true,
                "first_name": name, "last_name": null, "updated_at": "2027-01-15T07:00:00.000Z"}),
        );
        let token = self.token(&json!({"sub": subject, "sid": session}));
        let (status, me) = self.get("/v1/me", &token).await;
        assert_eq!(status, 200, "{me}");
        Person {
            api: &self.api,
            id: me["id"].as_str().unwrap().to_owned(),
            token,
        }
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.api.send(Method::GET, path, Some(token), None).await
    }

    /// Sends an event as WorkOS does.
    pub async fn event(&self, id: &str, event: &str, data: Value) -> StatusCode {
        let body = json!({"object": "event", "id": id, "event": event, "data": data,
            "created_at": "2027-01-15T08:00:00.000Z"})
        .to_string();
        let signed = signature(SECRET, self.api.app.clock.now_ms(), &body);
        self.webhook(&signed, body).await.0
    }

    /// Sends a body under a signature.
    pub async fn webhook(&self, signature: &str, body: String) -> Answer {
        let request = self.api.request(Method::POST, "/v1/webhooks/workos");
        let request = request
            .header("workos-signature", signature)
            .header("content-type", "application/json");
        let answer = request.body(body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    /// Neither request nor live socket nor stock editor is let in with this token.
    pub async fn refuses(&self, token: &str) {
        let ada = self.api.sign_in("host").await;
        let meeting = ada.meeting().await;
        let answer = self.get("/v1/me", token).await;
        crate::client::assert_problem(&answer, 401, "UNAUTHORIZED");
        self.refuses_live(token).await;
        let stock = Person {
            api: &self.api,
            id: String::new(),
            token: token.to_owned(),
        };
        assert_eq!(Line::stock(&stock, &meeting).await.err(), Some(401));
    }

    /// The live socket says why, and closes.
    pub async fn refuses_live(&self, token: &str) {
        let mut line = Line::hello(address(&self.api), token).await;
        let ServerFrame::Error { error } = line.frame().await else {
            panic!("an error comes first");
        };
        assert_eq!(error.code, ErrorCode::Unauthorized);
        assert_eq!(line.end().await, connvo_core::protocol::close::POLICY);
    }
}
