//! The exported web app, embedded in the binary (read from its folder in a
//! development build).

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../www/out"]
#[allow_missing = true]
struct Files;

/// Serves a page or file of the web app.
pub(super) async fn serve(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::NOT_FOUND.into_response();
    }
    if path.starts_with("v1/") || path.starts_with("dev/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let bare = path.trim_end_matches('/');
    let names = match bare {
        "" => vec!["index.html".to_owned()],
        _ => vec![
            bare.to_owned(),
            format!("{bare}.html"),
            format!("{bare}/index.html"),
        ],
    };
    match names
        .iter()
        .find_map(|name| Files::get(name).map(|file| (name, file)))
    {
        Some((name, file)) => page(name, file, StatusCode::OK),
        None => match Files::get("404.html") {
            Some(file) if !bare.contains('.') => page("404.html", file, StatusCode::NOT_FOUND),
            _ => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

/// Files with a hash in their name never change; pages are asked for each time.
fn page(name: &str, file: EmbeddedFile, status: StatusCode) -> Response {
    let cache = if name.starts_with("_next/static/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let kind = file.metadata.mimetype().to_owned();
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, cache.to_owned())];
    (status, headers, file.data).into_response()
}
