//! `/v1/interests` and `/v1/me/interests`.

use crate::client::{Api, Person, assert_problem};
use connvo_core::person::interest::seeds;
use serde_json::{Value, json};

async fn taxonomy(person: &Person<'_>) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let (status, page) = person
            .get(&format!("/v1/interests?limit=20&after={after}"))
            .await;
        assert_eq!(status, 200, "{page}");
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return all,
        }
    }
}

async fn usage(person: &Person<'_>, slug: &str) -> u64 {
    let all = taxonomy(person).await;
    let found = all.iter().find(|interest| interest["slug"] == slug);
    found.unwrap()["usageCount"].as_u64().unwrap()
}

#[tokio::test]
async fn the_taxonomy_is_a_tree_in_pages() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let all = taxonomy(&ada).await;
    assert_eq!(all.len(), seeds().len());
    let rust = all.iter().find(|one| one["slug"] == "rust").unwrap();
    let expected = json!({"slug": "rust", "name": "Rust", "parent": "software-engineering",
        "isActive": true, "usageCount": 0});
    assert_eq!(*rust, expected);
}

#[tokio::test]
async fn my_interests_are_counted() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let said = json!({"items": [{"slug": "rust", "proficiency": "expert"},
        {"slug": "music", "proficiency": "beginner"}]});
    let (status, kept) = ada.put("/v1/me/interests", said.clone()).await;
    assert_eq!(status, 200, "{kept}");
    assert_eq!(ada.get("/v1/me/interests").await.1, kept);
    assert_eq!(kept["items"][0]["slug"], "music", "by slug");
    assert_eq!(bob.put("/v1/me/interests", said).await.0, 200);
    assert_eq!(usage(&ada, "rust").await, 2);
    let less = json!({"items": [{"slug": "rust", "proficiency": "advanced"}]});
    assert_eq!(ada.put("/v1/me/interests", less).await.0, 200);
    assert_eq!(usage(&ada, "rust").await, 2);
    assert_eq!(usage(&ada, "music").await, 1);
}

#[tokio::test]
async fn what_the_taxonomy_does_not_have_is_named() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let said = json!({"items": [{"slug": "rust", "proficiency": "expert"},
        {"slug": "alchemy", "proficiency": "expert"}]});
    let refused = ada.put("/v1/me/interests", said).await;
    assert_problem(&refused, 422, "VALIDATION_ERROR");
    assert_eq!(refused.1["errors"][0]["pointer"], "/items/1/slug");
    assert_eq!(ada.get("/v1/me/interests").await.1["items"], json!([]));
    assert_eq!(usage(&ada, "rust").await, 0);
}
