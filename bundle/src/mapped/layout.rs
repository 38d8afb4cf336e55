//! How a mapped bundle is laid out: the header, the sections and their rows. Every number is little-endian; every row is
//! of fixed size. The page on the format says what the fields mean.

use std::ops::Range;

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::Error;

/// The first bytes of the file.
pub(super) const MAGIC: [u8; 8] = *b"rbundle\0";
/// No id, no day, no condition.
pub(crate) const NONE: u32 = u32::MAX;
/// Where the bytes begin that the fast digest covers.
pub(super) const FAST_FROM: usize = 32;
/// Where the content begins, with the table of sections.
pub(super) const CONTENT_FROM: usize = 64;
/// How many bytes at the beginning the digests cover besides the content.
pub(super) const COVERED: usize = 24;
/// Sections begin at multiples of this, a line of a cache, so that no row of up to 32 bytes lies in two when it need not.
pub(super) const ALIGNMENT: usize = 64;

/// How many lanes a set has at most, so that what it says of blocks fits well into a cache line.
pub(crate) const LANES: u32 = 3;

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
        #[repr(C)]
        pub(crate) struct $name { $($(#[$field_doc])* pub(crate) $field: $type,)* }
    )*};
}

rows! {
    /// The beginning of the file.
    Header {
        magic: [u8; 8],
        major: U32,
        minor: U32,
        length: U64,
        fast: U64,
        sha256: [u8; 32],
    }
    /// Where a section is.
    Section {
        id: U32,
        row: U32,
        offset: U64,
        length: U64,
    }
    /// What there is once; the first five are strings.
    Head {
        project: U32,
        version: U32,
        compiler: U32,
        catalog: U32,
        region: U32,
        as_of: U32,
        /// The permissions that some object guards: where the set begins.
        guarded: U32,
        /// The minor version of the document.
        minor: U32,
    }
    /// The things of a kind: the string of the first one's name, how many there are, where their facts are, and the table
    /// of their names.
    Kind {
        first: U32,
        count: U32,
        facts: U32,
        seed: U32,
        pilots: U32,
        pilots_count: U32,
        slots: U32,
        slots_count: U32,
    }
    /// Some of a list.
    Span {
        start: U32,
        count: U32,
    }
    /// A role: its grants, the calendars in which it gains something, and the blocks of all that it holds at some time.
    Role {
        grants: U32,
        calendars: U32,
        blocks: [U64; LANES as usize],
    }
    /// Where and when a grant counts.
    Terms {
        scope: U32,
        condition: U32,
    }
    /// A part of a condition, or a value in one.
    Node {
        kind: U32,
        end: U32,
        low: U32,
        high: U32,
    }
    /// A calendar.
    Calendar {
        epochs: U32,
        epochs_count: U32,
        changes: U32,
        changes_count: U32,
    }
    /// The days of an epoch.
    Epoch {
        from: U32,
        until: U32,
    }
    /// What a role gains in an epoch.
    Change {
        role: U32,
        epoch: U32,
        place: U32,
        backfill: U32,
        flags: U32,
        gains: U32,
        gains_count: U32,
        licenses: U32,
        licenses_count: U32,
    }
    /// A user: its own roles, the set of all that these and those of its old options hold at some time, the set of all that
    /// the roles hold at some time which it has by its membership, and this.
    User {
        assigned: U32,
        held: U32,
        inherited: U32,
        membership: U32,
    }
    /// What many users have in common: the groups that they are in themselves, and by however many steps, the roles of these,
    /// and what they are.
    Membership {
        direct: U32,
        direct_count: U32,
        groups: U32,
        groups_count: U32,
        inherited: U32,
        inherited_count: U32,
        flags: U32,
    }
    /// A group.
    Group {
        assigned: U32,
        assigned_count: U32,
        above: U32,
        above_count: U32,
    }
    /// A role that comes by itself.
    Automatic {
        role: U32,
        creator: U32,
    }
    /// An application.
    Application {
        owns: U32,
        flags: U32,
    }
    /// An old option.
    OldOption {
        user: U32,
        application: U32,
        role: U32,
        place: U32,
    }
    /// An object or a folder.
    Object {
        guards: U32,
        guards_count: U32,
        readers: U32,
        readers_count: U32,
        flags: U32,
    }
    /// A surface.
    Surface {
        requires: U32,
        requires_count: U32,
        flags: U32,
        enforcement: U32,
        method: U32,
    }
    /// An enforcement.
    Enforcement {
        formerly: U32,
        formerly_count: U32,
        flags: U32,
        default: U32,
        default_certainty: U32,
        regions: U32,
        regions_count: U32,
    }
    /// When an enforcement begins in a region.
    Beginning {
        region: U32,
        day: U32,
        certainty: U32,
    }
    /// Where the templates of a method, the topics or the views begin.
    Root {
        kind: U32,
        method: U32,
        branch: U32,
    }
    /// A place in the tree of templates: its edges, literal ones first, and the surface that ends here.
    Branch {
        edges: U32,
        literals: U32,
        patterns: U32,
        surface: U32,
    }
    /// A segment, and what follows it.
    Edge {
        segment: U32,
        branch: U32,
    }
}

