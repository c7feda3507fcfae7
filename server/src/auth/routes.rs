//! Signing in and out, and the published keys.

use super::caller::Leaver;
use crate::actor::RequestInfo;
use crate::app::App;
use crate::http::{Failure, Json};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::id::UserId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of sign-in.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(jwks))
        .routes(routes!(token))
        .routes(routes!(sign_in))
        .routes(routes!(sign_out))
}

/// Who wants a token.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenDraft {
    /// Email address.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// Name shown to others; 1 to 100 UTF-16 code units.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

/// A development token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Bearer token, good for 24 hours.
    token: String,
    /// Whom it names.
    user_id: UserId,
}

/// How people sign in here.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum SignIn {
    /// By WorkOS AuthKit, with its browser SDK.
    WorkOs {
        /// The client id to sign in with.
        #[schema(rename = "clientId", example = "client_01HXYZ")]
        client_id: String,
        /// Where WorkOS answers.
        #[schema(rename = "apiUrl", example = "https://api.workos.com")]
        api_url: String,
    },
    /// By name and address, at `POST /dev/token`.
    Development,
}

/// A token for whoever asks: development mode only, on loopback only.
#[utoipa::path(post, path = "/dev/token", tag = "identity", 
    request_body(content = TokenDraft, example = json!({"email": "ada@example.org", "name": "Ada"})),
    responses((status = 200, body = Token),
        (status = 401, description = "This account is not active"),
        (status = 404, description = "Not in development mode"),
        (status = 422, description = "A field is not valid")))]
async fn token(
    State(app): State<App>,
    request: RequestInfo,
    Json(draft): Json<TokenDraft>,
) -> Result<Json<Token>, Failure> {
    let who = (draft.email.as_str(), draft.name.as_str());
    let (token, identity) = app.auth.issue(&app, &Arc::new(request), who).await?;
    let user_id = identity.user_id;
    Ok(Json(Token { token, user_id }))
}

/// The embedded issuer's public keys, as a JWK set (RFC 7517); none outside development.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "identity",
    responses((status = 200, description = "A JWK set", body = serde_json::Value,
        example = json!({"keys": [{"kty": "RSA", "alg": "RS256", "kid": "1", "n": "…", "e": "AQAB"}]}))))]
async fn jwks(State(app): State<App>) -> Json<jsonwebtoken::jwk::JwkSet> {
    Json(app.auth.jwks())
}

/// How people sign in here.
#[utoipa::path(get, path = "/v1/sign-in", tag = "identity",
    responses((status = 200, body = SignIn,
        example = json!({"kind": "workOs", "clientId": "client_01HXYZ", "apiUrl": "https://api.workos.com"}))))]
async fn sign_in(State(app): State<App>) -> Json<SignIn> {
    Json(match &app.config.workos {
        Some(workos) => SignIn::WorkOs {
            client_id: workos.client_id.clone(),
            api_url: workos.api_url.origin().ascii_serialization(),
        },
        None => SignIn::Development,
    })
}

/// Ends the caller's session, of which the token is: every connection of it closes at
/// once, and its tokens are good no longer. With a token of a session that has ended so it
/// answers the same again.
#[utoipa::path(post, path = "/v1/me/sign-out", tag = "identity", security(("bearer" = [])),
    responses((status = 204, description = "Signed out"),
        (status = 401, description = "No valid token"),
        (status = 409, description = "The token is of no session")))]
async fn sign_out(State(app): State<App>, Leaver(actor): Leaver) -> Result<StatusCode, Failure> {
    if let Some(actor) = actor {
        super::sign_out(&app, &actor).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
