//! What happens while a room is being opened is seen in it.

use super::*;
use crate::audit::{Entry, Kind as Kept, Trail};
use crate::bus::Kind;
use crate::idempotency::Once;
use crate::{chat, meeting, user};
use connvo_core::access::{ParticipantStatus, Role, Standing};
use connvo_core::id::UserId;
use connvo_core::meeting::{Meeting, MeetingPlan, MeetingState};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const NOW: u64 = 1_800_000_000_000;

struct Stage {
    rooms: Rooms,
    host: UserId,
    meeting: MeetingId,
    _folder: TempDir,
}

/// A host and a meeting that has not begun.
async fn stage() -> Stage {
    let folder = TempDir::new().unwrap();
    let db = Db::sqlite(folder.path()).await.unwrap();
    let clock = Clock::fixed(NOW);
    let ids = Ids::seeded(clock.clone(), 1);
    let trail = Trail::new(&ids, NOW, &Arc::default());
    let email = Some("ada@example.org");
    let new = ids.user();
    let host = user::store::ensure(&db, &new, "ada", email, "Ada", &trail);
    let host = host.await.unwrap();
    let planned = Meeting {
        id: ids.meeting(),
        plan: MeetingPlan {
            title: "Stand-up".into(),
            ..MeetingPlan::default()
        },
        state: MeetingState::Scheduled,
        standing: Standing::new(Role::Host, ParticipantStatus::Joined),
        organizer_id: host.clone(),
        series_id: None,
        participant_count: 1,
        occurrences: Vec::new(),
        occurrence_at: None,
        created_at: NOW,
        updated_at: NOW,
        started_at: None,
        ended_at: None,
        actual_duration: None,
    };
    let (entry, once) = (entry(&ids), Once::default());
    let stored = meeting::store::insert(&db, &planned, (None, None), &entry, &once);
    stored.await.unwrap();
    let ground = Ground {
        committer: Committer::start(&db),
        db,
        clock,
        ids,
        limits: NoteLimits::default(),
        idle: IDLE,
        bus: Bus::Alone,
    };
    Stage {
        rooms: Rooms::new(ground),
        host,
        meeting: planned.id,
        _folder: folder,
    }
}

fn entry(ids: &Ids) -> Entry {
    let made = (ids.uuid(), NOW);
    Entry::of(made, &Arc::default(), Kept::Change, "test", "meetings/1")
}

#[tokio::test]
async fn what_the_server_says_while_a_room_is_opened_is_shown_in_it() {
    let stage = stage().await;
    let (rooms, meeting) = (&stage.rooms, &stage.meeting);
    let end = CancellationToken::new();
    let catching_up = tokio::spawn(rooms.clone().catch_up(end.clone()));
    let visit = rooms.visit(meeting);
    let cell = &visit.cell;
    // The room has read its heads when the meeting starts, and is in nobody's reach yet.
    let open = async || {
        let room = actor::open(rooms.clone(), meeting.clone(), Arc::clone(cell)).await?;
        let ground = rooms.ground();
        let step = (MeetingState::Scheduled, MeetingState::Active, None);
        let along = (&entry(&ground.ids), &Once::default());
        let by = (&stage.host, meeting);
        let moved = meeting::store::advance(&ground.db, by, step, along, NOW).await;
        assert!(moved.unwrap().is_ok());
        let head = chat::store::head(&ground.db, meeting).await.unwrap();
        assert_eq!((room.feed().chat_head(), head), (0, 1));
        rooms.has_grown(meeting, Kind::Chat, head);
        // What is marked is looked at before the room is open, in vain.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        Ok(room)
    };
    let room = rooms.opened(cell, open).await.unwrap();
    let shown = async {
        while room.feed().chat_head() == 0 {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(60), shown).await;
    assert!(in_time.is_ok(), "it is shown with the next message only");
    end.cancel();
    catching_up.await.unwrap();
}
