//! Rate limits: a sliding window of two weighted buckets. The window that slides is
//! estimated as the present bucket plus the part of the one before that still
//! counts, so a limit holds over any minute, not only over calendar minutes.

/// Length of a window, in milliseconds.
pub const WINDOW_MS: u64 = 60_000;

/// A row of the rate table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// What is limited.
    pub action: &'static str,
    /// Entries a minute.
    pub per_minute: u64,
}

/// Chunks for a transcript, of one person in one meeting.
pub const TRANSCRIPT_INGEST: Rate = Rate {
    action: "transcripts.ingest",
    per_minute: 1_200,
};
/// Chunks for a transcript, of one program with a service token.
pub const TRANSCRIPT_SERVICE: Rate = Rate {
    action: "transcripts.service",
    per_minute: 60_000,
};
/// Messages, edits and reactions in a chat, of one person in one meeting.
pub const CHAT_WRITE: Rate = Rate {
    action: "chat.write",
    per_minute: 120,
};
/// Operations on a note, of one person in one meeting.
pub const NOTE_OP: Rate = Rate {
    action: "notes.op",
    per_minute: 1_200,
};
/// Tokens that are not good, from one address.
pub const AUTH_FAILURES: Rate = Rate {
    action: "auth.failures",
    per_minute: 20,
};

/// Requests for a connection, of one person.
pub const CONNECTIONS_ASK: Rate = Rate {
    action: "connections.ask",
    per_minute: 30,
};

/// Blocks, of one person.
pub const PEOPLE_BLOCK: Rate = Rate {
    action: "people.block",
    per_minute: 30,
};

/// Exports of all that is kept of somebody: each reads every table.
pub const ME_EXPORT: Rate = Rate {
    action: "me.export",
    per_minute: 5,
};

/// Exports of transcripts, of one person: each reads a whole one.
pub const TRANSCRIPT_EXPORT: Rate = Rate {
    action: "transcripts.export",
    per_minute: 30,
};
/// Hands raised and lowered, and words given, of one person in one meeting.
pub const MEETINGS_SPEAK: Rate = Rate {
    action: "meetings.speak",
    per_minute: 60,
};

/// Searches, of one person: each reads hundreds of documents.
pub const SEARCH: Rate = Rate {
    action: "search.find",
    per_minute: 120,
};

/// The rate table.
pub const TABLE: [Rate; 11] = [
    MEETINGS_SPEAK,
    TRANSCRIPT_INGEST,
    TRANSCRIPT_SERVICE,
    NOTE_OP,
    CHAT_WRITE,
    AUTH_FAILURES,
    CONNECTIONS_ASK,
    PEOPLE_BLOCK,
    ME_EXPORT,
    TRANSCRIPT_EXPORT,
    SEARCH,
];

/// How a caller stands towards a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Entries that may be taken now.
    pub left: u64,
    /// When all of the limit is free again, in milliseconds from now.
    pub full_in_ms: u64,
}

/// What one caller has used of one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    began_at: u64,
    before: u64,
    now: u64,
}

impl Window {
    /// A window as it was stored: when its present bucket began (milliseconds since
    /// the Unix epoch), what was used in the one before, and in this one.
    #[must_use]
    pub const fn stored(began_at: u64, before: u64, now: u64) -> Self {
        Self {
            began_at,
            before,
            now,
        }
    }

    /// The parts that [`Window::stored`] makes it of again.
    #[must_use]
    pub const fn parts(&self) -> (u64, u64, u64) {
        (self.began_at, self.before, self.now)
    }

    /// How its caller stands towards `limit` a minute at `now_ms`.
    #[must_use]
    pub fn standing(mut self, limit: u64, now_ms: u64) -> Standing {
        self.turn(now_ms);
        let elapsed = now_ms.saturating_sub(self.began_at).min(WINDOW_MS);
        let full_in_ms = match (self.before, self.now) {
            (0, 0) => 0,
            (_, 0) => WINDOW_MS - elapsed,
            _ => 2 * WINDOW_MS - elapsed,
        };
        Standing {
            left: limit.saturating_sub(self.used(elapsed)),
            full_in_ms,
        }
    }

    /// What counts of both buckets.
    const fn used(&self, elapsed: u64) -> u64 {
        let carried = self.before.saturating_mul(WINDOW_MS - elapsed);
        carried.div_ceil(WINDOW_MS).saturating_add(self.now)
    }

