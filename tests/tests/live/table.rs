//! The access table of core, walked: every role, status, right given and state of a
//! meeting, against every route, live query, command, and the stock Yjs door.

use crate::client::{Api, NOW, Person};
use crate::line::{Heard, Line, SUB, id};
use connvo_core::access::surface::{Gate, ROUTES, gate};
use connvo_core::access::{Action, NOTE_GRACE_MS, ParticipantStatus, Role, Standing, can};
use connvo_core::chat::{Change, MessageDraft, What};
use connvo_core::error::Problem;
use connvo_core::live::stock::Message;
use connvo_core::meeting::MeetingState;
use connvo_core::protocol::Command;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_core::protocol::lane::ServerLane;
use connvo_server::config::RateLimits;
use connvo_server::db::StoreError;
use connvo_server::on_db;
use connvo_tests::load::author::Author;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A place in the table.
#[derive(Debug, Clone, Copy)]
struct Place {
    standing: Standing,
    state: MeetingState,
    ended_at: Option<u64>,
}

impl Place {
    fn allows(&self, action: Action) -> Result<(), Problem> {
        can(&self.standing, self.state, self.ended_at, NOW, action)
    }

    /// The status that an action's refusal has; `None` when it is allowed.
    fn refusal(&self, action: Action) -> Option<u16> {
        // There is nobody who could follow this host.
        if action == Action::LeaveMeeting && self.standing.role == Role::Host {
            return Some(self.allows(action).err().map_or(409, |no| no.code.status()));
        }
        self.allows(action).err().map(|no| no.code.status())
    }
}

fn places() -> Vec<Place> {
    let states = [
        (MeetingState::Scheduled, None),
        (MeetingState::Active, None),
        (MeetingState::Concluded, Some(NOW - 1)),
        (MeetingState::Concluded, Some(NOW - NOTE_GRACE_MS)),
        (MeetingState::Cancelled, Some(NOW - 1)),
    ];
    let mut places = Vec::new();
    for role in Role::ALL {
        for status in ParticipantStatus::ALL {
            // None of the rights, each alone, all of them.
            for given in [0, 1, 2, 4, 7] {
                for (state, ended_at) in states {
                    let standing = Standing {
                        role,
                        status,
                        can_share: given & 1 != 0,
                        can_record: given & 2 != 0,
                        can_invite: given & 4 != 0,
                    };
                    places.push(Place {
                        standing,
                        state,
                        ended_at,
                    });
                }
            }
        }
    }
    places
}

/// A meeting of Ada's, in which Bob is what each place says.
struct Scene<'a> {
    api: &'a Api,
    ada: Person<'a>,
    bob: Person<'a>,
    meeting: String,
    /// Makes every change another one.
    count: u64,
}

impl<'a> Scene<'a> {
    async fn new(api: &'a Api) -> Self {
        let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
        let meeting = ada.meeting().await;
        ada.operate(&meeting, 0, 1, json!([{"insert": "first"}]))
            .await;
        ada.invite(&meeting, "bob", "participant").await;
        ada.invite(&meeting, "guest", "participant").await;
        // Something that Bob has said, under a label that is his alone.
        ada.post(&format!("{meeting}/start"), Value::Null).await;
        let said = json!({"chunks": [{"sourceId": "mic", "segmentId": "bob", "text": "hi",
            "startMs": 0, "endMs": 1, "speaker": {"label": "own", "userId": bob.id}}]});
        let (status, said) = ada.post(&format!("{meeting}/transcript"), said).await;
        assert_eq!(status, 200, "{said}");
        ada.invite(&meeting, "asker", "participant").await;
        Self {
            api,
            ada,
            bob,
            meeting,
            count: 0,
        }
    }

