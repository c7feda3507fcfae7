//! Errors have one shape, whoever makes them.

use crate::client::{Api, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn errors_of_every_layer_are_problems() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let nowhere = ada.get("/v1/nowhere").await;
    assert_problem(&nowhere, 404, "NOT_FOUND");
    let method = api
        .send(Method::DELETE, "/v1/meetings", Some(&ada.token), None)
        .await;
    assert_problem(&method, 405, "VALIDATION_ERROR");
    let anonymous = api.send(Method::GET, "/v1/meetings", None, None).await;
    assert_problem(&anonymous, 401, "UNAUTHORIZED");
    let large = json!({"title": "x".repeat(3 << 20)});
    assert_problem(
        &ada.post("/v1/meetings", large).await,
        413,
        "PAYLOAD_TOO_LARGE",
    );
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_named_by_its_pointer() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let answer = ada.post("/v1/meetings", json!({"title": 7})).await;
    assert_problem(&answer, 422, "VALIDATION_ERROR");
    assert_eq!(answer.1["errors"][0]["pointer"], "/title");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    for (kind, body) in [("application/json", "{"), ("text/plain", "{}")] {
        let request = api
            .request(Method::POST, "/v1/meetings")
            .bearer_auth(&ada.token);
        let answer = request.header("content-type", kind).body(body).send().await;
        let answer = answer.unwrap();
        let kind = answer.headers()["content-type"].clone();
        assert_eq!(kind, "application/problem+json");
        let answer = (answer.status(), answer.json::<Value>().await.unwrap());
        assert_problem(&answer, 422, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_safe_headers() {
    let api = Api::start().await;
    let request = |id: &str| {
        api.request(Method::GET, "/healthz")
            .header("x-request-id", id)
    };
    let answer = request("abc-123").send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "abc-123");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(answer.headers().contains_key("content-security-policy"));
    let odd = request("a b\u{e9}").send().await.unwrap();
    assert_eq!(odd.headers()["x-request-id"].len(), 36);
}

#[tokio::test]
async fn nobody_keeps_what_the_api_says_and_browsers_keep_to_tls_outside_development() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    for (path, status) in [("/v1/me", 200), ("/v1/nowhere", 404), ("/v1/sign-in", 200)] {
        let request = api.request(Method::GET, path).bearer_auth(&ada.token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        assert!(!answer.headers().contains_key("strict-transport-security"));
    }
    let api = Api::start_with(|settings| {
        settings.dev = Some(false);
        settings.workos.client_id = Some("client_made_up".into());
        // Nobody answers there, and nobody has to.
        settings.workos.api_url = Some("http://127.0.0.1:9".into());
    })
    .await;
    let answer = api
        .request(Method::GET, "/v1/sign-in")
        .send()
        .await
        .unwrap();
    let told = answer.headers()["strict-transport-security"].to_str();
    assert_eq!(told.unwrap(), "max-age=31536000");
}

#[tokio::test]
async fn other_sites_may_send_the_idempotency_key_and_read_when_to_come_again() {
    let api = Api::start().await;
    let origin = "http://localhost:3000";
    let asked = api
        .request(Method::OPTIONS, "/v1/meetings")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "idempotency-key")
        .send();
    let answer = asked.await.unwrap();
    let allowed = answer.headers()["access-control-allow-headers"].to_str();
    assert!(allowed.unwrap().contains("idempotency-key"));
    let request = api.request(Method::GET, "/healthz");
    let answer = request.header("origin", origin).send().await.unwrap();
    let exposed = answer.headers()["access-control-expose-headers"].to_str();
    let expected = "retry-after,ratelimit,ratelimit-policy,x-request-id";
    assert_eq!(exposed.unwrap(), expected);
    let methods = allowed_methods(&api).await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        assert!(methods.contains(method), "{method}");
    }
}

async fn allowed_methods(api: &Api) -> String {
    let asked = api
        .request(Method::OPTIONS, "/v1/meetings")
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "PATCH")
        .send();
    let answer = asked.await.unwrap();
    let methods = answer.headers()["access-control-allow-methods"].to_str();
    methods.unwrap().to_owned()
}

/// A page on the web whose name was made to point at loopback gets no token.
#[tokio::test]
async fn in_development_only_loopback_names_are_answered() {
    let api = Api::start().await;
    let port = api.url.rsplit(':').next().unwrap();
    let asked = async |host: String| {
        let request = api.request(Method::GET, "/healthz").header("host", host);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    };
    for own in ["localhost", "127.0.0.1", "[::1]"] {
        assert_eq!(asked(format!("{own}:{port}")).await.0, 200, "{own}");
    }
    let foreign = asked(format!("evil.example:{port}")).await;
    assert_problem(&foreign, 403, "FORBIDDEN");
}

#[tokio::test]
async fn a_store_that_is_away_says_when_to_come_again() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    ada.get("/v1/me").await;
    api.app.db.close().await;
    let request = api.request(Method::GET, "/v1/me").bearer_auth(&ada.token);
    let answer = request.send().await.unwrap();
    assert!(answer.headers().contains_key("retry-after"));
    let answer = (answer.status(), answer.json().await.unwrap());
    assert_problem(&answer, 503, "UNAVAILABLE");
}

#[tokio::test]
async fn scripts_run_only_from_files_of_the_server() {
    let api = Api::start().await;
    let answer = api.request(Method::GET, "/").send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str();
    let scripts = policy
        .unwrap()
        .split(';')
        .find(|rule| rule.contains("script-src"));
    assert!(!scripts.unwrap().contains("unsafe-inline"));
}

#[tokio::test]
async fn only_listed_origins_may_call_from_other_sites() {
    let api = Api::start().await;
    let allowed = async |origin: &str| {
        let request = api
            .request(Method::GET, "/healthz")
            .header("origin", origin);
        let answer = request.send().await.unwrap();
        answer.headers().get("access-control-allow-origin").cloned()
    };
    let own = "http://localhost:3000";
    assert_eq!(allowed(own).await.unwrap(), own);
    assert_eq!(allowed("https://evil.example").await, None);
}
