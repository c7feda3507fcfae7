//! IndexedDB as futures. Handlers are the resolvers of promises, so nothing has to
//! be kept alive and nothing leaks.

use super::StorageError;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbRequest,
    IdbRequestReadyState, IdbTransaction, IdbTransactionMode,
};

/// The result of a request, once it is there.
pub(super) async fn result(request: IdbRequest) -> Result<JsValue, StorageError> {
    if request.ready_state() == IdbRequestReadyState::Pending {
        let promise = Promise::new(&mut |resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        // The outcome is the request's own, read below.
        let _ = JsFuture::from(promise).await;
    }
    match request.error()? {
        None => Ok(request.result()?),
        error => Err(StorageError::of(error)),
    }
}

/// The end of a transaction. Made before its first request, so that no event is
/// missed; it must be awaited.
pub(super) struct Completion {
    transaction: IdbTransaction,
    promise: Promise,
}

impl Completion {
    /// Watches `transaction`.
    pub(super) fn of(transaction: &IdbTransaction) -> Self {
        let promise = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        Self {
            transaction: transaction.clone(),
            promise,
        }
    }

    /// Resolves when all that the transaction did is in the database.
    pub(super) async fn reached(self) -> Result<(), StorageError> {
        match JsFuture::from(self.promise).await {
            Ok(_) => Ok(()),
            Err(_) => Err(StorageError::of(self.transaction.error())),
        }
    }
}

/// Opens the database `name` with exactly `stores`, making those that are missing.
pub(super) async fn open(
    factory: &IdbFactory,
    name: &str,
    version: u32,
    stores: &'static [&'static str],
) -> Result<IdbDatabase, StorageError> {
    let request = factory.open_with_u32(name, version)?;
    let opening = request.clone();
    let upgrade = Closure::<dyn FnMut()>::new(move || {
        let Ok(database) = opening.result().map(JsValue::unchecked_into::<IdbDatabase>) else {
            return;
        };
        for store in stores {
            // Refused where it is there already, which is what is wanted.
            let _ = database.create_object_store(store);
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database: IdbDatabase = result(request.unchecked_into()).await?.unchecked_into();
    // A tab with newer code must not wait for this one: give way, and work on
    // in memory.
    let giving_way = database.clone();
    let version_change = Closure::<dyn FnMut()>::new(move || giving_way.close());
    database.set_onversionchange(Some(&version_change.into_js_value().unchecked_into()));
    Ok(database)
}

/// A transaction over `stores`.
pub(super) fn transaction(
    database: &IdbDatabase,
    stores: &[&str],
    write: bool,
) -> Result<IdbTransaction, StorageError> {
    let names: Array = stores.iter().map(|&name| JsValue::from_str(name)).collect();
    let mode = if write {
        IdbTransactionMode::Readwrite
    } else {
        IdbTransactionMode::Readonly
    };
    Ok(database.transaction_with_str_sequence_and_mode(&names, mode)?)
}

/// Values asked for and not yet there.
pub(super) struct Rows(IdbRequest);

impl Rows {
    /// The values, in the order of their keys.
    pub(super) async fn rows(self) -> Result<Vec<Array>, StorageError> {
        let values: Array = result(self.0).await?.unchecked_into();
        Ok(values.iter().map(JsValue::unchecked_into).collect())
    }
}

/// Asks for all values of `store` whose key begins with `prefix`.
pub(super) fn all(store: &IdbObjectStore, prefix: &[JsValue]) -> Result<Rows, StorageError> {
    let range = starts_with(prefix)?;
    Ok(Rows(store.get_all_with_key(&range)?))
}

/// Asks for all keys of `store` that begin with `prefix`.
pub(super) fn keys(store: &IdbObjectStore, prefix: &[JsValue]) -> Result<Rows, StorageError> {
    let range = starts_with(prefix)?;
    Ok(Rows(store.get_all_keys_with_key(&range)?))
}

/// A key made of parts.
pub(super) fn key(parts: &[JsValue]) -> JsValue {
    parts.iter().collect::<Array>().into()
}

/// The end of the keys that begin with `parts`: an array sorts after every number
/// and text.
pub(super) fn key_with_end(parts: &[JsValue]) -> JsValue {
    let key: Array = parts.iter().collect();
    key.push(&Array::new());
    key.into()
}

/// The range of the keys that begin with `prefix`.
pub(super) fn starts_with(prefix: &[JsValue]) -> Result<IdbKeyRange, StorageError> {
    between(&key(prefix), &key_with_end(prefix))
}

/// The range of the keys `lower` … `upper`, both included.
pub(super) fn between(lower: &JsValue, upper: &JsValue) -> Result<IdbKeyRange, StorageError> {
    Ok(IdbKeyRange::bound(lower, upper)?)
}

/// A number as a key or a field. Sequences and ids stay below 2⁵³.
pub(super) fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

/// A field of a stored value as a number; 0 where it is none.
pub(super) fn as_number(value: &JsValue) -> u64 {
    value.as_f64().unwrap_or(0.0) as u64
}

/// Bytes as a field.
pub(super) fn bytes(value: &[u8]) -> JsValue {
    Uint8Array::from(value).into()
}

/// A field of a stored value as bytes; none where it is none.
pub(super) fn as_bytes(value: &JsValue) -> Vec<u8> {
    value
        .dyn_ref::<Uint8Array>()
        .map(Uint8Array::to_vec)
        .unwrap_or_default()
}

impl StorageError {
    fn of(exception: Option<DomException>) -> Self {
        exception.map_or(Self::Failed(String::new()), |exception| {
            match exception.name().as_str() {
                "QuotaExceededError" => Self::Full,
                name => Self::Failed(format!("{name}: {}", exception.message())),
            }
        })
    }
}

impl From<JsValue> for StorageError {
    fn from(thrown: JsValue) -> Self {
        Self::of(thrown.dyn_into().ok())
    }
}
