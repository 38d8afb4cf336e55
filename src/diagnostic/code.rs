//! The table of codes: each finding's name, default level, and page.
//!
//! A code is never renamed and never reused. A row without a page does not compile.

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The project means something wrong or nothing at all: no bundle is written.
    Error,
    /// Probably not what was meant.
    Warning,
    /// Worth knowing.
    Hint,
}

impl Level {
    /// The level's name in output and manifests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// What a project makes of codes: another level, or (`None`) nothing at all.
pub type Levels = std::collections::BTreeMap<Code, Option<Level>>;

/// Whether a project may judge a finding otherwise than the table does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Without it the program has no meaning: always reported, always at its level.
    Fixed,
    /// A judgement: its level may be set in the manifest, and `allow-finding` may silence it.
    Judgement,
}

macro_rules! codes {
    ($($(#[doc = $summary:literal])+ $variant:ident = $name:literal, $level:ident, $kind:ident;)+) => {
        /// What a finding is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $summary])+ $variant,)+ }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The code as written in manifests and `allow-finding`, and shown with each finding.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// The level of the code where the manifest says nothing else.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Code::$variant => Level::$level,)+ }
            }

            /// Whether manifests may set the level and `allow-finding` may silence it.
            #[must_use]
            pub const fn is_judgement(self) -> bool {
                match self { $(Code::$variant => matches!(Kind::$kind, Kind::Judgement),)+ }
            }

            /// One line on what the code means.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Code::$variant => concat!($($summary),+).trim_ascii(),)+ }
            }

            /// The page that explains the code: Markdown with examples that fail and pass.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("../../docs/findings/", $name, ".md")),)+ }
            }
        }
    };
}

