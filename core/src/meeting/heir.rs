//! Who becomes the host when the host goes.

use crate::access::{ParticipantStatus, Role};
use crate::id::UserId;

/// Somebody who could become the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub user_id: UserId,
    /// What they are.
    pub role: Role,
    /// Where they are between being asked and being gone.
    pub status: ParticipantStatus,
    /// Since when they are in the meeting, and where they have not come yet since when they
    /// are asked; in milliseconds since the Unix epoch.
    pub since: u64,
}

/// Who inherits the role of the host, of those who take part: one who has joined before
/// one who will come, and that one before who was only asked; of these a co-host before a
/// participant, and the one who has been there longest. Observers never do.
#[must_use]
pub fn who_inherits(members: &[Candidate]) -> Option<&Candidate> {
    let able = |one: &&Candidate| {
        matches!(one.role, Role::CoHost | Role::Participant) && one.status.takes_part()
    };
    let there = |status| match status {
        ParticipantStatus::Joined => 0,
        ParticipantStatus::Accepted => 1,
        _ => 2,
    };
    members.iter().filter(able).min_by(|one, other| {
        let there = there(one.status).cmp(&there(other.status));
        there
            .then_with(|| other.role.cmp(&one.role))
            .then_with(|| one.since.cmp(&other.since))
            .then_with(|| one.user_id.cmp(&other.user_id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ParticipantStatus::{Accepted, Declined, Invited, Joined, Left, Removed, Requested};
    use Role::{CoHost, Host, Observer, Participant};

    fn candidate(at: u8, role: Role, status: ParticipantStatus, since: u64) -> Candidate {
        let user_id = format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{at:02x}");
        Candidate {
            user_id: user_id.parse().unwrap(),
            role,
            status,
            since,
        }
    }

    /// The place of who inherits.
    fn heir(members: &[(Role, ParticipantStatus, u64)]) -> Option<u8> {
        let numbered = (0..).zip(members);
        let members: Vec<_> = numbered
            .map(|(at, (role, status, since))| candidate(at, *role, *status, *since))
            .collect();
        let heir = who_inherits(&members)?;
        (0..)
            .zip(&members)
            .find(|one| one.1 == heir)
            .map(|one| one.0)
    }

    #[test]
    fn a_co_host_inherits_before_every_participant_who_is_as_far() {
        for status in [Joined, Accepted, Invited] {
            let members = [(Participant, status, 1), (CoHost, status, 9)];
            assert_eq!(heir(&members), Some(1));
            assert_eq!(heir(&members[..1]), Some(0));
        }
    }

    #[test]
    fn whoever_has_come_inherits_before_a_co_host_who_has_not() {
        for absent in [Accepted, Invited] {
            let members = [(Participant, Joined, 9), (CoHost, absent, 1)];
            assert_eq!(heir(&members), Some(0));
        }
    }

    #[test]
    fn of_several_who_is_there_and_then_who_was_there_first() {
        for role in [CoHost, Participant] {
            let members = [
                (role, Invited, 1),
                (role, Accepted, 2),
                (role, Joined, 4),
                (role, Joined, 3),
                (role, Joined, 3),
            ];
            assert_eq!(heir(&members), Some(3));
            assert_eq!(heir(&members[..2]), Some(1));
            assert_eq!(heir(&members[..1]), Some(0));
        }
    }

    #[test]
    fn who_watches_or_is_gone_inherits_nothing() {
        assert_eq!(heir(&[]), None);
        assert_eq!(heir(&[(Observer, Joined, 1), (Host, Joined, 1)]), None);
        for gone in [Requested, Declined, Left, Removed] {
            assert_eq!(heir(&[(CoHost, gone, 1), (Participant, gone, 1)]), None);
        }
    }
}