    async fn set(&self, place: &Place) -> Result<(), StoreError> {
        let meeting = id(&self.meeting);
        let Place {
            standing,
            state,
            ended_at,
        } = place;
        on_db!(
            &self.api.app.db,
            transaction | tx | {
                sqlx::query(
                    // Who has taken their wish to join back is not there.
                    "INSERT INTO participants (meeting_id, email, user_id, role, status,
                        can_share, can_record, can_invite, created_at, updated_at)
                     VALUES ($1, 'bob@example.org', $2, $3, $4, $5, $6, $7, 0, 0)
                     ON CONFLICT (meeting_id, email) DO UPDATE SET role = $3, status = $4,
                        can_share = $5, can_record = $6, can_invite = $7",
                )
                .bind(meeting.as_str())
                .bind(&self.bob.id)
                .bind(standing.role.as_str())
                .bind(standing.status.as_str())
                .bind(standing.can_share)
                .bind(standing.can_record)
                .bind(standing.can_invite)
                .execute(&mut *tx)
                .await?;
                sqlx::query(
                    "UPDATE participants SET status = 'invited', can_share = FALSE
                     WHERE meeting_id = $1 AND email = 'guest@example.org'",
                )
                .bind(meeting.as_str())
                .execute(&mut *tx)
                .await?;
                sqlx::query(
                    "UPDATE participants SET status = 'requested'
                     WHERE meeting_id = $1 AND email = 'asker@example.org'",
                )
                .bind(meeting.as_str())
                .execute(&mut *tx)
                .await?;
                sqlx::query("UPDATE meetings SET state = $2, ended_at = $3 WHERE id = $1")
                    .bind(meeting.as_str())
                    .bind(state.as_str())
                    .bind(ended_at.map(|at| at as i64))
                    .execute(&mut *tx)
                    .await?;
                // One program, whatever became of those of the place before.
                sqlx::query("DELETE FROM service_tokens WHERE meeting_id = $1")
                    .bind(meeting.as_str())
                    .execute(&mut *tx)
                    .await?;
                sqlx::query(
                    "INSERT INTO service_tokens (id, meeting_id, name, secret_hash, created_by,
                         created_at) VALUES ('program', $1, 'Bot', 'none', $2, 0)",
                )
                .bind(meeting.as_str())
                .bind(&self.ada.id)
                .execute(&mut *tx)
                .await?;
            }
        );
        // It was changed behind the server's back.
        self.api.app.memberships.forget(&meeting);
        Ok(())
    }

    fn chunk(&mut self) -> Value {
        self.count += 1;
        json!({"chunks": [{"sourceId": "mic", "segmentId": self.count.to_string(), "text": "hi",
            "startMs": 0, "endMs": 1, "speaker": {"label": "Bob"}}]})
    }

    fn messages(&mut self) -> Value {
        self.count += 1;
        json!({"sourceId": "file", "startedAt": 0,
            "messages": [{"id": self.count, "start": 0, "end": 1, "text": "hi"}]})
    }

    fn name(&mut self) -> Value {
        self.count += 1;
        json!({"name": format!("Bob {}", self.count)})
    }

    fn operation(&mut self) -> Value {
        self.count += 1;
        json!({"baseVersion": 1, "clientId": "bob", "clientSeq": self.count,
            "operation": [{"insert": "x"}]})
    }

    fn words(&mut self) -> Value {
        self.count += 1;
        json!({"text": self.count.to_string()})
    }

    /// A message of Bob's, whatever he may do.
    async fn message(&mut self) -> String {
        let id = self.api.app.ids.message();
        let draft: MessageDraft = serde_json::from_value(self.words()).unwrap();
        let change = Change {
            by: Some(self.bob.id.parse().unwrap()),
            name: "Bob".into(),
            role: Role::Participant,
            at: NOW,
            what: What::Post(draft.validate(id.clone()).unwrap()),
        };
        let room = self
            .api
            .app
            .rooms
            .open(&self::id(&self.meeting))
            .await
            .unwrap();
        room.change_chat(change, None).await.unwrap();
        id.to_string()
    }

    /// What a route is sent; a route that is not known here fails the test.
    fn body(&mut self, method: &str, path: &str) -> Option<Value> {
        match (method, path) {
            ("get" | "delete", _) => None,
            ("patch", "/v1/meetings/{id}") => Some(json!({"tags": ["team"]})),
            ("patch", "/v1/meetings/{id}/participants/{who}") => Some(json!({"canShare": false})),
            ("post", "/v1/meetings/{id}/host") => Some(json!({"userId": self.ada.id})),
            ("post", "/v1/meetings/{id}/participants") => {
                // As what anybody may give who may invite at all.
                Some(json!({"email": "guest@example.org", "role": "participant",
                    "canShare": false}))
            }
            ("post", "/v1/meetings/{id}/notes/ops") => Some(self.operation()),
            ("post", "/v1/meetings/{id}/transcript") => Some(self.chunk()),
            ("post", "/v1/meetings/{id}/messages")
            | ("patch", "/v1/meetings/{id}/messages/{message}") => Some(self.words()),
            ("put", "/v1/meetings/{id}/messages/{message}/reactions/{emoji}") => None,
            ("post", "/v1/meetings/{id}/transcript/{provider}") => Some(self.messages()),
            ("put", "/v1/meetings/{id}/transcript/speakers/{label}")
            | ("post", "/v1/meetings/{id}/service-tokens") => Some(self.name()),
            (
                "post",
                "/v1/meetings/{id}/start"
                | "/v1/meetings/{id}/end"
                | "/v1/meetings/{id}/cancel"
                | "/v1/meetings/{id}/accept"
                | "/v1/meetings/{id}/decline"
                | "/v1/meetings/{id}/join"
                | "/v1/meetings/{id}/hand"
                | "/v1/meetings/{id}/speakers/next"
                | "/v1/meetings/{id}/transcription/pause"
                | "/v1/meetings/{id}/transcription/resume"
                | "/v1/meetings/{id}/participants/{who}/approve"
                | "/v1/meetings/{id}/participants/{who}/refuse"
                | "/v1/meetings/{id}/leave"
                | "/v1/meetings/{id}/notes/versions/{n}/restore",
            ) => None,
            _ => panic!("{method} {path}: say here what it is sent"),
        }
    }

    async fn ask(&mut self, method: &str, path: &str, token: Option<&str>) -> (u16, Value) {
        let body = self.body(method, path);
        // Who asks to join is somebody else than who is invited.
        let answers = path.ends_with("/approve") || path.ends_with("/refuse");
        let who = if answers { "asker" } else { "guest" };
        let message = match path.contains("{message}") {
            true => self.message().await,
            false => String::new(),
        };
        let path = path
            .replace("/v1/meetings/{id}", &self.meeting)
            .replace("{message}", &message)
            .replace("{emoji}", "%F0%9F%91%8D")
            .replace("{n}", "1")
            .replace("{provider}", "whisper")
            .replace("{label}", "own")
            .replace("/export", "/export?format=vtt")
            .replace("{user}", &self.ada.id)
            .replace("{tokenId}", "program")
            .replace("{who}", &format!("{who}@example.org"));
        let method: Method = method.to_uppercase().parse().unwrap();
        let (status, answer) = self.api.send(method, &path, token, body.as_ref()).await;
        (status.as_u16(), answer)
    }
}

