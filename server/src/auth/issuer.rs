//! The embedded issuer of development: an RS256 key made at first start and kept
//! in the database, so that every node signs with the same one.

use super::claims::{Audience, Claims};
use super::store;
use crate::clock::{Clock, Ids};
use crate::db::{Db, StoreError};
use crate::user::NewUser;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use connvo_core::error::{ErrorCode, Problem};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use pem::Pem;

/// The `iss` of development tokens.
pub const ISSUER: &str = "urn:connvo:dev";
/// The `aud` of development tokens.
pub const AUDIENCE: &str = "connvo";
/// How long a token is good, in seconds.
const LIFETIME_S: u64 = 24 * 60 * 60;

/// Signs tokens for whoever asks.
pub struct Issuer {
    kid: String,
    key: EncodingKey,
}

impl Issuer {
    /// Reads the oldest key; makes one where there is none.
    pub(super) async fn open(db: &Db, clock: &Clock, ids: &Ids) -> Result<Self, StoreError> {
        if store::signing_keys(db).await?.is_empty() {
            let pem = tokio::task::spawn_blocking(make_key)
                .await
                .map_err(|error| StoreError::damaged("signing key", &error))??;
            store::add_signing_key(db, &ids.uuid(), &pem, clock.now_ms()).await?;
        }
        let keys = store::signing_keys(db).await?;
        let Some(oldest) = keys.into_iter().next() else {
            return Err(StoreError::damaged("signing key", &"none is there"));
        };
        Ok(Self {
            key: EncodingKey::from_rsa_pem(oldest.private_pem.as_bytes())
                .map_err(|error| StoreError::damaged("signing key", &error))?,
            kid: oldest.kid,
        })
    }

    /// What a token for this person's new session says.
    pub(super) fn claims(&self, person: &NewUser, session: String, now_ms: u64) -> Claims {
        let now = now_ms / 1000;
        Claims {
            iss: ISSUER.into(),
            aud: Some(Audience::One(AUDIENCE.into())),
            sub: format!("dev|{}", person.email()),
            sid: Some(session),
            email: Some(person.email().to_owned()),
            email_verified: true,
            name: Some(person.name().to_owned()),
            act: None,
            nbf: None,
            iat: now,
            exp: now + LIFETIME_S,
        }
    }

    /// The signed token.
    pub(super) fn sign(&self, claims: &Claims) -> Result<String, Problem> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.kid.clone());
        encode(&header, claims, &self.key).map_err(|error| {
            tracing::error!(%error, "a token cannot be signed");
            Problem::new(ErrorCode::Internal, "a fault of the server's own")
        })
    }
}

fn make_key() -> Result<String, StoreError> {
    let made = KeyPair::generate(KeySize::Rsa2048).and_then(|key| key.as_der());
    let der: Pkcs8V1Der<'_> = made.map_err(|error| StoreError::damaged("signing key", &error))?;
    Ok(pem::encode(&Pem::new("PRIVATE KEY", der.as_ref())))
}
