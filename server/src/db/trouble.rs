//! What kind of failure a database reports.

use super::StoreError;

/// Whether trying again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database as a whole is away, full or busy: try again later.
    Away,
    /// Somebody holds what is asked for, and has held it for as long as may be waited: try
    /// again later.
    Held,
    /// Two transactions were in each other's way: try again at once.
    Clash,
    /// It would fail again.
    Lasting,
}

impl StoreError {
    /// What kind of failure it is.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        let Self::Sql(error) = self else {
            return Trouble::Lasting;
        };
        match &**error {
            // Two people at once whose address it is: the second sees the first then.
            sqlx::Error::Database(error) if error.constraint() == Some("users_email") => {
                Trouble::Clash
            }
            sqlx::Error::Database(error) => error.code().map_or(Trouble::Lasting, |c| of(&c)),
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_) => Trouble::Away,
            _ => Trouble::Lasting,
        }
    }

    /// Whether every line to the database was busy for too long.
    #[must_use]
    pub fn is_crowd(&self) -> bool {
        matches!(self, Self::Sql(error) if matches!(**error, sqlx::Error::PoolTimedOut))
    }
}

/// PostgreSQL's codes are SQLSTATEs of five characters; SQLite's are numbers, the
/// lowest byte of which tells the kind.
fn of(code: &str) -> Trouble {
    if code.len() == 5 {
        return match (&code[..2], code) {
            // Serialisation failure, deadlock.
            (_, "40001" | "40P01") => Trouble::Clash,
            // Lock not to be had.
            (_, "55P03") => Trouble::Held,
            // Connection, resources, operator's doing, system; a standby.
            ("08" | "53" | "57" | "58", _) | (_, "25006") => Trouble::Away,
            _ => Trouble::Lasting,
        };
    }
    match code.parse::<u32>().map(|code| code & 0xff) {
        // Busy, locked, out of memory, interrupted, IO, full, cannot open.
        Ok(5 | 6 | 7 | 9 | 10 | 13 | 14) => Trouble::Away,
        _ => Trouble::Lasting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_told_from_what_lasts() {
        for code in [
            "57014", "57P01", "57P03", "53300", "08006", "58030", "25006",
        ] {
            assert_eq!(of(code), Trouble::Away, "{code}");
        }
        for code in ["40001", "40P01"] {
            assert_eq!(of(code), Trouble::Clash, "{code}");
        }
        assert_eq!(of("55P03"), Trouble::Held);
        // Busy, busy snapshot, locked, short read, full.
        for code in ["5", "517", "6", "522", "13"] {
            assert_eq!(of(code), Trouble::Away, "{code}");
        }
        // Unique violation, undefined table; constraint, mismatch.
        for code in ["23505", "42P01", "2067", "20", "1"] {
            assert_eq!(of(code), Trouble::Lasting, "{code}");
        }
    }
}