/// Every command, by its wire name.
const COMMANDS: [&str; 28] = [
    "appendProviderTranscript",
    "renameSpeaker",
    "applyNoteOperation",
    "restoreNote",
    "appendTranscript",
    "postMessage",
    "editMessage",
    "deleteMessage",
    "reactToMessage",
    "startMeeting",
    "endMeeting",
    "cancelMeeting",
    "updateMeeting",
    "joinMeeting",
    "leaveMeeting",
    "acceptInvitation",
    "declineInvitation",
    "approveParticipant",
    "refuseParticipant",
    "inviteParticipant",
    "removeParticipant",
    "changeParticipant",
    "handOverHost",
    "raiseHand",
    "lowerHand",
    "nextSpeaker",
    "pauseTranscription",
    "resumeTranscription",
];

async fn unlimited() -> Api {
    Api::start_with(|settings| settings.rate_limits = Some(RateLimits::Off)).await
}

#[tokio::test]
async fn every_route_has_a_gate_and_every_gate_a_route() {
    let api = Api::start().await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let gate = gate(method, path);
            assert!(gate.is_some(), "{method} {path} is not in the access table");
            let bears = operation.get("security").is_some();
            let open = matches!(
                gate,
                Some(Gate::Open | Gate::Signed | Gate::Linked | Gate::Socket)
            );
            assert_eq!(bears, !open, "{method} {path}: {gate:?}");
            described.insert((method.clone(), path.clone()));
        }
    }
    let table = ROUTES.iter().map(|row| (row.0.into(), row.1.into()));
    assert_eq!(table.collect::<BTreeSet<(String, String)>>(), described);
}

