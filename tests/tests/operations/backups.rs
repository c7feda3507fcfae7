//! What README says of backups, done word by word: what was stored is there again, and who
//! remembers what came after the backup takes none of it for what is there now.

use crate::client::{Api, Person};
use crate::line::{Line, SUB, id};
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_core::protocol::lane::ServerLane;
use connvo_server::clock::Clock;
use connvo_server::config::Settings;
use connvo_tests::postgres;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const README: &str = include_str!("../../../README.md");

/// The commands of README's block that begins with this one, one after the other.
fn commands(first: &str) -> Vec<String> {
    let mut blocks = README.split("```sh\n").skip(1);
    let block = blocks.find(|block| block.starts_with(first));
    let (block, _) = block.and_then(|block| block.split_once("```")).unwrap();
    let mut commands: Vec<String> = Vec::new();
    for line in block.lines() {
        match commands.last_mut() {
            // It goes on.
            Some(last) if line.starts_with(' ') => *last = format!("{last}\n{line}"),
            _ => commands.push(line.to_owned()),
        }
    }
    commands
}

fn run(commands: &[String], folder: &Path, environment: &[(&str, &str)]) {
    for command in commands {
        let done = Command::new("sh")
            .args(["-euc", command])
            .current_dir(folder)
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{command}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_dump_of_postgres_is_what_was_there() {
    let (before, after) = (postgres::database().await, postgres::database().await);
    let folder = TempDir::new().unwrap();
    let environment = [
        ("DATABASE_URL", before.url()),
        ("RESTORED_URL", after.url()),
    ];
    let all = commands("pg_dump");
    let (backup, restore) = all.split_at(1);
    restores(
        |settings| settings.database_url = Some(before.url().into()),
        |settings| settings.database_url = Some(after.url().into()),
        || run(backup, folder.path(), &environment),
        || run(restore, folder.path(), &environment),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_sqlite_is_what_was_there() {
    let folder = TempDir::new().unwrap();
    let all = commands("sqlite3");
    let (serve, rest) = all.split_last().unwrap();
    assert_eq!(serve, "connvo serve --data-dir restored");
    let (backup, restore) = rest.split_at(1);
    let at = |data: &str| {
        let data = folder.path().join(data);
        move |settings: &mut Settings| {
            settings.database_url = None;
            settings.data_dir = Some(data);
        }
    };
    restores(
        at("data"),
        at("restored"),
        || run(backup, folder.path(), &[]),
        || run(restore, folder.path(), &[]),
    )
    .await;
}

async fn says(ada: &Person<'_>, meeting: &str, segment: u64, text: &str) {
    let chunk = json!({"sourceId": "mic", "segmentId": segment.to_string(), "text": text,
        "startMs": 0, "endMs": 1, "speaker": {"label": "Ada"}});
    let path = format!("{meeting}/transcript");
    let (status, said) = ada.post(&path, json!({"chunks": [chunk]})).await;
    assert_eq!(status, 200, "{said}");
}

/// What somebody sees of a meeting.
async fn seen(ada: &Person<'_>, meeting: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in ["", "/notes", "/transcript", "/messages", "/participants"] {
        let (status, answer) = ada.get(&format!("{meeting}{path}")).await;
        assert_eq!(status, 200, "{answer}");
        let mut answer = answer;
        // It is to be another.
        if let Some(note) = answer.as_object_mut().filter(|_| path == "/notes") {
            note.remove("epoch");
        }
        seen.push(answer);
    }
    seen
}

async fn restores(
    before: impl FnOnce(&mut Settings),
    after: impl FnOnce(&mut Settings),
    backup: impl FnOnce(),
    restore: impl FnOnce(),
) {
    let api = Api::start_at(Clock::System, before).await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    assert_eq!(ada.post(&format!("{meeting}/start"), None).await.0, 200);
    ada.operate(&meeting, 0, 1, json!([{"insert": "kept"}]))
        .await;
    says(&ada, &meeting, 1, "kept").await;
    let message = json!({"text": "kept"});
    let posted = ada.post(&format!("{meeting}/messages"), message).await;
    assert_eq!(posted.0, 200, "{}", posted.1);
    let kept = seen(&ada, &meeting).await;
    backup();

    ada.operate(&meeting, 1, 2, json!([{"insert": "lost "}]))
        .await;
    says(&ada, &meeting, 2, "lost").await;
    let mut line = Line::of(&ada).await;
    let (_, note_epoch, cursor) = line.follow(&meeting, 6).await;
    assert_eq!(cursor, 2);
    let store_epoch = api.app.store_epoch.clone();

    restore();
    let again = Api::start_at(Clock::System, after).await;
    let ada = Person {
        api: &again,
        id: ada.id.clone(),
        token: ada.token.clone(),
    };
    assert_eq!(seen(&ada, &meeting).await, kept);
    // Others write on: a cursor from before would fit.
    let draft = |base: u64| {
        json!({"baseVersion": base, "clientId": "another", "clientSeq": base,
            "operation": [{"insert": "new "}]})
    };
    for base in 1..4 {
        let path = format!("{meeting}/notes/ops");
        let (status, written) = ada.post(&path, draft(base)).await;
        assert_eq!(status, 200, "{written}");
        says(&ada, &meeting, 10 + base, "new").await;
    }
    let mut line = Line::of(&ada).await;
    line.note(&meeting, 6, Some((note_epoch, cursor))).await;
    assert!(matches!(line.lane().await, ServerLane::Access { .. }));
    let lane = line.lane().await;
    let ServerLane::Snapshot { epoch, .. } = lane else {
        panic!("what is remembered is of another note: {lane:?}");
    };
    assert!(epoch > note_epoch);
    let mut line = Line::of(&ada).await;
    let meeting_id = id(&meeting);
    line.subscribe(Query::Transcript { meeting_id }, Some((store_epoch, 2)))
        .await;
    let frame = line.frame().await;
    let ServerFrame::Snapshot {
        sub: SUB,
        cursor: 4,
        ..
    } = frame
    else {
        panic!("what is remembered is of another journal: {frame:?}");
    };
}
