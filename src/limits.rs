//! Every bound of the compiler, each with a finding of its own.

/// Bytes of one source file (`file-too-large`).
pub const FILE_BYTES: usize = 256 << 20;
/// Bytes of all sources together (`project-too-large`); spans are 32 bits wide.
pub const PROJECT_BYTES: usize = 2 << 30;
/// Syntax errors reported of one file (`too-many-syntax-errors`).
pub const SYNTAX_ERRORS: usize = 500;
/// Parentheses inside one another in a condition (`nested-too-deeply`).
pub const CONDITION_DEPTH: usize = 64;
/// Permissions of the catalog (`catalog-too-large`).
pub const PERMISSIONS: usize = 1 << 20;
/// Divisions (`too-many-divisions`); a scope holds a bit for each.
pub const DIVISIONS: usize = 1 << 14;
/// Bytes of the permission sets that all flattened roles share (`flat-too-large`).
pub const FLAT_BYTES: usize = 1 << 30;
/// Dates on which something changes in one region (`too-many-epochs`).
pub const EPOCHS: usize = 1 << 10;
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
/// Unknown names for which near ones are looked up; later ones are reported without.
pub const SUGGESTIONS: usize = 1 << 9;
/// Other clauses that one clause is compared with in the search for clauses without effect.
pub const COMPARED_CLAUSES: usize = 1 << 8;
/// Steps of a chain of parents that a finding shows.
pub const CHAIN_LABELS: usize = 6;
/// Permissions in all distinct sets that the flattened roles share (`flat-too-large`).
pub const FLAT_GRANTS: usize = 1 << 27;
