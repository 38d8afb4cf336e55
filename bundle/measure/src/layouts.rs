//! Ways of laying out what roles hold and what things are called, side by side: what the format was chosen by.

use rolec_bundle::{Document, State, Subject};
use xxhash_rust::xxh3::xxh3_64;

use crate::{Random, median, tell};

const KEYS: usize = 1 << 16;

/// Compares the layouts of a document's roles and names.
pub(crate) fn compare(document: &Document, state: &State<'_>) -> std::io::Result<()> {
    let random = &mut Random(99);
    let keys: Vec<(usize, u32)> =
        (0..KEYS).map(|_| (random.below(document.roles.len()), id(random.below(document.permissions.len())))).collect();
    let expected = |role: usize, permission: u32| {
        let mut sets = document.roles[role].grants.iter().map(|grant| &document.sets[grant.set as usize]);
        sets.any(|set| set.contains(permission))
    };
    let truth: Vec<bool> = keys.iter().take(2000).map(|(role, permission)| expected(*role, *permission)).collect();
    let check = |has: &dyn Fn(&(usize, u32)) -> bool| keys.iter().zip(&truth).all(|(key, truth)| has(key) == *truth);
    let layouts = [sorted, hashed, bitmaps, shared, wide, lanes, shared_lanes];
    for (what, size, layout) in layouts.map(|layout| layout(document)) {
        assert!(check(&*layout), "{what} is wrong");
        tell(&format!("one role: {what}"), median(&keys, |key| layout(key)), "ns")?;
        tell("    bytes", mega(size), "MB")?;
    }
    names(document, state, random)
}

#[expect(clippy::cast_precision_loss, reason = "a size")]
fn mega(size: usize) -> f64 {
    size as f64 / 1e6
}

fn id(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

type Layout<'d> = (&'static str, usize, Box<dyn Fn(&(usize, u32)) -> bool + 'd>);

/// By role: its permissions with the number of the grant, sorted.
fn held(document: &Document) -> Vec<Vec<(u16, u8)>> {
    let of = |role: &rolec_bundle::document::Role| {
        let mut held: Vec<(u16, u8)> = (0_u8..)
            .zip(&role.grants)
            .flat_map(|(at, grant)| {
                document.sets[grant.set as usize].iter().map(move |id| (u16::try_from(id).unwrap_or(u16::MAX), at))
            })
            .collect();
        held.sort_unstable();
        held
    };
    document.roles.iter().map(of).collect()
}

/// Permissions of each role in one sorted list, with the number of the grant beside.
fn sorted(document: &Document) -> Layout<'_> {
    let held = held(document);
    let mut starts = vec![0_usize];
    let (mut permissions, mut grants) = (Vec::new(), Vec::new());
    for own in &held {
        permissions.extend(own.iter().map(|(permission, _)| *permission));
        grants.extend(own.iter().map(|(_, grant)| *grant));
        starts.push(permissions.len());
    }
    let size = starts.len() * 4 + permissions.len() * 3 + document.roles.iter().map(|role| role.grants.len() * 4).sum::<usize>();
    let has = move |(role, permission): &(usize, u32)| {
        let own = &permissions[starts[*role]..starts[role + 1]];
        let at = own.partition_point(|own| u32::from(*own) < *permission);
        own.get(at).is_some_and(|own| u32::from(*own) == *permission) && grants[starts[*role] + at] < u8::MAX
    };
    ("a sorted list of permissions for each role", size, Box::new(has))
}

/// One table of all pairs of role and permission, with open addressing.
fn hashed(document: &Document) -> Layout<'_> {
    let held = held(document);
    let count: usize = held.iter().map(Vec::len).sum();
    let length = (count * 3 / 2).next_power_of_two();
    let mut slots = vec![u64::MAX; length];
    let hash = move |key: u64| usize::try_from(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20).unwrap_or(0) & (length - 1);
    for (role, own) in held.iter().enumerate() {
        for (permission, _) in own {
            let key = (role as u64) << 16 | u64::from(*permission);
            let mut at = hash(key);
            while slots[at] != u64::MAX {
                at = (at + 1) & (length - 1);
            }
            slots[at] = key;
        }
    }
    let has = move |(role, permission): &(usize, u32)| {
        let key = (*role as u64) << 16 | u64::from(*permission);
        let mut at = hash(key);
        while slots[at] != u64::MAX && slots[at] != key {
            at = (at + 1) & (length - 1);
        }
        slots[at] == key
    };
    ("one table of pairs of role and permission", length * 8, Box::new(has))
}