#[tokio::test]
async fn nobody_passes_a_gate_without_a_token_and_nobody_but_administrators_the_last() {
    let api = unlimited().await;
    let bob = api.sign_in("bob").await;
    for (method, path, gate) in ROUTES {
        let path = path
            .replace("{id}", &api.app.ids.uuid())
            .replace("{n}", "1")
            .replace("{message}", &api.app.ids.uuid())
            .replace("{emoji}", "x")
            .replace("{who}", "x")
            .replace("{user}", &api.app.ids.uuid())
            .replace("{tokenId}", &api.app.ids.uuid())
            .replace("{email}", "x@example.org")
            .replace("{key}", "x");
        let verb: Method = method.to_uppercase().parse().unwrap();
        if matches!(
            gate,
            Gate::Open | Gate::Signed | Gate::Linked | Gate::Socket
        ) {
            continue;
        }
        let (status, _) = api.send(verb.clone(), &path, None, None).await;
        assert_eq!(status, 401, "{method} {path}");
        let expected = match gate {
            Gate::Admin => 403,
            Gate::OrgMember | Gate::OrgInvited | Gate::OrgAdmin => 404,
            _ => continue,
        };
        // Of an administrator's route nothing is judged but the caller; of the others what
        // is asked of every caller alike is asked first.
        let body = match (gate, *method) {
            (Gate::Admin, _) | (_, "get" | "delete") => None,
            _ => Some(json!({"email": "eve@example.org", "role": "member"})),
        };
        let token = Some(bob.token.as_str());
        let (status, said) = api.send(verb, &path, token, body.as_ref()).await;
        assert_eq!(status, expected, "{method} {path}: {said}");
    }
}

#[tokio::test]
async fn a_plain_member_passes_no_gate_of_an_organisations_administrator() {
    let api = unlimited().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let org = org["id"].as_str().unwrap();
    let member = json!({"email": "bob@example.org", "role": "member"});
    let members = format!("/v1/orgs/{org}/members");
    assert_eq!(ada.post(&members, member).await.0, 201);
    let accept = format!("/v1/orgs/{org}/accept");
    assert_eq!(bob.post(&accept, Value::Null).await.0, 200);
    let mut tried = 0;
    for (method, path, gate) in ROUTES {
        if *gate != Gate::OrgAdmin {
            continue;
        }
        let path = path
            .replace("{id}", org)
            .replace("{user}", &ada.id)
            .replace("{email}", "eve@example.org");
        let verb: Method = method.to_uppercase().parse().unwrap();
        let body = (!matches!(*method, "get" | "delete"))
            .then(|| json!({"email": "eve@example.org", "role": "admin"}));
        let token = Some(bob.token.as_str());
        let (status, said) = api.send(verb, &path, token, body.as_ref()).await;
        assert_eq!(status, 403, "{method} {path}: {said}");
        tried += 1;
    }
    assert!(tried > 4, "{tried}");
    let own = json!({"role": "admin"});
    let raised = bob.put(&format!("{members}/{}", bob.id), own).await;
    assert_eq!(raised.0, 403, "nobody raises themselves: {}", raised.1);
}

