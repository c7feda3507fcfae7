//! A task that whoever has just left something for it may carry on at once, in their own
//! time: what is left is taken up without waiting in line for a thread.
//!
//! Laws: one polls it at a time; what it waits for wakes its own task, whoever polled it;
//! when it panics it has ended, and whoever carried it on goes on.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The task's work.
pub struct Driven(Mutex<Held>);

struct Held {
    /// `None` once it is done.
    work: Option<Work>,
    /// Wakes the task, once it has been polled by itself.
    own: Option<Waker>,
}

impl std::fmt::Debug for Driven {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driven").finish_non_exhaustive()
    }
}

impl Driven {
    /// Nothing is done until it is [run](Self::run).
    pub fn new(work: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Held {
            work: Some(Box::pin(work)),
            own: None,
        })))
    }

    /// The task itself: returns when the work is done.
    pub async fn run(self: Arc<Self>) {
        poll_fn(|task| self.poll(task)).await;
    }

    fn poll(&self, task: &mut Context<'_>) -> Poll<()> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(&held.own, Some(own) if own.will_wake(task.waker())) {
            held.own = Some(task.waker().clone());
        }
        let polled = match &mut held.work {
            Some(work) => work.as_mut().poll(task),
            None => Poll::Ready(()),
        };
        if polled.is_ready() {
            held.work = None;
        }
        polled
    }

    /// Carries the work on as far as it goes now. False when somebody else is at it, or its
    /// task has not begun: then the task is to be woken. `carries` is told when it begins and
    /// when it ends, before anybody else may poll.
    pub fn drive(&self, carries: impl Fn(bool)) -> bool {
        let Ok(mut held) = self.0.try_lock() else {
            return false;
        };
        let Held { work, own } = &mut *held;
        let (Some(running), Some(own)) = (work.as_mut(), own) else {
            return false;
        };
        let mut task = Context::from_waker(own);
        carries(true);
        let polled = catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(&mut task)));
        carries(false);
        if !matches!(polled, Ok(Poll::Pending)) {
            own.wake_by_ref();
            *work = None;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;
    use tokio::sync::Notify;
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_secs(5);

    /// Counts how often it was told, and ends at `upto`.
    async fn counting(told: Arc<Notify>, count: Arc<AtomicU32>, upto: u32) {
        while count.load(Ordering::SeqCst) < upto {
            told.notified().await;
            count.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn whoever_left_something_carries_it_on() {
        let (told, count) = (Arc::new(Notify::new()), Arc::<AtomicU32>::default());
        let driven = Driven::new(counting(Arc::clone(&told), Arc::clone(&count), 2));
        assert!(!driven.drive(|_| {}), "its task has not begun");
        let task = tokio::spawn(Arc::clone(&driven).run());
        tokio::task::yield_now().await;

        // One thread: the task itself cannot have run.
        told.notify_one();
        assert!(driven.drive(|_| {}));
        assert_eq!(count.load(Ordering::SeqCst), 1);

        // What it waits for wakes its own task, though another polled it last.
        told.notify_one();
        timeout(SOON, task).await.expect("woken").expect("ended");
        assert_eq!(count.load(Ordering::SeqCst), 2);
        assert!(!driven.drive(|_| {}), "it is over");
    }

    #[tokio::test]
    async fn its_task_ends_when_it_was_carried_to_its_end() {
        let (told, count) = (Arc::new(Notify::new()), Arc::<AtomicU32>::default());
        let driven = Driven::new(counting(Arc::clone(&told), count, 1));
        let task = tokio::spawn(Arc::clone(&driven).run());
        tokio::task::yield_now().await;
        told.notify_one();
        assert!(driven.drive(|_| {}));
        timeout(SOON, task).await.expect("woken").expect("ended");
    }

    #[tokio::test]
    async fn a_panic_ends_it_and_nobody_else() {
        let told = Arc::new(Notify::new());
        let heard = Arc::clone(&told);
        let driven = Driven::new(async move {
            heard.notified().await;
            panic!("on purpose");
        });
        let task = tokio::spawn(Arc::clone(&driven).run());
        tokio::task::yield_now().await;
        told.notify_one();
        assert!(driven.drive(|_| {}));
        assert!(!driven.drive(|_| {}));
        timeout(SOON, task).await.expect("woken").expect("ended");
    }

    #[tokio::test]
    async fn one_is_at_it_at_a_time() {
        let own = Arc::new(Mutex::new(None::<Arc<Driven>>));
        let within = Arc::clone(&own);
        let driven = Driven::new(async move {
            let driven = within.lock().expect("free").take();
            assert!(!driven.expect("there").drive(|_| {}));
        });
        *own.lock().expect("free") = Some(Arc::clone(&driven));
        let ran = timeout(SOON, tokio::spawn(driven.run())).await;
        ran.expect("no dead lock").expect("as asserted");
    }
}
