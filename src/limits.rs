//! Every bound of the compiler, each with a finding of its own.

/// Bytes of one source file (`file-too-large`).
pub const FILE_BYTES: usize = 256 << 20;
/// Bytes of a manifest; a larger one is refused.
pub const MANIFEST_BYTES: usize = 1 << 20;
/// Bytes of a lock file; a larger one is refused.
pub const LOCK_BYTES: usize = 64 << 20;
/// Bytes of a document to be imported; a larger one is refused.
pub const DOCUMENT_BYTES: usize = 64 << 20;
/// Bytes of all sources together (`project-too-large`); spans are 32 bits wide.
pub const PROJECT_BYTES: usize = 2 << 30;
/// Bytes of one declaration (`declaration-too-large`); its tree takes many times its text.
pub const DECLARATION_BYTES: usize = 16 << 20;
/// Syntax errors reported of one file (`too-many-syntax-errors`).
pub const SYNTAX_ERRORS: usize = 500;
/// Findings of a project that are told (`too-many-findings`).
pub const FINDINGS: usize = 1 << 18;
/// Licences of a project (`too-many-licenses`).
pub const LICENSES: usize = 64;
/// Parentheses, or folders, inside one another (`nested-too-deeply`).
pub const NESTING: usize = 64;
/// `and` and `or` inside one another (`nested-too-deeply`): what readers of JSON follow who stop at 128 levels.
pub const CONDITION_LEVELS: usize = 60;
/// Permissions of the catalog (`catalog-too-large`).
pub const PERMISSIONS: usize = 1 << 20;
/// Divisions (`too-many-divisions`); a scope holds a bit for each.
pub const DIVISIONS: usize = 1 << 14;
/// Bytes of the permission sets that all flattened roles share (`flat-too-large`).
pub const FLAT_BYTES: usize = 1 << 30;
/// Dates on which something changes in one region (`too-many-epochs`).
pub const EPOCHS: usize = 1 << 10;
/// What all roles gain from backfills, in all calendars (`flat-too-large`).
pub const GAINS: usize = 1 << 24;
/// Backfills that are set off, in all roles and calendars; roles that fare alike count once (`flat-too-large`).
pub const HAPPENINGS: usize = 1 << 27;
/// Triggers of backfills in all roles that depend on which clauses give them (`flat-too-large`).
pub const TRACES: usize = 1 << 25;
/// Derivations that `why` lists for one permission of one role.
pub const DERIVATIONS: usize = 1 << 8;
/// Steps after which the search for further derivations ends; the first one is found however far it is.
pub const DERIVATION_STEPS: usize = 1 << 16;
/// Origins that `show` follows for one grant.
pub const ORIGINS: usize = 4;
/// Steps of inheritance through which `show` follows an origin.
pub const ORIGIN_STEPS: usize = 1 << 6;
/// Ways in which `who` lets one role reach a surface.
pub const WAYS: usize = 1 << 6;
/// Bytes of a source line that is shown around a finding's place; of a longer one, only the place is said.
pub const FRAME_LINE: usize = 1 << 12;
/// Unknown names for which near ones are looked up; later ones are reported without.
pub const SUGGESTIONS: usize = 1 << 9;
/// Known names that unknown ones are compared with, all together.
pub const COMPARED_NAMES: usize = 1 << 19;
/// Bytes of a name for which near ones are looked up; of longer ones, only those that differ in case.
pub const NEAR_BYTES: usize = 1 << 7;
/// Bytes of a name or selector that a message repeats; of longer ones it shows the beginning.
pub const SHOWN_BYTES: usize = 1 << 8;
/// Other clauses that one clause is compared with in the search for clauses without effect.
pub const COMPARED_CLAUSES: usize = 1 << 8;
/// Looks at other clauses, and at parents, in the search for what is needless in one role.
pub const LOOKS: usize = 1 << 21;
/// Ancestors among which a role that another one requires is looked for; of a role with more it is taken to be there.
pub const ANCESTORS: usize = 1 << 8;
/// Roles of one subject that are compared with one another where some of them confine and others open.
pub const ROLES_TOGETHER: usize = 1 << 6;
/// Steps of a chain of parents that a finding shows.
pub const CHAIN_LABELS: usize = 6;
/// Grants of all flattened roles, shared ones counted for each role that has them (`flat-too-large`).
pub const FLAT_HELD: usize = 1 << 29;
/// Lists on one variable, in conditions on one permission, that are compared with one another: of a role with more, those
/// that a wider one makes needless are kept.
pub const COMPARED_LISTS: usize = 1 << 8;
/// Permissions in all distinct sets that the flattened roles share (`flat-too-large`).
pub const FLAT_GRANTS: usize = 1 << 27;
/// Roles that can watch any other user that are told one by one (`watches-any-user`).
pub const WATCHERS: usize = 16;
/// Groups that one group is in, by steps (`groups-too-deep`); each of its members is in them too.
pub const GROUPS_AROUND: usize = 1 << 8;
