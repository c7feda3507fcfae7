//! Every `/v1/admin` route.

use crate::client::{Api, assert_problem};
use connvo_core::access::surface::{Gate, ROUTES};
use connvo_server::config::RateLimits;
use reqwest::Method;
use serde_json::Value;

#[tokio::test]
async fn who_is_no_administrator_learns_nothing_of_what_a_route_takes() {
    let api = Api::start_with(|settings| settings.rate_limits = Some(RateLimits::Off)).await;
    let bob = api.sign_in("bob").await;
    let admin = api.sign_in_as("admin@example.com").await;
    let mut rows = 0;
    for (method, path, gate) in ROUTES {
        assert_eq!(
            *gate == Gate::Admin,
            path.starts_with("/v1/admin/"),
            "{path}"
        );
        if *gate != Gate::Admin {
            continue;
        }
        rows += 1;
        let path = path
            .replace("{id}", "nonsense")
            .replace("{key}", "nonsense");
        for body in ["", "{", "[]", r#"{"reason": 7}"#] {
            for query in ["", "?limit=nonsense&after=nonsense&reason="] {
                let verb: Method = method.to_uppercase().parse().unwrap();
                let send = async |token: &str| {
                    let request = api.request(verb.clone(), &format!("{path}{query}"));
                    let request = request
                        .bearer_auth(token)
                        .header("idempotency-key", "x".repeat(129))
                        .header("content-type", "application/json");
                    let answer = request.body(body).send().await.unwrap();
                    (answer.status(), answer.json().await.unwrap_or(Value::Null))
                };
                let refused = send(&bob.token).await;
                assert_problem(&refused, 403, "FORBIDDEN");
                assert_eq!(refused.1["reason"], "admin", "{method} {path}");
                let passed = send(&admin.token).await.0;
                assert!(passed != 403 && passed != 401, "{method} {path}");
            }
        }
    }
    assert!(rows > 0);
}
