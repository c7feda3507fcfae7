//! HTTP: the router with its layers, errors as problem+json, the API description
//! and the web app.

mod by_person;
mod describe;
mod docs;
mod example;
mod extract;
mod host;
mod idempotency_key;
mod limited;
mod problem;
mod request_info;
mod router;
mod www;

pub use extract::{Json, Path, Query};
pub use idempotency_key::{IdempotencyHeader, IdempotencyKey};
pub use limited::Limited;
pub use problem::Failure;
pub(crate) use request_info::request_info;
pub use router::{description, router};

use connvo_core::error::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Most items of one page.
pub const PAGE_ITEMS: u32 = 100;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The `after` of the next page; null at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `limit` items, made of one more when there is one: only then is there
    /// a next page, after the last item shown.
    pub fn of(mut items: Vec<T>, limit: u32, cursor: impl FnOnce(&T) -> String) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }

    /// The same page of something else.
    pub fn map<U>(self, other: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(other).collect(),
            next: self.next,
        }
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
pub struct PageQuery {
    /// The `next` of the page before; the first page without it.
    #[param(nullable = false)]
    pub after: Option<String>,
    /// Most items wanted; 1 to 100.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl PageQuery {
    /// How many items to give, where `default` is what a silent caller gets.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` beyond 1 to 100.
    pub fn limit(&self, default: u32) -> Result<u32, Problem> {
        match self.limit.unwrap_or(default) {
            limit @ 1..=PAGE_ITEMS => Ok(limit),
            _ => Err(Problem::field(
                "/limit",
                format!("1 to {PAGE_ITEMS} items are given at once"),
            )),
        }
    }

    /// The cursor, of whatever type the list is ordered by; an empty one is none.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` when it is not one.
    pub fn after<T: std::str::FromStr>(&self) -> Result<Option<T>, Problem> {
        let refuse = || Problem::field("/after", "not a cursor of this list");
        match self.after.as_deref() {
            Some("") => Ok(None),
            Some(after) if after.contains('\0') => Err(refuse()),
            Some(after) => after.parse().map(Some).map_err(|_| refuse()),
            None => Ok(None),
        }
    }
}