    /// Takes `cost` out of `limit` a minute at `now_ms`, or says how many
    /// milliseconds to wait until that much is free.
    ///
    /// # Errors
    /// The wait in milliseconds; nothing was taken.
    pub fn take(&mut self, limit: u64, cost: u64, now_ms: u64) -> Result<(), u64> {
        self.turn(now_ms);
        let elapsed = now_ms.saturating_sub(self.began_at).min(WINDOW_MS);
        if self.used(elapsed).saturating_add(cost) <= limit {
            self.now = self.now.saturating_add(cost);
            return Ok(());
        }
        Err(self.wait(limit, cost, elapsed))
    }

    /// Whether nothing of it counts any more at `now_ms`.
    #[must_use]
    pub const fn is_over(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.began_at) >= 2 * WINDOW_MS
    }

    fn turn(&mut self, now_ms: u64) {
        let began_at = now_ms - now_ms % WINDOW_MS;
        // A clock that was set back goes on in the bucket that it was in.
        if began_at > self.began_at {
            let next = began_at == self.began_at + WINDOW_MS;
            self.before = if next { self.now } else { 0 };
            self.now = 0;
            self.began_at = began_at;
        }
    }

    /// Until the bucket before has faded enough; failing that, until the present one,
    /// then itself the one before, has.
    const fn wait(&self, limit: u64, cost: u64, elapsed: u64) -> u64 {
        let rest = WINDOW_MS - elapsed;
        if self.now.saturating_add(cost) <= limit && self.before > 0 {
            let free = limit - self.now - cost;
            let keep = free.saturating_mul(WINDOW_MS) / self.before;
            return if rest > keep { rest - keep } else { 1 };
        }
        if self.now == 0 {
            return rest;
        }
        let free = limit.saturating_sub(cost);
        let keep = free.saturating_mul(WINDOW_MS) / self.now;
        rest + WINDOW_MS.saturating_sub(keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_000 * WINDOW_MS;

    #[test]
    fn a_limit_holds_over_any_minute() {
        let mut window = Window::default();
        for _ in 0..10 {
            window.take(10, 1, START + 59_000).unwrap();
        }
        assert!(window.take(10, 1, START + 61_000).is_err());
        assert!(window.take(10, 1, START + 2 * WINDOW_MS).is_ok());
    }

    #[test]
    fn who_waits_as_told_is_let_in() {
        for (used_at, asks_at) in [(0, 10), (59_000, 61_000), (30_000, 100_000), (0, 59_999)] {
            let mut window = Window::default();
            window.take(100, 100, START + used_at).unwrap();
            let mut now = START + asks_at;
            if let Err(wait) = window.take(100, 30, now) {
                assert!(wait <= 2 * WINDOW_MS);
                now += wait;
                assert!(window.take(100, 30, now).is_ok(), "{used_at} {asks_at}");
            }
        }
    }

    #[test]
    fn a_callers_standing_is_what_taking_would_find() {
        let mut window = Window::default();
        let fresh = window.standing(10, START);
        assert_eq!((fresh.left, fresh.full_in_ms), (10, 0));
        window.take(10, 8, START + 15_000).unwrap();
        assert_eq!(window.standing(10, START + 15_000).left, 2);
        let later = START + WINDOW_MS + 30_000;
        let standing = window.standing(10, later);
        assert_eq!((standing.left, standing.full_in_ms), (6, 30_000));
        assert!(window.take(10, 7, later).is_err());
        assert!(window.take(10, 6, later).is_ok());
        assert_eq!(window.standing(10, later + 2 * WINDOW_MS).left, 10);
    }

    #[test]
    fn a_stored_window_goes_on_where_it_was() {
        let mut window = Window::default();
        window.take(10, 8, START + 1).unwrap();
        window.take(10, 2, START + WINDOW_MS + 50_000).unwrap();
        let (began_at, before, now) = window.parts();
        assert_eq!(Window::stored(began_at, before, now), window);
    }

    #[test]
    fn no_action_is_twice_in_the_table() {
        let actions = TABLE.map(|rate| rate.action);
        for (at, action) in actions.iter().enumerate() {
            assert!(!actions[..at].contains(action), "{action}");
        }
    }

    #[test]
    fn a_refusal_takes_nothing() {
        let mut window = Window::default();
        window.take(10, 8, START).unwrap();
        assert!(window.take(10, 3, START).is_err());
        assert!(window.take(10, 2, START).is_ok());
    }

    #[test]
    fn a_window_that_nobody_used_for_two_minutes_is_over() {
        let mut window = Window::default();
        window.take(10, 1, START).unwrap();
        assert!(!window.is_over(START + WINDOW_MS));
        assert!(window.is_over(START + 2 * WINDOW_MS));
    }
}
