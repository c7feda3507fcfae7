//! The part of the session that is about people: what they say of themselves and to each
//! other, and what is done with it.

use crate::session::Session;
use reqwest::Method;
use serde_json::{Value, json};

const BIO: &str = "words-of-a-life-told-to-friends";
const GOALS: &str = "goals-that-an-employer-need-not-know";
const PAGE: &str = "https://example.org/page-of-a-person";
const PICTURE: &str = "https://example.org/picture-of-a-person.png";
const NAME: &str = "Name-chosen-by-the-person";
const MESSAGE: &str = "message-from-one-to-the-other";

impl Session {
    /// Says all that can be said, right and wrong, and takes it away again.
    pub async fn people(&mut self, ada: &str, bob: &str) {
        for (name, text) in [
            ("a biography", BIO),
            ("goals", GOALS),
            ("a link", PAGE),
            ("a picture", PICTURE),
            ("a chosen name", NAME),
            ("a message to somebody", MESSAGE),
        ] {
            self.looks_for(name, text);
        }
        let gone = self.sign_in("gone@secrets.example").await;
        for token in [bob, &gone] {
            self.says_all(token).await;
        }
        let (ada_id, bob_id) = (self.id(ada).await, self.id(bob).await);
        let gone_id = self.id(&gone).await;
        let ask =
            |to: &str, message: String| json!({"userId": to, "kind": "mentor", "message": message});
        let asked = self
            .post("/v1/connections", bob, ask(&ada_id, MESSAGE.into()))
            .await;
        assert_eq!(asked.0, 201, "{}", asked.1);
        let long = ask(&ada_id, MESSAGE.repeat(50));
        assert_eq!(self.post("/v1/connections", &gone, long).await.0, 422);
        let asked = self
            .post("/v1/connections", &gone, ask(&bob_id, MESSAGE.into()))
            .await;
        assert_eq!(asked.0, 201, "{}", asked.1);
        let block = format!("/v1/users/{bob_id}/block");
        assert_eq!(self.post(&block, ada, json!({})).await.0, 204);
        let profile = format!("/v1/users/{ada_id}");
        assert_eq!(self.ask(Method::GET, &profile, bob, None).await, 404);
        for token in [bob, &gone] {
            assert_eq!(
                self.ask(Method::GET, "/v1/me/export", token, None).await,
                200
            );
        }
        let path = format!("/v1/admin/users/{gone_id}");
        for is_active in [false, true] {
            let change = json!({"isActive": is_active, "reason": "to see"});
            assert_eq!(self.ask(Method::PATCH, &path, ada, Some(change)).await, 200);
        }
        assert_eq!(self.ask(Method::DELETE, "/v1/me", &gone, None).await, 200);
        assert_eq!(self.ask(Method::GET, "/v1/me", &gone, None).await, 401);
    }

    async fn says_all(&mut self, token: &str) {
        let profile =
            |bio: &str, page: &str| json!({"bio": bio, "goals": GOALS, "links": {"website": page}});
        let settings = |picture: &str| json!({"name": NAME, "avatarUrl": picture});
        let interests = |slug: &str| json!({"items": [{"slug": slug, "proficiency": "expert"}]});
        let plain = PICTURE.replace("https", "http");
        for (method, path, body, expected) in [
            (Method::PUT, "/v1/me/profile", profile(BIO, PAGE), 200),
            (
                Method::PUT,
                "/v1/me/profile",
                profile(&BIO.repeat(100), &plain),
                422,
            ),
            (Method::PUT, "/v1/me/profile", json!({BIO: GOALS}), 422),
            (Method::PATCH, "/v1/me", settings(PICTURE), 200),
            (Method::PATCH, "/v1/me", settings(&plain), 422),
            (Method::PUT, "/v1/me/interests", interests("rust"), 200),
            (Method::PUT, "/v1/me/interests", interests(GOALS), 422),
        ] {
            let status = self.ask(method, path, token, Some(body)).await;
            assert_eq!(status, expected, "{path}");
        }
    }

    async fn ask(&mut self, method: Method, path: &str, token: &str, body: Option<Value>) -> u16 {
        let request = self.request(method, path, token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        self.send(request).await.0
    }

    /// Whose token it is.
    async fn id(&mut self, token: &str) -> String {
        let request = self.request(Method::GET, "/v1/me", token);
        let (status, me) = self.send(request).await;
        assert_eq!(status, 200, "{me}");
        me["id"].as_str().unwrap().to_owned()
    }
}
