use super::*;
use crate::clock::{Clock, Ids};
use futures_util::FutureExt;

#[tokio::test]
async fn who_sends_more_than_a_room_holds_waits_until_it_has_answered() {
    let (sender, mut inbox) = mpsc::channel(64);
    let feed = Arc::new(Feed::new(0, 0, 0));
    let room = Room::new(sender, feed, 1, CancellationToken::new());
    let (author, mailbox) = (Ids::seeded(Clock::fixed(0), 1).user(), Arc::default());
    let offer = || room.stock_update(&author, None, vec![0; 1 << 20], &mailbox);
    let mut sent = 0;
    while offer().now_or_never().is_some() {
        sent += 1;
    }
    assert_eq!(sent, 8, "MiB");
    drop(inbox.recv().await);
    assert!(offer().now_or_never().is_some());
    assert!(offer().now_or_never().is_none());
}
