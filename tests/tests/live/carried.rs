//! What is left for a connection is taken up by whoever left it; what the connection waits
//! for besides, frames and the clock, wakes it all the same.

use crate::client::Person;
use crate::line::{Line, SUB, id, ticking};
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use serde_json::Value;

const ROUNDS: u64 = 60;

async fn watch(person: &Person<'_>, meeting: &str) -> Line {
    let mut line = Line::of(person).await;
    let meeting_id = id(meeting);
    line.subscribe(Query::Transcript { meeting_id }, None).await;
    let ServerFrame::Snapshot { sub: SUB, .. } = line.frame().await else {
        panic!("a snapshot");
    };
    line
}

/// Hears until the transcript has come to `head`, and so many pings were answered.
async fn until(line: &mut Line, cursor: &mut u64, head: u64, mut pongs: u32) {
    while *cursor < head || pongs > 0 {
        match line.frame().await {
            ServerFrame::Events { from, to, .. } => {
                assert_eq!(from, *cursor + 1);
                *cursor = to;
            }
            ServerFrame::Pong {} => pongs -= 1,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_told_something_is_heard_and_told_the_rest_in_its_time() {
    let api = ticking().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut speaks = Line::of(&bob).await;
    let mut watches = watch(&ada, &meeting).await;
    let mut cursor = 0;
    for round in 0..ROUNDS {
        // The second comes within the first one's window: the clock brings it.
        let head = 2 * round + 2;
        assert_eq!(speaks.speaks(&meeting, head - 1).await, Ok(()));
        let on_the_way = round % 2 == 0;
        if on_the_way {
            watches.say(&ClientFrame::Ping {}).await;
        }
        assert_eq!(speaks.speaks(&meeting, head).await, Ok(()));
        until(&mut watches, &mut cursor, head, u32::from(on_the_way)).await;
        watches.say(&ClientFrame::Ping {}).await;
        until(&mut watches, &mut cursor, head, 1).await;
    }
}
