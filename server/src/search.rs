//! Search: the index finds at most some hundred documents that may answer, of those that
//! the caller may read and no others; core ranks them, the same way on every database.
//!
//! A document is found by any of the query's words; the rarest first, as long as there is
//! room. Words that are in too many documents find nothing by themselves where there are
//! rarer ones: they only rank. Where all are so common, documents with all of them are
//! found, those that came into the index last.

pub mod index;
pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::db::{StoreError, to_u64};
use crate::meeting::authorise;
use crate::org::standing::of_org;
use connvo_core::access::Action;
use connvo_core::entitlement::{Limits, Plan};
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::search::rank::{Candidate, Collection, Counted, scores};
use connvo_core::search::snippet::snippet;
use connvo_core::search::{Clause, Query, SearchItem};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use store::{Found, Reader, Scope};

/// A word that is in more documents than this is common.
const COMMON: usize = 500;
/// Documents that are ranked at most: so far the pages go.
const RANKED: usize = 600;

/// What to look for, and where.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The query, as typed.
    pub q: String,
    /// Only in this meeting.
    pub meeting_id: Option<MeetingId>,
    /// Only what is said by somebody of this name, label or id.
    pub speaker: Option<String>,
    /// Only what begins then or later, in milliseconds since the Unix epoch.
    pub from: Option<u64>,
    /// Only what begins before, in milliseconds since the Unix epoch.
    pub to: Option<u64>,
    /// Only what comes after this.
    pub after: Option<Rank>,
    /// Most items.
    pub limit: u32,
}

/// Where something stands among what a query finds: what orders it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rank {
    score: f64,
    start_ms: u64,
    of: String,
}

impl Rank {
    fn of(item: &SearchItem) -> Self {
        let of = [
            item.meeting_id.as_str(),
            item.source.as_str(),
            &item.source_id,
        ];
        Self {
            score: item.score,
            start_ms: item.start_ms,
            of: of.join("/"),
        }
    }

    fn of_found(found: &Found, score: f64) -> Self {
        let of = [found.meeting_id.as_str(), &found.source, &found.source_id];
        Self {
            score,
            start_ms: to_u64(found.start_ms),
            of: of.join("/"),
        }
    }

    /// The better one first; of equals the later.
    fn order(&self, other: &Self) -> Ordering {
        let score = other.score.total_cmp(&self.score);
        let later = other.start_ms.cmp(&self.start_ms);
        score.then(later).then_with(|| self.of.cmp(&other.of))
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:x}.{}.{}",
            self.score.to_bits(),
            self.start_ms,
            self.of
        )
    }
}

impl FromStr for Rank {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().ok_or(());
        let score = u64::from_str_radix(next()?, 16).map_err(|_| ())?;
        Ok(Self {
            score: f64::from_bits(score),
            start_ms: next()?.parse().map_err(|_| ())?,
            of: next()?.to_owned(),
        })
    }
}

/// What answers the query best, of what the actor may read; one more than asked for where
/// there is more.
///
/// # Errors
/// `VALIDATION_ERROR` for a query that asks for nothing; `NOT_FOUND` and `FORBIDDEN` for a
/// meeting that is named, as for its transcript.
pub async fn search(app: &App, actor: &Actor, ask: &Ask) -> Result<Vec<SearchItem>, Problem> {
    let query = Query::parse(&ask.q)?;
    if let Some(meeting) = &ask.meeting_id {
        authorise(app, actor, meeting, Action::ReadTranscript).await?;
    }
    let scope = scope(app, actor, ask).await?;
    let reader = Reader::new(&app.db, &scope).await?;
    let (counted, ids) = candidates(&reader, &query).await?;
    let found = reader.ranked(&query, &ids).await?;
    let best = best(&query, &counted, scope.collection, &found, ask);
    let ids: Vec<_> = best.iter().map(|(id, _)| *id).collect();
    let shown = reader.shown(&ids).await?;
    let mut shown: HashMap<_, _> = shown
        .into_iter()
        .map(|(id, item, text)| (id, (item, text)))
        .collect();
    let item = |(id, score): (i64, f64)| {
        // What is gone since is not shown.
        let (item, text) = shown.remove(&id)?;
        let snippet = snippet(&text, &query);
        Some(SearchItem {
            score,
            snippet,
            ..item
        })
    };
    Ok(best.into_iter().filter_map(item).collect())
}

/// What the actor may read, and since when.
async fn scope(app: &App, actor: &Actor, ask: &Ask) -> Result<Scope, StoreError> {
    let now = app.clock.now_ms();
    let user = &actor.user_id;
    let held = store::held(&app.db, user, ask.meeting_id.as_ref()).await?;
    let mut scope = Scope::of(user, ask);
    for org in held {
        scope.collection.documents += org.documents;
        scope.collection.length += org.length;
        let limits = match &org.id {
            Some(id) => of_org(&app.db, id, now).await?.limits,
            None => Limits::of(Plan::Free),
        };
        scope.keep(org.id.as_ref(), limits.transcript_since(now));
    }
    Ok(scope)
}

/// Documents that may answer, and how common each part of the query is.
async fn candidates(
    reader: &Reader<'_>,
    query: &Query,
) -> Result<(Vec<Counted>, Vec<i64>), StoreError> {
    let mut counted = Vec::new();
    let mut lists: Vec<Vec<i64>> = Vec::new();
    let mut common: Vec<Clause> = Vec::new();
    for clause in query.ways() {
        let ids = reader
            .find(query, std::slice::from_ref(clause), COMMON + 1)
            .await?;
        let is_common = ids.len() > COMMON;
        counted.push(Counted {
            clause: clause.clone(),
            documents: (!is_common).then_some(ids.len() as u64),
        });
        if is_common {
            common.push(clause.clone());
        } else {
            lists.push(ids);
        }
    }
    lists.sort_by_key(Vec::len);
    let mut all = HashSet::new();
    for list in lists {
        if !all.is_empty() && all.len() + list.len() > RANKED {
            break;
        }
        all.extend(list);
    }
    // Of common words alone: all of them first, then ever fewer.
    while all.is_empty() && !common.is_empty() {
        all.extend(reader.latest(query, &common, RANKED).await?);
        common.pop();
    }
    Ok((counted, all.into_iter().collect()))
}

/// The best of what was found, with their scores.
fn best(
    query: &Query,
    counted: &[Counted],
    collection: Collection,
    found: &[Found],
    ask: &Ask,
) -> Vec<(i64, f64)> {
    fn candidate(one: &Found) -> Candidate<'_> {
        Candidate {
            words: &one.words,
            stems: &one.stems,
            length: u32::try_from(one.length).unwrap_or(u32::MAX),
        }
    }
    let candidates: Vec<_> = found.iter().map(candidate).collect();
    let scores = scores(query, counted, collection, COMMON as u64, &candidates);
    let scored = found.iter().zip(scores);
    let mut all: Vec<_> = scored
        .map(|(one, score)| (Rank::of_found(one, score), one.id))
        .collect();
    if let Some(after) = &ask.after {
        all.retain(|(rank, _)| after.order(rank).is_lt());
    }
    all.sort_by(|(one, _), (other, _)| one.order(other));
    all.truncate(ask.limit as usize);
    all.into_iter().map(|(rank, id)| (id, rank.score)).collect()
}
