//! A stand-in for WorkOS on a free port: it publishes keys and knows people. Tokens
//! and webhooks are signed as WorkOS signs them.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use pem::Pem;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::net::TcpListener;

/// The client id of the tests.
pub const CLIENT: &str = "client_01TEST";
/// The API key that the stand-in lets in.
pub const API_KEY: &str = "sk_test_stand_in";
/// What webhooks are signed with.
pub const SECRET: &str = "whsec_of_the_tests";

/// A key pair to sign tokens with.
pub struct Key {
    kid: &'static str,
    private: EncodingKey,
    /// The public half in PEM, as an attacker has it.
    pub public_pem: String,
}

/// The key pair of this name: made once, since that takes its time.
///
/// # Panics
/// It cannot be made.
pub fn key(kid: &'static str) -> &'static Key {
    static MADE: OnceLock<Mutex<HashMap<&'static str, &'static Key>>> = OnceLock::new();
    let made = MADE.get_or_init(Mutex::default);
    let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(kid)
        .or_insert_with(|| Box::leak(Box::new(Key::new(kid))))
}

impl Key {
    fn new(kid: &'static str) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private: Pkcs8V1Der<'_> = pair.as_der().expect("DER");
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("DER");
        let private = pem::encode(&Pem::new("PRIVATE KEY", private.as_ref()));
        Self {
            kid,
            private: EncodingKey::from_rsa_pem(private.as_bytes()).expect("an RSA key"),
            public_pem: pem::encode(&Pem::new("PUBLIC KEY", public.as_ref())),
        }
    }

    /// The public half as it is published.
    ///
    /// # Panics
    /// It cannot be written as a JWK.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.private, Algorithm::RS256).expect("a JWK");
        let mut jwk = json!(jwk);
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk
    }

    /// A token that says `claims`.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(self.kid, claims)
    }

    /// A token that names another key.
    ///
    /// # Panics
    /// It cannot be signed.
    #[must_use]
    pub fn sign_as(&self, kid: &str, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(kid.to_owned());
        encode(&header, claims, &self.private).expect("a token")
    }
}

/// The `WorkOS-Signature` of a body.
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn signature(secret: &str, time_ms: u64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(format!("{time_ms}.{body}").as_bytes());
    format!(
        "t={time_ms}, v1={}",
        hex::encode(mac.finalize().into_bytes())
    )
}

#[derive(Default)]
struct Known {
    keys: Mutex<Vec<Value>>,
    people: Mutex<HashMap<String, Value>>,
    fetches: AtomicUsize,
    asked: AtomicUsize,
    is_down: AtomicBool,
}

/// The running stand-in; it ends with the test.
pub struct Peer {
    url: String,
    known: Arc<Known>,
}

impl Peer {
    /// Starts, publishing these keys.
    ///
    /// # Panics
    /// Loopback cannot be listened on.
    pub async fn start(keys: Vec<Value>) -> Self {
        let known = Arc::new(Known::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new()
            .route("/sso/jwks/{client}", get(jwks))
            .route("/user_management/users/{id}", get(person))
            .with_state(Arc::clone(&known));
        tokio::spawn(axum::serve(listener, router).into_future());
        let peer = Self {
            url: format!("http://{address}"),
            known,
        };
        peer.publish(keys);
        peer
    }

    /// `http://` and its address, without a slash at the end: the shared issuer.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The issuer of the tests' client alone.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("{}/user_management/{CLIENT}", self.url)
    }

    /// Publishes these keys and no other.
    pub fn publish(&self, keys: Vec<Value>) {
        *lock(&self.known.keys) = keys;
    }

    /// Knows somebody.
    pub fn knows(&self, id: &str, person: Value) {
        lock(&self.known.people).insert(id.to_owned(), person);
    }

    /// How often the keys were fetched, or tried to be.
    #[must_use]
    pub fn fetches(&self) -> usize {
        self.known.fetches.load(Ordering::SeqCst)
    }

    /// How often somebody was asked after.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.known.asked.load(Ordering::SeqCst)
    }

    /// Answers nothing but 500 any longer, or again.
    pub fn down(&self, is_down: bool) {
        self.known.is_down.store(is_down, Ordering::SeqCst);
    }
}

fn lock<T>(held: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

type Answer = Result<Json<Value>, StatusCode>;

async fn jwks(State(known): State<Arc<Known>>, Path(client): Path<String>) -> Answer {
    known.fetches.fetch_add(1, Ordering::SeqCst);
    if known.is_down.load(Ordering::SeqCst) {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    if client != CLIENT {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(Json(json!({"keys": *lock(&known.keys)})))
}

async fn person(
    State(known): State<Arc<Known>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    known.asked.fetch_add(1, Ordering::SeqCst);
    if known.is_down.load(Ordering::SeqCst) {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let key = headers
        .get("authorization")
        .map(|key| key.as_bytes().to_vec());
    if key != Some(format!("Bearer {API_KEY}").into_bytes()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let found = lock(&known.people).get(&id).cloned();
    found.map(Json).ok_or(StatusCode::NOT_FOUND)
}
