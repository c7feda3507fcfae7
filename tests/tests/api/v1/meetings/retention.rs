//! What a smaller plan hides of a transcript is stored for another week.

use crate::client::{Api, NOW};
use connvo_server::config::Secret;
use connvo_server::transcript::retention;
use connvo_tests::signature::sign;
use reqwest::Method;
use serde_json::{Value, json};

const SECRET: &str = "whsec_of_the_test";
const DAY_MS: u64 = 24 * 3_600_000;

/// A meeting of an organisation on pro, in which something was said 60 days ago.
struct Scene {
    api: Api,
    org: String,
    path: String,
}

impl Scene {
    async fn start() -> Self {
        let secret = |settings: &mut connvo_server::config::Settings| {
            settings.billing_webhook_secret = Some(Secret::new(SECRET));
        };
        let api = Api::start_with(secret).await;
        let ada = api.sign_in("ada").await;
        let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
        let org = org["id"].as_str().unwrap().to_owned();
        let mut scene = Self {
            org,
            path: String::new(),
            api,
        };
        scene.subscription("active").await;
        let ada = scene.api.sign_in("ada").await;
        let meeting = ada.meeting().await;
        ada.post(&format!("{meeting}/start"), Value::Null).await;
        let path = format!("{meeting}/transcript");
        let chunk = json!({"chunks": [{"sourceId": "mic", "segmentId": "1", "text": "hello",
            "startMs": NOW, "endMs": NOW + 1, "speaker": {"label": "Ada"}}]});
        assert_eq!(ada.post(&path, chunk).await.0, 200);
        scene.path = path;
        scene.api.app.clock.advance(60 * DAY_MS);
        assert_eq!(scene.shown().await, 1);
        scene
    }

    /// The billing service tells how the subscription stands now.
    async fn subscription(&self, status: &str) {
        let now = self.api.app.clock.now_ms();
        let price = json!({"lookup_key": "pro", "metadata": {}});
        let object = json!({"id": "sub_1", "customer": "cus_1", "status": status,
            "metadata": {"org_id": self.org}, "items": {"data": [{"price": price}]}});
        let body = json!({"id": format!("evt_{now}"), "type": "customer.subscription.updated",
            "created": now / 1_000, "data": {"object": object}})
        .to_string();
        let header = sign(SECRET, now / 1_000, body.as_bytes());
        let request = self.api.request(Method::POST, "/v1/webhooks/billing");
        let request = request.header("stripe-signature", header).body(body);
        assert_eq!(request.send().await.unwrap().status(), 204);
    }

    /// How much of the transcript is shown.
    async fn shown(&self) -> usize {
        let ada = self.api.sign_in("ada").await;
        let (status, page) = ada.get(&self.path).await;
        assert_eq!(status, 200, "{page}");
        page["items"].as_array().unwrap().len()
    }

    /// How much of it is deleted after so long.
    async fn deleted_after(&self, ms: u64) -> u64 {
        self.api.app.clock.advance(ms);
        retention::sweep(&self.api.app).await.unwrap()
    }
}

#[tokio::test]
async fn who_pays_again_within_the_week_has_everything_back() {
    for swept_before in [true, false] {
        let scene = Scene::start().await;
        if swept_before {
            assert_eq!(scene.deleted_after(1_000).await, 0);
        }
        scene.subscription("canceled").await;
        assert_eq!(scene.shown().await, 0);
        assert_eq!(scene.deleted_after(0).await, 0);
        assert_eq!(scene.deleted_after(7 * DAY_MS - 1_000).await, 0);
        scene.subscription("active").await;
        assert_eq!(scene.shown().await, 1);
        // The next time it is the whole week again.
        assert_eq!(scene.deleted_after(1_000).await, 0);
        scene.subscription("canceled").await;
        assert_eq!(scene.deleted_after(0).await, 0);
        assert_eq!(scene.deleted_after(7 * DAY_MS - 1).await, 0);
        assert_eq!(scene.deleted_after(1).await, 1);
        scene.subscription("active").await;
        assert_eq!(scene.shown().await, 0);
    }
}

#[tokio::test]
async fn a_grace_that_runs_out_without_an_event_is_followed_by_the_week() {
    let scene = Scene::start().await;
    scene.subscription("past_due").await;
    assert_eq!(scene.deleted_after(7 * DAY_MS - 1_000).await, 0);
    assert_eq!(scene.shown().await, 1);
    assert_eq!(scene.deleted_after(1_000).await, 0);
    assert_eq!(scene.shown().await, 0);
    assert_eq!(scene.deleted_after(7 * DAY_MS - 1).await, 0);
    assert_eq!(scene.deleted_after(1).await, 1);
}

#[tokio::test]
async fn transcript_of_an_organisation_that_closed_stays_for_the_week() {
    let scene = Scene::start().await;
    assert_eq!(scene.deleted_after(0).await, 0);
    let ada = scene.api.sign_in("ada").await;
    let closed = ada.delete(&format!("/v1/orgs/{}", scene.org)).await;
    assert_eq!(closed.0, 204, "{}", closed.1);
    assert_eq!(scene.deleted_after(0).await, 0);
    assert_eq!(scene.deleted_after(7 * DAY_MS - 1).await, 0);
    assert_eq!(scene.deleted_after(1).await, 1);
}

#[tokio::test]
async fn an_override_that_expires_or_hides_everything_is_followed_by_the_week() {
    let scene = Scene::start().await;
    let admin = scene.api.sign_in_as("admin@example.com").await;
    let set = format!(
        "/v1/admin/orgs/{}/entitlements/transcriptRetentionDays",
        scene.org
    );
    let nothing = json!({"value": 0, "reason": "by mistake"});
    assert_eq!(admin.put(&set, nothing).await.0, 200);
    assert_eq!(scene.shown().await, 0);
    assert_eq!(scene.deleted_after(0).await, 0);
    assert_eq!(scene.deleted_after(7 * DAY_MS - 1).await, 0);
    let admin = scene.api.sign_in_as("admin@example.com").await;
    let end = scene.api.app.clock.now_ms() + 60 * DAY_MS;
    let longer = json!({"value": 365, "expiresAt": end, "reason": "a pilot"});
    assert_eq!(admin.put(&set, longer).await.0, 200);
    assert_eq!(scene.shown().await, 1);
    // Pro would show 90 days: by now it is older.
    assert_eq!(scene.deleted_after(60 * DAY_MS - 1).await, 0);
    assert_eq!(scene.deleted_after(1).await, 0);
    assert_eq!(scene.shown().await, 0);
    assert_eq!(scene.deleted_after(7 * DAY_MS - 1).await, 0);
    assert_eq!(scene.deleted_after(1).await, 1);
}