macro_rules! sections {
    ($($(#[$doc:meta])* $id:literal $field:ident: $row:ty,)*) => {
        /// All sections, as they are written.
        #[derive(Debug, Default)]
        pub(super) struct Content { $($(#[$doc])* pub(super) $field: Vec<$row>,)* }

        impl Content {
            /// Ids, sizes of rows and bytes of the sections.
            pub(super) fn sections(&self) -> Vec<(u32, usize, &[u8])> {
                vec![$(($id, size_of::<$row>(), self.$field.as_bytes()),)*]
            }
        }

        /// Where the sections are; each is within the file, and a multiple of its rows.
        #[derive(Debug, Clone, Default)]
        pub(super) struct Places { $($field: Range<usize>,)* }

        impl Places {
            /// Where the sections are that a table lists. Sections that nobody knows are skipped.
            pub(super) fn find(table: &[Section], length: usize) -> Result<Self, Error> {
                let mut places = Self::default();
                let mut found = 0_u64;
                for section in table {
                    let place = place(section, length)?;
                    match section.id.get() {
                        $($id => {
                            fits(section, size_of::<$row>())?;
                            if found & (1 << $id) != 0 {
                                return Err(Error::Corrupt { what: "a section is there twice" });
                            }
                            found |= 1 << $id;
                            places.$field = place;
                        })*
                        _ => {}
                    }
                }
                let all = 0_u64 $(| (1 << $id))*;
                if found == all { Ok(places) } else { Err(Error::Corrupt { what: "a section is missing" }) }
            }
        }

        /// All sections, as they are read in place.
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct Tables<'b> { $($(#[$doc])* pub(crate) $field: &'b [$row],)* }

        impl<'b> Tables<'b> {
            /// The sections of a file.
            pub(super) fn new(bytes: &'b [u8], places: &Places) -> Self {
                Self { $($field: rows(bytes, &places.$field),)* }
            }
        }
    };
}

sections! {
    /// One row.
    1 head: Head,
    /// By kind.
    2 kinds: Kind,
    /// Where strings begin in the text, and where the last one ends.
    3 strings: U32,
    /// All strings, one after another.
    4 text: u8,
    /// Tables of names: ids.
    5 slots: U32,
    /// By permission.
    6 awareness: u8,
    /// By role; a last row tells where the grants of the last one end.
    7 roles: Role,
    /// Of roles and changes.
    8 grants: u8,
    /// Of grants and gains.
    9 terms: Terms,
    /// By set: where it begins.
    10 sets: U32,
    /// Sets of permissions and of divisions.
    11 bits: u8,
    /// By scope: where its set begins; `NONE` for all.
    12 scopes: U32,
    /// By condition: its nodes.
    13 conditions: Span,
    /// Of conditions.
    14 nodes: Node,
    /// By calendar.
    15 calendars: Calendar,
    /// Of calendars.
    16 epochs: Epoch,
    /// Of calendars, by role and epoch.
    17 changes: Change,
    /// Tables of names: what picks slots, by bucket.
    18 pilots: U16,
    /// By region: its calendar.
    19 regions: U32,
    /// By user; a last row tells where the roles of the last one end.
    20 users: User,
    /// Of users.
    21 memberships: Membership,
    /// By group.
    22 groups: Group,
    /// Of users and groups.
    23 assignments: u8,
    /// Roles that come by themselves.
    24 automatic: Automatic,
    /// By application.
    25 applications: Application,
    /// By user.
    26 options: OldOption,
    /// By object.
    27 objects: Object,
    /// By surface.
    28 surfaces: Surface,
    /// By enforcement.
    29 enforcements: Enforcement,
    /// Of enforcements.
    30 beginnings: Beginning,
    /// Where trees of templates begin.
    31 roots: Root,
    /// Of trees of templates.
    32 branches: Branch,
    /// Of branches.
    33 edges: Edge,
    /// Lists of ids.
    34 lists: U32,
    /// By thing of the kinds that have facts: where they begin, and where the last one's end.
    35 facts: U32,
    /// Facts of things, and licences of changes.
    36 said: u8,
    /// Of memberships.
    37 inherited: u8,
}

fn place(section: &Section, length: usize) -> Result<Range<usize>, Error> {
    let number = |value: U64| usize::try_from(value.get()).ok();
    let end = number(section.offset)
        .zip(number(section.length))
        .and_then(|(offset, size)| offset.checked_add(size).map(|end| offset..end));
    end.filter(|range| range.start >= CONTENT_FROM && range.end <= length)
        .ok_or(Error::Corrupt { what: "a section is not within the file" })
}

fn fits(section: &Section, row: usize) -> Result<(), Error> {
    let whole = section.row.get() as usize == row && section.length.get().is_multiple_of(row as u64);
    if whole { Ok(()) } else { Err(Error::Corrupt { what: "a section is not made of whole rows" }) }
}

/// The rows at a place that was found to be within the file and made of whole rows.
fn rows<'b, T: FromBytes + Immutable + KnownLayout + Unaligned>(bytes: &'b [u8], place: &Range<usize>) -> &'b [T] {
    bytes.get(place.clone()).and_then(|bytes| <[T]>::ref_from_bytes(bytes).ok()).unwrap_or_default()
}

/// The kinds of things that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub(crate) enum KindId {
    Permission = 0,
    Role = 1,
    Division = 2,
    Group = 3,
    User = 4,
    Application = 5,
    Object = 6,
    Region = 7,
    Surface = 8,
    License = 9,
    Backfill = 10,
    Enforcement = 11,
    Source = 12,
}

