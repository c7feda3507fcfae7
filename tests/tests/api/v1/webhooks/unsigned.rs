//! What is sent to the webhooks and is not signed, of both providers.

use crate::client::{Api, NOW, assert_problem};
use crate::stage::at;
use connvo_server::audit::store::{Filter, page};
use connvo_server::audit::{self, Kind};
use connvo_server::config::{RateLimits, Secret};
use connvo_server::rate::AUTH_FAILURES;
use connvo_tests::signature::sign;
use connvo_tests::workos::{self, Peer};
use reqwest::{Method, Response};
use serde_json::json;

const SECRET: &str = "whsec_of_the_test";

/// Where a provider sends events, and the header that it signs them in.
const BOTH: [(&str, &str, &str); 2] = [
    ("workos", "/v1/webhooks/workos", "workos-signature"),
    ("billing", "/v1/webhooks/billing", "stripe-signature"),
];

async fn start() -> Api {
    let peer = Peer::start(Vec::new()).await;
    Api::start_with(|settings| {
        at(&peer)(settings);
        settings.rate_limits = Some(RateLimits::On);
        settings.billing_webhook_secret = Some(Secret::new(SECRET));
    })
    .await
}

async fn send(api: &Api, path: &str, (name, value): (&str, &str), body: &str) -> Response {
    let request = api.request(Method::POST, path).header(name, value);
    request.body(body.to_owned()).send().await.unwrap()
}

/// An event that matters to neither, as each signs it.
fn signed(provider: &str) -> (String, String) {
    let body = json!({"id": "event_1", "event": "other", "type": "other", "created": 1,
        "data": {"object": {}}})
    .to_string();
    let header = match provider {
        "workos" => workos::signature(workos::SECRET, NOW, &body),
        _ => sign(SECRET, NOW / 1_000, body.as_bytes()),
    };
    (header, body)
}

#[tokio::test]
async fn wrongly_signed_events_beyond_the_rate_are_told_to_wait_and_good_ones_are_taken() {
    for (provider, path, header) in BOTH {
        let api = start().await;
        let bad = async || send(&api, path, (header, "t=1,v1=00"), "{}").await;
        for _ in 0..AUTH_FAILURES.per_minute {
            assert_eq!(bad().await.status(), 401, "{provider}");
        }
        let over = bad().await;
        assert!(over.headers().contains_key("retry-after"), "{provider}");
        let over = (over.status(), over.json().await.unwrap());
        assert_problem(&over, 429, "RATE_LIMITED");
        let (signature, body) = signed(provider);
        let good = send(&api, path, (header, &signature), &body).await;
        assert!(good.status().is_success(), "{provider}: {}", good.status());
    }
}

#[tokio::test]
async fn wrongly_signed_events_are_counted_in_the_audit_log() {
    let api = start().await;
    for (_, path, header) in BOTH {
        for _ in 0..3 {
            let refused = send(&api, path, (header, "t=1,v1=00"), "{}").await;
            assert_eq!(refused.status(), 401);
        }
    }
    audit::write_behind(&api.app).await;
    let filter = Filter {
        action: Some("takeEvent".into()),
        ..Filter::default()
    };
    let mut rows = page(&api.app.db, &filter, None, 10).await.unwrap();
    rows.sort_by_key(|row| row.resource.clone());
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.resource.as_str(), row.count, row.success))
        .collect();
    let expected = [
        ("webhooks/billing", 3, false),
        ("webhooks/workos", 3, false),
    ];
    assert_eq!(told, expected);
    for row in rows {
        assert_eq!(
            (row.r#type, row.reason.as_deref()),
            (Kind::Denial, Some("signature"))
        );
        assert!(row.ip.is_some());
    }
}

#[tokio::test]
async fn no_webhook_reads_more_than_an_event_may_be() {
    let api = start().await;
    for (provider, path, header) in BOTH {
        let (signature, _) = signed(provider);
        let long = "x".repeat(300 << 10);
        let answer = send(&api, path, (header, &signature), &long).await;
        let answer = (answer.status(), answer.json().await.unwrap());
        assert_problem(&answer, 413, "PAYLOAD_TOO_LARGE");
    }
}
