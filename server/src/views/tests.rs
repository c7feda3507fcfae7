use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// A value that looks are counted of, and held up until they may end.
#[derive(Clone)]
struct Source {
    value: Arc<Mutex<Result<String, Problem>>>,
    looks: Arc<AtomicUsize>,
    may_end: Arc<Semaphore>,
    changes_at: Option<u64>,
    topics: Vec<Topic>,
}

impl Source {
    fn new() -> Self {
        Self {
            value: Arc::new(Mutex::new(Ok("0".into()))),
            looks: Arc::default(),
            may_end: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            changes_at: None,
            topics: Vec::new(),
        }
    }

    fn set(&self, value: &str) {
        *self.value.lock().unwrap() = Ok(value.into());
    }

    fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }

    fn look(&self) -> Look {
        let source = self.clone();
        Arc::new(move || {
            let source = source.clone();
            Box::pin(async move {
                source.looks.fetch_add(1, Ordering::SeqCst);
                let json = source.value.lock().unwrap().clone();
                source.may_end.acquire().await.unwrap().forget();
                Ok(Seen {
                    json: json?,
                    changes_at: source.changes_at,
                    topics: source.topics,
                })
            })
        })
    }
}

fn key(class: Class) -> Key {
    Key {
        query: Query::Me {},
        class,
    }
}

/// Whoever follows for subscription 1.
async fn follow(views: &Views, source: &Source, class: Class) -> (Follower, Arc<Mailbox>) {
    let mailbox = Arc::default();
    let follower = views.follow(&key(class), &[Topic::Flags], source.look(), (&mailbox, 1));
    follower.first().await.unwrap();
    mailbox.take();
    (follower, mailbox)
}

/// Everything that can go on without time has gone on.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

fn text(follower: &Follower) -> String {
    follower.now().unwrap().unwrap().json.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_view_is_read_once_for_all_who_see_the_same() {
    let (views, source) = (Views::new(Clock::fixed(0)), Source::new());
    let many: Vec<_> =
        futures_util::future::join_all((0..50).map(|_| follow(&views, &source, Class::Everybody)))
            .await;
    assert_eq!(source.looks(), 1);
    let (other, _) = follow(&views, &source, Class::Role(Role::Host)).await;
    assert_eq!(source.looks(), 2, "another class looks for itself");
    source.set("1");
    views.touch(&[Topic::Flags]);
    settle().await;
    assert_eq!(source.looks(), 4);
    for (follower, mailbox) in &many {
        assert_eq!(text(follower), "1");
        assert!(mailbox.take().woken.contains(&1));
    }
    assert_eq!(text(&other), "1");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_woken_for_a_value_that_is_the_same() {
    let (views, source) = (Views::new(Clock::fixed(0)), Source::new());
    let (_follower, mailbox) = follow(&views, &source, Class::Everybody).await;
    views.touch(&[Topic::Flags]);
    settle().await;
    assert_eq!(source.looks(), 2);
    assert!(mailbox.take().woken.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_touched_during_a_look_is_looked_at_again_once() {
    let (views, source) = (Views::new(Clock::fixed(0)), Source::new());
    let (follower, _) = follow(&views, &source, Class::Everybody).await;
    source.may_end.forget_permits(Semaphore::MAX_PERMITS);
    views.touch(&[Topic::Flags]);
    settle().await;
    assert_eq!(source.looks(), 2);
    for at in 1..=100 {
        source.set(&at.to_string());
        views.touch(&[Topic::Flags]);
    }
    source.may_end.add_permits(10);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(source.looks(), 3);
    assert_eq!(text(&follower), "100");
}

#[tokio::test(start_paused = true)]
async fn a_topic_found_by_reading_counts_from_before_the_reading() {
    let (views, mut source) = (Views::new(Clock::fixed(0)), Source::new());
    let meeting: connvo_core::id::MeetingId =
        "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d00".parse().unwrap();
    let topic = Topic::Meeting(meeting);
    source.topics = vec![topic.clone()];
    source.may_end.forget_permits(Semaphore::MAX_PERMITS);
    let mailbox = Arc::default();
    let at = key(Class::Everybody);
    let follower = views.follow(&at, &[], source.look(), (&mailbox, 1));
    follower.look();
    settle().await;
    source.set("1");
    views.touch(std::slice::from_ref(&topic));
    source.may_end.add_permits(10);
    assert_eq!(&*follower.first().await.unwrap().json, "1");
    source.set("2");
    views.touch(&[topic]);
    assert_eq!(&*follower.first().await.unwrap().json, "2");
}

#[tokio::test(start_paused = true)]
async fn what_ends_by_itself_is_looked_at_then() {
    let clock = Clock::fixed(0);
    let (views, mut source) = (Views::new(clock), Source::new());
    source.changes_at = Some(60_000);
    let (follower, mailbox) = follow(&views, &source, Class::Everybody).await;
    source.set("1");
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert_eq!(text(&follower), "0");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(text(&follower), "1");
    assert!(mailbox.take().woken.contains(&1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_and_what_nobody_follows_is_gone() {
    let (views, source) = (Views::new(Clock::fixed(0)), Source::new());
    let (follower, mailbox) = follow(&views, &source, Class::Everybody).await;
    *source.value.lock().unwrap() = Err(Problem::not_found("it"));
    views.touch(&[Topic::Flags]);
    settle().await;
    assert!(follower.now().unwrap().is_err());
    assert!(mailbox.take().woken.contains(&1));
    drop(follower);
    assert!(views.lock().entries.is_empty());
    assert!(views.lock().readers.is_empty());
    views.touch(&[Topic::Flags]);
    settle().await;
    assert_eq!(source.looks(), 2);
}