/// What rows say in single bits and small fields.
pub(crate) mod flag {
    pub(crate) const ROLE_DEFAULT: u32 = 1;
    pub(crate) const ROLE_EDITED: u32 = 2;
    pub(crate) const ROLE_IRREMOVABLE: u32 = 4;
    pub(crate) const ROLE_TO_ALL: u32 = 8;
    pub(crate) const ROLE_TO_CREATOR: u32 = 16;
    /// The last bit of a role's calendars stands for all later ones.
    pub(crate) const LAST_CALENDAR: u32 = 31;
    pub(crate) const CHANGE_ESTIMATED: u32 = 1;
    pub(crate) const MEMBER_CREATOR: u32 = 1;
    pub(crate) const MEMBER_OPTIONS: u32 = 2;
    pub(crate) const APPLICATION_OPEN: u32 = 1;
    pub(crate) const OBJECT_FOLDER: u32 = 4;
    /// Readers are the first two bits of an object's flags.
    pub(crate) const READERS: u32 = 3;
    pub(crate) const READERS_ALL: u32 = 0;
    pub(crate) const READERS_GROUPS: u32 = 1;
    pub(crate) const READERS_ALL_EXCEPT: u32 = 2;
    /// What is required is the first two bits of a surface's or an enforcement's flags.
    pub(crate) const REQUIRES: u32 = 3;
    pub(crate) const REQUIRES_ALL: u32 = 0;
    pub(crate) const REQUIRES_ANY: u32 = 1;
    pub(crate) const REQUIRES_OPEN: u32 = 2;
    pub(crate) const REQUIRES_UNSTATED: u32 = 3;
    pub(crate) const SURFACE_SELF: u32 = 4;
    /// A surface's kind is the two bits above.
    pub(crate) const SURFACE_KIND: u32 = 3;
    pub(crate) const KIND_ENDPOINT: u32 = 0;
    pub(crate) const KIND_TOPIC: u32 = 1;
    pub(crate) const KIND_VIEW: u32 = 2;
    pub(crate) const AWARENESS_UNAWARE: u8 = 0;
    pub(crate) const AWARENESS_AWARE: u8 = 1;
    pub(crate) const AWARENESS_UNSTATED: u8 = 2;
    pub(crate) const CERTAINTY_ANNOUNCED: u32 = 0;
    pub(crate) const CERTAINTY_ESTIMATED: u32 = 1;
    pub(crate) const CERTAINTY_NOT_ANNOUNCED: u32 = 2;
    pub(crate) const CERTAINTY_OPTED_IN: u32 = 3;
}

/// The kinds of nodes.
pub(crate) mod node {
    pub(crate) const AND: u32 = 0;
    pub(crate) const OR: u32 = 1;
    pub(crate) const IN: u32 = 2;
    pub(crate) const EQUAL: u32 = 3;
    pub(crate) const LESS: u32 = 4;
    pub(crate) const LESS_OR_EQUAL: u32 = 5;
    pub(crate) const GREATER: u32 = 6;
    pub(crate) const GREATER_OR_EQUAL: u32 = 7;
    pub(crate) const STRING: u32 = 8;
    pub(crate) const NUMBER: u32 = 9;
    pub(crate) const VARIABLE: u32 = 10;
}

/// The keys of facts.
pub(crate) mod fact {
    pub(crate) const TITLE: u32 = 1;
    pub(crate) const HOME: u32 = 2;
    pub(crate) const ADDON: u32 = 3;
    pub(crate) const INCLUDES: u32 = 4;
    pub(crate) const DIGEST: u32 = 5;
    pub(crate) const FLAGS: u32 = 6;
    pub(crate) const REQUIRES_ROLES: u32 = 7;
    pub(crate) const REQUIRES_ROLE_NAMES: u32 = 8;
    pub(crate) const REQUIRES_LICENSE_NAMES: u32 = 9;
    pub(crate) const LICENSES: u32 = 10;
    pub(crate) const AVAILABLE_AFTER: u32 = 11;
    pub(crate) const AVAILABLE_FROM: u32 = 12;
    pub(crate) const COPIES: u32 = 13;
    pub(crate) const CREATED: u32 = 14;
    pub(crate) const EXTENDS: u32 = 15;
    pub(crate) const FORMERLY: u32 = 16;
    pub(crate) const OWNER: u32 = 17;
}