/// All permissions of a role as bits.
fn bitmaps(document: &Document) -> Layout<'_> {
    let width = document.permissions.len().div_ceil(64);
    let mut bits = vec![0_u64; width * document.roles.len()];
    for (role, own) in held(document).iter().enumerate() {
        for (permission, _) in own {
            bits[role * width + usize::from(*permission) / 64] |= 1 << (permission % 64);
        }
    }
    let size = bits.len() * 8 + document.roles.iter().map(|role| role.grants.len() * 8).sum::<usize>();
    let has = move |(role, permission): &(usize, u32)| {
        let permission = *permission as usize;
        bits[role * width + permission / 64] >> (permission % 64) & 1 == 1
    };
    ("all permissions as bits for each role", size, Box::new(has))
}

/// The set of all that a role holds, as a summary with the role and blocks of 32 bits.
fn wide(document: &Document) -> Layout<'_> {
    let shift = (5..20).find(|shift| document.permissions.len() <= 64_usize << shift).unwrap_or(5);
    let (mut words, mut roles) = (Vec::<u32>::new(), Vec::new());
    for own in held(document) {
        let (start, mut summary) = (words.len(), 0_u64);
        for (own, _) in own {
            let (block, word) = (u32::from(own) >> shift, usize::from(own >> 5) & ((1 << (shift - 5)) - 1));
            if summary >> block & 1 == 0 {
                summary |= 1 << block;
                words.resize(words.len() + (1 << (shift - 5)), 0);
            }
            let at = words.len() - (1 << (shift - 5)) + word;
            words[at] |= 1 << (own & 31);
        }
        roles.push((summary, id(start), [0_u32; 5]));
    }
    let size = roles.len() * 32 + words.len() * 4;
    let has = move |(role, permission): &(usize, u32)| {
        let (block, word) = (permission >> shift, (permission >> 5) as usize & ((1 << (shift - 5)) - 1));
        let (summary, start, _) = &roles[*role];
        let before = (summary & ((1_u64 << block) - 1)).count_ones() as usize;
        summary >> block & 1 == 1 && words[*start as usize + (before << (shift - 5)) + word] >> (permission & 31) & 1 == 1
    };
    ("a set of all that it holds, in 64 blocks of words", size, Box::new(has))
}

/// The set of all that a role holds, as lanes and blocks of eight bits: what the format has for users.
fn lanes(document: &Document) -> Layout<'_> {
    let lanes = document.permissions.len().div_ceil(512);
    let (mut bytes, mut roles) = (Vec::<u8>::new(), Vec::new());
    for own in held(document) {
        roles.push(bytes.len());
        add_set(&mut bytes, own.iter().map(|(permission, _)| u32::from(*permission)), lanes);
    }
    let size = roles.len() * 4 + bytes.len();
    let has = move |(role, permission): &(usize, u32)| set_has(&bytes[roles[*role]..], lanes, *permission as usize);
    ("a set of all that it holds, in lanes of bytes", size, Box::new(has))
}

/// The lanes of all that a role holds, and shared sets as lanes and blocks of eight bits: what the format has for roles.
fn shared_lanes(document: &Document) -> Layout<'_> {
    let lanes = document.permissions.len().div_ceil(512);
    let (mut bytes, mut sets) = (Vec::<u8>::new(), Vec::new());
    for set in &document.sets {
        sets.push(bytes.len());
        add_set(&mut bytes, set.iter(), lanes);
    }
    let (mut roles, mut starts, mut grants) = (Vec::<u8>::new(), vec![0], Vec::new());
    for (role, own) in document.roles.iter().zip(held(document)) {
        add_set(&mut roles, own.iter().map(|(permission, _)| u32::from(*permission)), lanes);
        roles.truncate(starts.len() * 8 * lanes);
        grants.extend(role.grants.iter().map(|grant| grant.set as usize));
        starts.push(grants.len());
    }
    let size = roles.len() + starts.len() * 8 + grants.len() * 8 + sets.len() * 4 + bytes.len();
    let has = move |(role, permission): &(usize, u32)| {
        let (block, permission) = (*permission as usize / 8, *permission as usize);
        let has = |set: &usize| set_has(&bytes[sets[*set]..], lanes, permission);
        roles[role * 8 * lanes + block / 8] >> (block % 8) & 1 == 1 && grants[starts[*role]..starts[role + 1]].iter().any(has)
    };
    ("the lanes of such a set, and shared sets in such lanes", size, Box::new(has))
}

