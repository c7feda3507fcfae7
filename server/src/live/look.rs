//! What each view shows, who sees the same of it, and what it reads.

use crate::app::App;
use crate::me;
use crate::meeting::{Membership, my_meetings_view, now, people};
use crate::org::standing::of_meeting;
use crate::transcript::speakers;
use crate::views::{Class, Key, Look, Seen, Topic};
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::live::room::unavailable;
use connvo_core::meeting::Meeting;
use connvo_core::protocol::frame::Query;
use serde::Serialize;
use std::sync::Arc;

/// The view of a query as `user` sees it, a member of the query's meeting where it has one.
pub(super) fn key(query: &Query, user: &UserId, membership: Option<&Membership>) -> Key {
    let class = match (query, membership) {
        (Query::Entitlements { .. } | Query::Speakers { .. } | Query::MeetingState { .. }, _) => {
            Class::Everybody
        }
        (_, Some(membership)) => Class::Role(membership.standing.role),
        (_, None) => Class::Person(user.clone()),
    };
    Key {
        query: query.clone(),
        class,
    }
}

/// What a view is known to read before it is read.
pub(super) fn topics(key: &Key) -> Vec<Topic> {
    match (&key.query, &key.class) {
        (Query::Entitlements { meeting_id }, _) => vec![Topic::Meeting(meeting_id.clone())],
        (Query::Speakers { meeting_id }, _) => vec![Topic::Speakers(meeting_id.clone())],
        (Query::Me {}, Class::Person(user)) => vec![Topic::Person(user.clone()), Topic::Flags],
        (Query::Participants { meeting_id }, _) => vec![Topic::Participants(meeting_id.clone())],
        (Query::MeetingState { meeting_id }, _) => vec![Topic::State(meeting_id.clone())],
        (Query::Meetings {}, Class::Person(user)) => vec![Topic::MeetingsOf(user.clone())],
        _ => Vec::new(),
    }
}

/// How a view is read.
pub(super) fn look(app: &App, key: &Key) -> Look {
    let (app, key) = (app.clone(), key.clone());
    Arc::new(move || {
        let (app, key) = (app.clone(), key.clone());
        Box::pin(async move { read(&app, &key).await })
    })
}

async fn read(app: &App, key: &Key) -> Result<Seen, Problem> {
    match (&key.query, &key.class) {
        (Query::Entitlements { meeting_id }, _) => {
            let standing = of_meeting(app, meeting_id).await?;
            Ok(Seen {
                json: json(&standing.entitlements)?,
                changes_at: standing.entitlements.changes_at,
                topics: standing.org_id.map(Topic::Org).into_iter().collect(),
            })
        }
        (Query::Speakers { meeting_id }, _) => {
            let names = speakers::names(app, meeting_id).await?;
            Ok(Seen {
                json: json(&names.list())?,
                changes_at: None,
                topics: Vec::new(),
            })
        }
        (Query::Me {}, Class::Person(user)) => {
            let (view, org_ids) = me::view(app, user).await?;
            Ok(Seen {
                json: json(&view)?,
                changes_at: view.entitlements.changes_at,
                topics: org_ids.into_iter().map(Topic::Org).collect(),
            })
        }
        (Query::Participants { meeting_id }, Class::Role(role)) => Ok(Seen {
            json: json(&people::participants_view(app, meeting_id, *role).await?)?,
            changes_at: None,
            topics: Vec::new(),
        }),
        (Query::MeetingState { meeting_id }, _) => {
            let state = now::state_view(app, meeting_id).await?;
            Ok(Seen {
                json: json(&state)?,
                changes_at: now::changes_at(app, &state),
                topics: Vec::new(),
            })
        }
        (Query::Meetings {}, Class::Person(user)) => {
            let meetings = my_meetings_view(app, user).await?;
            let of = |one: &Meeting| {
                [
                    Topic::Meeting(one.id.clone()),
                    Topic::Participants(one.id.clone()),
                ]
            };
            Ok(Seen {
                json: json(&meetings)?,
                changes_at: None,
                topics: meetings.iter().flat_map(of).collect(),
            })
        }
        _ => Err(Problem::not_found("the view")),
    }
}

fn json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|_| unavailable())
}