codes! {
    /// A text is not of the language.
    SyntaxError = "syntax-error", Error, Fixed;
    /// More syntax errors in one file than are listed.
    TooManySyntaxErrors = "too-many-syntax-errors", Error, Fixed;
    /// A source file is not UTF-8.
    NotUtf8 = "not-utf8", Error, Fixed;
    /// A source file is larger than the compiler reads.
    FileTooLarge = "file-too-large", Error, Fixed;
    /// All source files together are larger than the compiler reads.
    ProjectTooLarge = "project-too-large", Error, Fixed;
    /// A declaration is larger than the compiler reads.
    DeclarationTooLarge = "declaration-too-large", Error, Fixed;
    /// More findings than are told.
    TooManyFindings = "too-many-findings", Error, Fixed;
    /// A folder links back to one that holds it.
    DirectoryLoop = "directory-loop", Warning, Judgement;
    /// A condition has too many parentheses inside one another.
    NestedTooDeeply = "nested-too-deeply", Error, Fixed;
    /// A date that no calendar has.
    InvalidDate = "invalid-date", Error, Fixed;
    /// A string with an escape that the language does not have.
    InvalidString = "invalid-string", Error, Fixed;
    /// A number that can't be held exactly.
    InvalidNumber = "invalid-number", Error, Fixed;
    /// `all`, `any`, `home` or `open` used as a name.
    ReservedName = "reserved-name", Error, Fixed;
    /// Two declarations of one name.
    DuplicateDeclaration = "duplicate-declaration", Error, Fixed;
    /// A fact that can be said once is said twice.
    RepeatedFact = "repeated-fact", Error, Fixed;

    /// A permission, or one name in a selector, that the catalog does not have.
    UnknownPermission = "unknown-permission", Error, Fixed;
    /// A selector that matches no permission.
    EmptySelector = "empty-selector", Error, Fixed;
    /// A selector where one full permission name is needed.
    NotOnePermission = "not-one-permission", Error, Fixed;
    /// A role that is not declared.
    UnknownRole = "unknown-role", Error, Fixed;
    /// A division or set of divisions that is not declared.
    UnknownDivision = "unknown-division", Error, Fixed;
    /// A region that the organisation does not list.
    UnknownRegion = "unknown-region", Error, Fixed;
    /// A backfill that is not declared.
    UnknownBackfill = "unknown-backfill", Error, Fixed;
    /// An endpoint, topic or view that no source declares.
    UnknownSurface = "unknown-surface", Error, Fixed;
    /// A licence that is not declared.
    UnknownLicense = "unknown-license", Error, Fixed;
    /// A group that is not declared.
    UnknownGroup = "unknown-group", Error, Fixed;
    /// A user who is not declared.
    UnknownUser = "unknown-user", Error, Fixed;
    /// An application that is not declared.
    UnknownApplication = "unknown-application", Error, Fixed;
    /// An object or folder that is not declared.
    UnknownObject = "unknown-object", Error, Fixed;
    /// A finding's code that does not exist.
    UnknownCode = "unknown-code", Error, Fixed;

    /// The same fact stated twice with different values.
    ConflictingFacts = "conflicting-facts", Error, Fixed;
    /// A pair whose halves the catalog describes otherwise.
    PairAwareness = "pair-awareness", Error, Fixed;
    /// A surface that looks as if it wanted a pair.
    PairCandidate = "pair-candidate", Hint, Judgement;
    /// The project overrules an imported catalog.
    CatalogCorrected = "catalog-corrected", Hint, Judgement;
    /// Two surface templates that no request can tell apart.
    DuplicateSurface = "duplicate-surface", Error, Fixed;
    /// An endpoint's path that no request can match.
    InvalidPath = "invalid-path", Error, Fixed;
    /// More permissions than the compiler holds.
    CatalogTooLarge = "catalog-too-large", Error, Fixed;
    /// Surfaces that are open to anybody, or of which the catalog does not say who may use them.
    Exposure = "exposure", Hint, Judgement;

    /// A second home division.
    SecondHomeDivision = "second-home-division", Error, Fixed;
    /// Sets of divisions that contain one another.
    DivisionCycle = "division-cycle", Error, Fixed;
    /// More divisions than the compiler holds.
    TooManyDivisions = "too-many-divisions", Error, Fixed;
    /// A division or set of divisions that nothing uses.
    UnusedDivision = "unused-division", Hint, Judgement;

    /// Roles that inherit from one another.
    InheritanceCycle = "inheritance-cycle", Error, Fixed;
    /// An `allow` of one permission that an `except` of the same role takes away.
    AllowAndExcept = "allow-and-except", Error, Fixed;
    /// A clause whose divisions leave nothing.
    EmptyScope = "empty-scope", Error, Fixed;
    /// A clause whose divisions leave nothing of part of what it grants.
    PartlyEmptyScope = "partly-empty-scope", Warning, Judgement;
    /// A clause that changes nothing.
    NoEffect = "no-effect", Warning, Judgement;
    /// An `allow` of what a parent already gives.
    RedundantWithParent = "redundant-with-parent", Hint, Judgement;
    /// A condition that the catalog does not allow on the permission.
    ConditionNotAllowed = "condition-not-allowed", Error, Fixed;
    /// A comparison of values of different types.
    ConditionType = "condition-type", Error, Fixed;
    /// A deprecated permission is granted by name.
    DeprecatedPermission = "deprecated-permission", Warning, Judgement;
    /// A permission is held without another that it is useless without.
    MissingRequiredPermission = "missing-required-permission", Warning, Judgement;
    /// A role needs another one beside it.
    RequiredRole = "required-role", Hint, Judgement;
    /// A vendor role is edited in place.
    EditedVendorRole = "edited-vendor-role", Warning, Judgement;
    /// A vendor role is edited twice.
    SecondOverride = "second-override", Error, Fixed;
    /// An override of a role that is not the vendor's.
    NotAVendorRole = "not-a-vendor-role", Error, Fixed;
    /// A fact in an override that only the vendor can state.
    FactInOverride = "fact-in-override", Error, Fixed;
    /// A role of the vendor that an organisation of this age does not have.
    RoleNotAvailable = "role-not-available", Error, Judgement;
    /// The flattened roles are larger than the compiler holds.
    FlatTooLarge = "flat-too-large", Error, Fixed;

    /// A wildcard brought the division-unaware half of a pair into a confined role.
    WildcardDefeatsConfinement = "wildcard-defeats-confinement", Error, Judgement;
    /// A confined role holds both halves of a pair.
    ConfinementDefeated = "confinement-defeated", Error, Judgement;
    /// A confined role holds the division-unaware half of a pair alone.
    UnawareHalf = "unaware-half", Error, Judgement;
    /// A confined role holds a division-unaware permission that has no counterpart.
    Unconfinable = "unconfinable", Warning, Judgement;
    /// A confined role holds permissions whose division-awareness is not stated.
    UnstatedAwareness = "unstated-awareness", Warning, Judgement;
    /// A division-unaware permission opens the same surface as a confined one.
    SurfaceUnconfined = "surface-unconfined", Warning, Judgement;
    /// A role that is not confined holds both halves of a pair.
    PairTransition = "pair-transition", Hint, Judgement;

    /// A backfill without a date.
    BackfillWithoutDate = "backfill-without-date", Error, Fixed;
    /// A backfill that names neither a trigger nor roles.
    BackfillWithoutTarget = "backfill-without-target", Error, Fixed;
    /// A backfill that adds nothing.
    BackfillWithoutAddition = "backfill-without-addition", Error, Fixed;
    /// A backfill that no role of the project gains from.
    BackfillWithoutEffect = "backfill-without-effect", Hint, Judgement;
    /// A backfill has no date in some of the organisation's regions.
    RegionWithoutDate = "region-without-date", Hint, Judgement;
    /// A role is created after a backfill that it would have gained from.
    CreatedTooLate = "created-too-late", Warning, Judgement;
    /// The platform will add what a role's `except` forbids.
    ExceptBeatsBackfill = "except-beats-backfill", Warning, Judgement;
    /// A backfill is marked done, and a role does not say what it added.
    DoneBackfill = "done-backfill", Hint, Judgement;
    /// More dates of change than the compiler holds.
    TooManyEpochs = "too-many-epochs", Error, Fixed;

    /// An enforcement that guards nothing.
    EnforcementWithoutGuard = "enforcement-without-guard", Error, Fixed;
    /// An enforcement without a date.
    EnforcementWithoutDate = "enforcement-without-date", Error, Fixed;
    /// Two enforcements guard one surface.
    GuardedTwice = "guarded-twice", Error, Fixed;
    /// The manifest opts in to what has no grace period.
    OptInWithoutGrace = "opt-in-without-grace", Error, Fixed;
    /// Something is enforced before the backfill that prepares roles for it.
    EnforcedBeforeBackfill = "enforced-before-backfill", Error, Judgement;
    /// A guarded surface asks for what the backfill before it does not add.
    GuardNotBackfilled = "guard-not-backfilled", Warning, Judgement;
    /// Roles lose surfaces when an enforcement begins.
    EnforcementLoss = "enforcement-loss", Hint, Judgement;
    /// An enforcement has no date in some of the organisation's regions.
    RegionWithoutEnforcement = "region-without-enforcement", Hint, Judgement;
    /// A role can watch any other user by topics.
    WatchesAnyUser = "watches-any-user", Hint, Judgement;

    /// Licences of which each is dearer than the other.
    LicenseCycle = "license-cycle", Error, Fixed;
    /// More licences than the compiler holds.
    TooManyLicenses = "too-many-licenses", Error, Fixed;
    /// A role calls for a licence that an organisation of this kind does not want.
    UnwantedLicense = "unwanted-license", Warning, Judgement;
    /// A role needs a licence that nothing it holds calls for.
    MissingLicense = "missing-license", Hint, Judgement;

    /// Groups that are members of one another.
    GroupCycle = "group-cycle", Error, Fixed;
    /// A group is, by steps, in more groups than the compiler holds.
    GroupsTooDeep = "groups-too-deep", Error, Fixed;
    /// An assignment in the home division where none is declared.
    NoHomeDivision = "no-home-division", Error, Fixed;
    /// A role is assigned in divisions in which it grants nothing.
    EmptyAssignment = "empty-assignment", Error, Fixed;
    /// A role is assigned in divisions in which part of what it grants does not hold.
    PartlyEmptyAssignment = "partly-empty-assignment", Warning, Judgement;
    /// Somebody has a confined role, and another one that opens the same everywhere.
    CrossRoleConfinement = "cross-role-confinement", Error, Judgement;
    /// Somebody does not have a role that they must have beside others.
    MissingRequiredRole = "missing-required-role", Warning, Judgement;
    /// An assignment gives what somebody has already.
    RedundantAssignment = "redundant-assignment", Hint, Judgement;
    /// Roles that nobody has.
    UnassignedRoles = "unassigned-roles", Hint, Judgement;
    /// Users have all of an application because they have no role in it.
    UnconfiguredFullAccess = "unconfigured-full-access", Error, Judgement;
    /// An option of the old way stands for what groups give.
    OldOption = "old-option", Warning, Judgement;
    /// Objects that everybody may read, since nothing is said of it.
    UnlistedReaders = "unlisted-readers", Hint, Judgement;

    /// Somebody holds together what nobody may.
    NeverBroken = "never-broken", Error, Judgement;
    /// An assertion does not hold.
    AssertionFailed = "assertion-failed", Error, Fixed;
    /// A line of a test does not hold.
    TestFailed = "test-failed", Error, Fixed;
    /// A test expects something of nobody.
    NobodyAsks = "nobody-asks", Error, Fixed;
    /// A test that expects nothing.
    EmptyTest = "empty-test", Error, Fixed;
    /// A test looks at a subject in divisions of its own.
    SubjectInDivisions = "subject-in-divisions", Error, Fixed;

    /// An `allow-finding` that silences nothing.
    UnneededAllowFinding = "unneeded-allow-finding", Warning, Judgement;
    /// An `allow-finding` of a finding that can't be silenced.
    FindingNotAllowable = "finding-not-allowable", Error, Fixed;
    /// Wildcards and copies are not pinned by a lock file.
    NoLock = "no-lock", Hint, Judgement;
    /// The catalog or a vendor role changed since the lock file was written.
    LockDrift = "lock-drift", Warning, Judgement;
    /// The lock file does not cover what the sources say now.
    LockOutdated = "lock-outdated", Warning, Judgement;

    /// Something that a target has no words for.
    Inexpressible = "inexpressible", Error, Fixed;
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|code| code.name() == name).ok_or(())
    }
}