/// Adds a set, as lanes and blocks of eight bits; permissions ascend but for some that are there twice.
fn add_set(bytes: &mut Vec<u8>, permissions: impl Iterator<Item = u32>, lanes: usize) {
    let start = bytes.len();
    bytes.resize(start + 8 * lanes, 0);
    let mut last = None;
    for own in permissions {
        let block = own as usize / 8;
        if last != Some(block) {
            bytes[start + block / 8] |= 1 << (block % 8);
            bytes.push(0);
            last = Some(block);
        }
        let at = bytes.len() - 1;
        bytes[at] |= 1 << (own % 8);
    }
}

fn set_has(set: &[u8], lanes: usize, permission: usize) -> bool {
    let block = permission / 8;
    let lane = |at: usize| u64::from_le_bytes(set[8 * at..8 * at + 8].try_into().unwrap_or_default());
    let own = lane(block / 64);
    let before: u32 = (0..block / 64).map(|at| lane(at).count_ones()).sum();
    let before = before + (own & ((1 << (block % 64)) - 1)).count_ones();
    own >> (block % 64) & 1 == 1 && set[8 * lanes + before as usize] >> (permission % 8) & 1 == 1
}

/// Shared sets with a summary of 64 blocks.
fn shared(document: &Document) -> Layout<'_> {
    let shift = (5..20).find(|shift| document.permissions.len() <= 64_usize << shift).unwrap_or(5);
    let (mut words, mut sets) = (Vec::<u32>::new(), Vec::new());
    for set in &document.sets {
        let (start, mut summary) = (words.len(), 0_u64);
        for own in set.iter() {
            let (block, word) = (own >> shift, (own >> 5) as usize & ((1 << (shift - 5)) - 1));
            if summary >> block & 1 == 0 {
                summary |= 1 << block;
                words.resize(words.len() + (1 << (shift - 5)), 0);
            }
            let at = words.len() - (1 << (shift - 5)) + word;
            words[at] |= 1 << (own & 31);
        }
        sets.push((summary, id(start)));
    }
    let mut starts = vec![0_usize];
    let mut grants: Vec<(u64, u32, u32)> = Vec::new();
    for role in &document.roles {
        grants.extend(role.grants.iter().map(|grant| (sets[grant.set as usize].0, sets[grant.set as usize].1, grant.scope)));
        starts.push(grants.len());
    }
    let size = grants.len() * 16 + words.len() * 4 + sets.len() * 12 + starts.len() * 16;
    let has = move |(role, permission): &(usize, u32)| {
        let (block, word) = (permission >> shift, (permission >> 5) as usize & ((1 << (shift - 5)) - 1));
        grants[starts[*role]..starts[role + 1]].iter().any(|(summary, start, _)| {
            let before = (summary & ((1_u64 << block) - 1)).count_ones() as usize;
            summary >> block & 1 == 1 && words[*start as usize + (before << (shift - 5)) + word] >> (permission & 31) & 1 == 1
        })
    };
    ("shared sets, a summary with each of its grants", size, Box::new(has))
}

/// Names of users: a binary search, a table of slots that is searched, and the table of the format.
fn names(document: &Document, state: &State<'_>, random: &mut Random) -> std::io::Result<()> {
    let names: Vec<&str> = document.users.iter().map(|own| &*own.name).collect();
    if names.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = (0..KEYS).map(|_| names[random.below(names.len())]).collect();
    tell("a user's name: sorted, binary search", median(&keys, |key| names.binary_search(key).is_ok()), "ns")?;
    let length = (names.len() * 3 / 2 + 1).next_power_of_two();
    let mut slots = vec![(0_u32, u32::MAX); length];
    let hash = move |name: &str| {
        let hash = xxh3_64(name.as_bytes());
        (usize::try_from(hash & (length as u64 - 1)).unwrap_or(0), id(usize::try_from(hash >> 32).unwrap_or(0)))
    };
    for (name, at) in names.iter().zip(0_u32..) {
        let (mut slot, tag) = hash(name);
        while slots[slot].1 != u32::MAX {
            slot = (slot + 1) & (length - 1);
        }
        slots[slot] = (tag, at);
    }
    let find = |key: &&str| {
        let (mut slot, tag) = hash(key);
        while slots[slot].1 != u32::MAX {
            if slots[slot].0 == tag && names[slots[slot].1 as usize] == *key {
                return true;
            }
            slot = (slot + 1) & (length - 1);
        }
        false
    };
    tell("a user's name: slots, XXH3", median(&keys, find), "ns")?;
    let perfect = median(&keys, |key| state.subject(Subject::User(key)).is_some());
    tell("a user's name: a perfect hash, XXH3", perfect, "ns")
}
