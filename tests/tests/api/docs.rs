//! `/docs`: the description as a page.

use crate::client::Api;
use reqwest::Method;

#[tokio::test]
async fn the_page_has_every_operation_and_asks_no_other_host() {
    let api = Api::start().await;
    let answer = api.request(Method::GET, "/docs").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(answer.headers().contains_key("content-security-policy"));
    let page = answer.text().await.unwrap();
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let heading = format!("<code>{} {path}</code>", method.to_uppercase());
            assert!(page.contains(&heading), "{heading}");
        }
    }
    for name in description["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(page.contains(&format!("id=\"schema-{name}\"")), "{name}");
    }
    assert!(!page.contains("://") && !page.contains("<script"));
}
