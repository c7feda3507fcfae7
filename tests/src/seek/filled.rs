//! A server whose index is full.

use super::corpus::Corpus;
use crate::load::Failure;
use crate::postgres;
use connvo_core::search::token::{Indexed, key};
use connvo_server::app::App;
use connvo_server::clock::{Clock, Ids};
use connvo_server::config::{RateLimits, Settings};
use connvo_server::db::Db;
use connvo_server::server::Server;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Meetings, of which one person is in all and another in each twentieth.
const MEETINGS: usize = 200;
const FEW: usize = 20;
/// Who says what is said.
const SPEAKER: &str = "Ada";

const COLUMNS: &str = "INSERT INTO search_documents (meeting_id, source, source_id, speaker,
    speaker_key, start_ms, end_ms, text, words, stems, length, created_at";
const VALUES: &str = "VALUES ($1, 'segment', $2, $3, $4, $5, $5, $6, $7, $8, $9, $10";
const CURSORS_SQL: &str = "INSERT INTO search_cursors
        (meeting_id, kind, head, turn, documents, length, updated_at)
    SELECT meeting_id, 'transcript', 0, 1, COUNT(*), CAST(SUM(length) AS BIGINT), 0
    FROM search_documents GROUP BY meeting_id";

/// A server with documents.
pub struct Filled {
    /// What it runs on.
    pub app: App,
    /// Who may read every document.
    pub everywhere: Person,
    /// Who may read each twentieth.
    pub somewhere: Person,
    url: String,
    http: Client,
    _data: TempDir,
    _database: Option<postgres::Database>,
}

/// Somebody who has signed in.
pub struct Person(String);

macro_rules! fill {
    ($pool:expr, $sql:expr, $rows:expr, $vector:expr) => {{
        let mut tx = $pool.begin().await?;
        for (meeting, at, text) in $rows {
            let indexed = Indexed::of(text, Some(SPEAKER));
            let now = Clock::System.now_ms() as i64;
            let mut query = sqlx::query(sqlx::AssertSqlSafe($sql))
                .bind(meeting)
                .bind(at.to_string())
                .bind(SPEAKER)
                .bind(key(SPEAKER))
                .bind(at as i64 * 1_000)
                .bind(text)
                .bind(&indexed.words)
                .bind(&indexed.stems)
                .bind(i64::from(indexed.length))
                .bind(now);
            if $vector {
                query = query.bind(indexed.tsvector());
            }
            query.execute(&mut *tx).await?;
        }
        sqlx::query(CURSORS_SQL).execute(&mut *tx).await?;
        tx.commit().await?;
        sqlx::query("ANALYZE").execute($pool).await?;
    }};
}

impl Filled {
    /// A server with these documents, on a database.
    ///
    /// # Errors
    /// It does not start, or refuses something.
    pub async fn with(
        corpus: &Corpus,
        database: Option<postgres::Database>,
    ) -> Result<Self, Failure> {
        let data = TempDir::new()?;
        let settings = Settings {
            listen: Some(([127, 0, 0, 1], 0).into()),
            data_dir: Some(data.path().to_owned()),
            database_url: database.as_ref().map(|own| own.url().to_owned()),
            rate_limits: Some(RateLimits::Off),
            ..Settings::default()
        };
        let ids = Ids::random(Clock::System);
        let server = Server::bind_with(settings.resolve()?, Clock::System, ids).await?;
        let mut filled = Self {
            url: format!("http://{}", server.address()),
            app: server.app().clone(),
            everywhere: Person(String::new()),
            somewhere: Person(String::new()),
            http: Client::new(),
            _data: data,
            _database: database,
        };
        tokio::spawn(server.run());
        filled.everywhere = filled.sign_in("everywhere").await?;
        filled.somewhere = filled.sign_in("somewhere").await?;
        let mut meetings = Vec::new();
        for at in 0..MEETINGS {
            let draft = json!({"title": format!("Meeting {at}"), "type": "instant"});
            let made = filled.post("/v1/meetings", &draft).await?;
            let id = made["id"].as_str().ok_or("no id")?.to_owned();
            if at % FEW == 0 {
                let whom = json!({"email": "somewhere@example.org", "role": "participant"});
                let path = format!("/v1/meetings/{id}/participants");
                filled.post(&path, &whom).await?;
                let path = format!("/v1/meetings/{id}/accept");
                let request = filled.http.post(format!("{}{path}", filled.url));
                let answer = request.bearer_auth(&filled.somewhere.0).send().await?;
                answer.error_for_status()?;
            }
            meetings.push(id);
        }
        // What is said one after the other is of one meeting.
        let each = corpus.documents.len().div_ceil(MEETINGS);
        let rows = corpus.documents.iter().enumerate();
        let rows = rows.map(|(at, text)| (&meetings[at / each], at, text));
        match &filled.app.db {
            Db::Sqlite { writer, .. } => {
                fill!(writer, format!("{COLUMNS}) {VALUES})"), rows, false);
            }
            Db::Postgres(pool) => {
                let vector = "CAST(CAST($11 AS TEXT) AS tsvector)";
                let sql = format!("{COLUMNS}, vector) {VALUES}, {vector})");
                fill!(pool, sql.clone(), rows, true);
                sqlx::query("VACUUM ANALYZE").execute(pool).await?;
            }
        }
        Ok(filled)
    }

    async fn sign_in(&self, name: &str) -> Result<Person, Failure> {
        let draft = json!({"email": format!("{name}@example.org"), "name": name});
        let request = self.http.post(format!("{}/dev/token", self.url));
        let signed: Value = request.json(&draft).send().await?.json().await?;
        let token = signed["token"].as_str().ok_or("no token")?;
        Ok(Person(token.to_owned()))
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.everywhere.0).json(body);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Asks for the ten best; how many there are.
    ///
    /// # Errors
    /// The server refuses the question.
    pub async fn search(&self, person: &Person, question: &str) -> Result<usize, Failure> {
        let mut url = reqwest::Url::parse(&format!("{}/v1/search", self.url))?;
        url.query_pairs_mut()
            .append_pair("q", question)
            .append_pair("limit", "10");
        let request = self.http.request(Method::GET, url).bearer_auth(&person.0);
        let found: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(found["items"].as_array().map_or(0, Vec::len))
    }
}
