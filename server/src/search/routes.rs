//! `/v1/search`.

use super::{Ask, Rank, search};
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, Json, Page, PageQuery, Query};
use axum::extract::State;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::search::SearchItem;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Longest name of a speaker, in UTF-16 code units.
const SPEAKER_UTF16: usize = 100;

/// The routes of search.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find))
}

/// What to look for, and where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
struct SearchQuery {
    /// Words, of which one has to be there and the more the better; `wor*` for words that
    /// begin so; `"a phrase"` that has to be there as it stands; `-word`, `-wor*`,
    /// `-"a phrase"` for what must not be there. At most 1 000 UTF-16 code units and 32
    /// parts.
    #[param(min_length = 1, max_length = 1000, example = "budget")]
    q: String,
    /// Only in this meeting.
    #[param(nullable = false, value_type = Option<MeetingId>)]
    meeting_id: Option<String>,
    /// Only what was said or written by somebody of this name, whatever its case and
    /// accents, or with this user id.
    #[param(nullable = false, max_length = 100)]
    speaker: Option<String>,
    /// Only what begins then or later, in milliseconds since the Unix epoch.
    #[param(nullable = false)]
    from: Option<u64>,
    /// Only what begins before then, in milliseconds since the Unix epoch.
    #[param(nullable = false)]
    to: Option<u64>,
    /// The `next` of the page before; the first page without it.
    #[param(nullable = false)]
    after: Option<String>,
    /// Most items wanted; 1 to 100, 20 if absent.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl SearchQuery {
    fn ask(self) -> Result<Ask, Problem> {
        let page = PageQuery {
            after: self.after,
            limit: self.limit,
        };
        let given = |text: &String| !text.is_empty();
        let meeting = self.meeting_id.filter(given).map(|id| id.parse());
        let meeting = meeting.transpose();
        let meeting_id = meeting.map_err(|_| Problem::field("/meetingId", "not an id"))?;
        let speaker = self.speaker.filter(given);
        if speaker
            .as_ref()
            .is_some_and(|name| name.encode_utf16().count() > SPEAKER_UTF16 || name.contains('\0'))
        {
            let why = format!("at most {SPEAKER_UTF16} UTF-16 code units");
            return Err(Problem::field("/speaker", why));
        }
        Ok(Ask {
            after: page.after::<Rank>()?,
            limit: page.limit(20)?,
            q: self.q,
            meeting_id,
            speaker,
            from: self.from,
            to: self.to,
        })
    }
}

/// Searches segments of transcripts, passages of notes and messages of all meetings that
/// the caller may read, the best answers first; the best 600 at most. What is written is
/// found some seconds later.
#[utoipa::path(get, path = "/v1/search", tag = "search", security(("bearer" = [])),
    params(SearchQuery),
    responses((status = 200, body = Page<SearchItem>),
        (status = 403, description = "You take no part in the meeting that you name"),
        (status = 404, description = "The meeting that you name is absent, or not yours to see"),
        (status = 422, description = "Nothing to look for, or too much; `errors` names where")))]
async fn find(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Page<SearchItem>>, Failure> {
    let mut ask = query.ask()?;
    let limit = ask.limit;
    ask.limit += 1;
    let items = search(&app, &caller, &ask).await?;
    let cursor = |last: &SearchItem| Rank::of(last).to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}