#[tokio::test]
async fn every_route_of_a_meeting_answers_as_the_table_says() {
    let api = unlimited().await;
    let mut scene = Scene::new(&api).await;
    let token = scene.bob.token.clone();
    for place in places() {
        for (method, path, gate) in ROUTES {
            let Gate::Meeting(action) = gate else {
                continue;
            };
            scene.set(&place).await.unwrap();
            let (status, said) = scene.ask(method, path, Some(&token)).await;
            match place.refusal(*action) {
                Some(refused) => assert_eq!(status, refused, "{method} {path} {place:?} {said}"),
                None => assert!(
                    (200..300).contains(&status),
                    "{method} {path} {place:?} {said}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn every_query_and_command_of_the_live_socket_answers_as_the_table_says() {
    let api = unlimited().await;
    let mut scene = Scene::new(&api).await;
    let mut line = Line::of(&scene.bob).await;
    let meeting_id = || id(&scene.meeting);
    // A new query or command does not compile here before it is walked below.
    let _ = |query: &Query| match query {
        Query::Note { .. }
        | Query::NoteOps { .. }
        | Query::Transcript { .. }
        | Query::Chat { .. }
        | Query::Entitlements { .. }
        | Query::Speakers { .. }
        | Query::Participants { .. }
        | Query::MeetingState { .. }
        | Query::Meetings {}
        | Query::Me {} => {}
    };
    let _ = |command: &Command| match command {
        Command::ApplyNoteOperation { .. }
        | Command::RestoreNote { .. }
        | Command::AppendTranscript { .. }
        | Command::StartMeeting { .. }
        | Command::EndMeeting { .. }
        | Command::CancelMeeting { .. }
        | Command::UpdateMeeting { .. }
        | Command::JoinMeeting { .. }
        | Command::LeaveMeeting { .. }
        | Command::AcceptInvitation { .. }
        | Command::DeclineInvitation { .. }
        | Command::ApproveParticipant { .. }
        | Command::RefuseParticipant { .. }
        | Command::InviteParticipant { .. }
        | Command::RemoveParticipant { .. }
        | Command::ChangeParticipant { .. }
        | Command::HandOverHost { .. }
        | Command::RaiseHand { .. }
        | Command::LowerHand { .. }
        | Command::NextSpeaker { .. }
        | Command::PauseTranscription { .. }
        | Command::ResumeTranscription { .. }
        | Command::PostMessage { .. }
        | Command::EditMessage { .. }
        | Command::DeleteMessage { .. }
        | Command::ReactToMessage { .. }
        | Command::AppendProviderTranscript { .. }
        | Command::RenameSpeaker { .. } => {}
    };
    let queries = [
        Query::Note {
            meeting_id: meeting_id(),
            client_id: 5,
        },
        Query::NoteOps {
            meeting_id: meeting_id(),
        },
        Query::Transcript {
            meeting_id: meeting_id(),
        },
        Query::Chat {
            meeting_id: meeting_id(),
        },
        Query::Entitlements {
            meeting_id: meeting_id(),
        },
        Query::Speakers {
            meeting_id: meeting_id(),
        },
        Query::Participants {
            meeting_id: meeting_id(),
        },
        Query::MeetingState {
            meeting_id: meeting_id(),
        },
    ];
    for place in places() {
        for query in &queries {
            scene.set(&place).await.unwrap();
            line.subscribe(query.clone(), None).await;
            let action = query.action().unwrap();
            let refused = place.allows(action).err().map(|no| no.code);
            match line.next().await {
                Heard::Frame(text) => match serde_json::from_str(&text).unwrap() {
                    ServerFrame::Revoked { error, .. } => {
                        assert_eq!(Some(error.code), refused, "{query:?} {place:?}");
                    }
                    _ => assert_eq!(refused, None, "{query:?} {place:?} {text}"),
                },
                Heard::Lane(ServerLane::Access { writable, .. }) => {
                    assert_eq!(refused, None, "{query:?} {place:?}");
                    let may = place.allows(Action::WriteNote).is_ok();
                    assert_eq!(writable, may, "{place:?}");
                }
                other => panic!("{other:?}"),
            }
            line.say(&ClientFrame::Unsubscribe { sub: SUB }).await;
            line.say(&ClientFrame::Ping {}).await;
            while !matches!(line.next().await, Heard::Frame(text) if text.contains("pong")) {}
        }
        for kind in COMMANDS {
            scene.set(&place).await.unwrap();
            let mut command = match kind {
                "applyNoteOperation" => scene.operation(),
                "restoreNote" => json!({"version": 1}),
                "appendTranscript" => scene.chunk(),
                "reactToMessage" => json!({"emoji": "👍", "on": true}),
                "appendProviderTranscript" => {
                    let mut messages = scene.messages();
                    messages["provider"] = "whisper".into();
                    messages
                }
                "renameSpeaker" => {
                    let mut name = scene.name();
                    name["label"] = "own".into();
                    name
                }
                "postMessage" | "editMessage" | "deleteMessage" => scene.words(),
                "updateMeeting" => json!({"changes": {"tags": ["team"]}}),
                "approveParticipant" | "refuseParticipant" => json!({"who": "asker@example.org"}),
                "inviteParticipant" => json!({"email": "guest@example.org",
                    "role": "participant", "canShare": false}),
                "removeParticipant" => json!({"who": "guest@example.org"}),
                "changeParticipant" => json!({"who": "guest@example.org",
                    "changes": {"canShare": false}}),
                "handOverHost" => json!({"userId": scene.ada.id}),
                _ => json!({}),
            };
            command["messageId"] = json!(scene.message().await);
            command["type"] = kind.into();
            command["meetingId"] = json!(id(&scene.meeting));
            let command: Command = serde_json::from_value(command).unwrap();
            let status = place.refusal(command.action());
            scene.count += 1;
            let key = scene.count.to_string();
            let call = ClientFrame::Call {
                id: 1,
                key,
                command,
            };
            line.say(&call).await;
            let ServerFrame::Reply { error, .. } = line.frame().await else {
                panic!("a reply");
            };
            let answered = error.map(|no| no.code.status());
            assert_eq!(answered, status, "{kind} {place:?}");
        }
    }
}

#[tokio::test]
async fn the_stock_door_lets_in_and_lets_write_as_the_table_says() {
    let api = unlimited().await;
    let scene = Scene::new(&api).await;
    let mut client = 1_000;
    for place in places() {
        scene.set(&place).await.unwrap();
        let reads = place.allows(Action::ReadNote).err();
        let mut line = loop {
            match Line::stock(&scene.bob, &scene.meeting).await {
                // Those of the places before are about to close.
                Err(429) => tokio::task::yield_now().await,
                other => break other,
            }
        };
        let Ok(line) = &mut line else {
            let refused = line.err();
            assert_eq!(refused, reads.map(|no| no.code.status()), "{place:?}");
            continue;
        };
        assert_eq!(reads, None, "{place:?}");
        let before = scene.ada.content(&scene.meeting).await;
        client += 1;
        let update = Author::new(client, false).append("stock");
        line.stock_say(&Message::Step1(&[0])).await;
        line.step2().await;
        line.stock_say(&Message::Step2(&update)).await;
        line.stock_say(&Message::Step1(&[0])).await;
        line.step2().await;
        let written = scene.ada.content(&scene.meeting).await != before;
        assert_eq!(
            written,
            place.allows(Action::WriteNote).is_ok(),
            "{place:?}"
        );
    }
}
