//! Which of many roles give a permission at all, so that many claims about one holder need not ask all of them each.

use std::borrow::Cow;

use crate::access::{Access, Given};
use crate::sets::PermissionId;

/// Roles, and claims, from which on it is worth while to know who gives what.
const MANY: usize = 16;

/// Permissions that are noted for each claim.
const NOTED: usize = 64;

/// Who gives what, of somebody's roles, by their places among these.
#[derive(Debug, Default)]
pub(super) struct Giving {
    /// Permissions and who gives them at some time, in order; none where nothing has been noted.
    noted: Vec<(PermissionId, u32)>,
    /// Roles that have too much to note it, in order.
    others: Vec<u32>,
}

impl Giving {
    /// Notes who gives what if that is worth while for so many claims: those who give least first.
    pub(super) fn new(access: &Access<'_>, given: &[Given], claims: usize) -> Self {
        let mut giving = Self::default();
        if given.len() < MANY || claims < MANY {
            return giving;
        }
        let Access { program, flat, epochs, .. } = access;
        let gains = |at: usize| epochs.gains_ever(given[at].role).map(|gain| gain.permission);
        let mut least: Vec<(usize, usize)> =
            given.iter().enumerate().map(|(at, given)| (flat.held(given.role) + gains(at).count(), at)).collect();
        least.sort_unstable();
        for (held, at) in least {
            let Ok(place) = u32::try_from(at) else { continue };
            if giving.noted.len() + held > NOTED * claims {
                giving.others.push(place);
                continue;
            }
            let groups = flat.groups(given[at].role).unwrap_or_default();
            let own = groups.iter().flat_map(|group| program.sets.iter(group.set));
            giving.noted.extend(own.chain(gains(at)).map(|permission| (permission, place)));
        }
        giving.noted.sort_unstable();
        giving.noted.dedup();
        giving.others.sort_unstable();
        giving
    }

    /// Those of the roles that may give a permission, in their order.
    pub(super) fn some<'g>(&self, given: &'g [Given], permission: PermissionId) -> Cow<'g, [Given]> {
        if self.noted.is_empty() {
            return Cow::Borrowed(given);
        }
        let start = self.noted.partition_point(|(other, _)| *other < permission);
        let noted = self.noted[start..].iter().take_while(|(other, _)| *other == permission).map(|(_, place)| *place);
        let mut places: Vec<u32> = noted.chain(self.others.iter().copied()).collect();
        places.sort_unstable();
        Cow::Owned(places.into_iter().map(|place| given[place as usize]).collect())
    }
}
