//! Selectors of permissions: what they match, and how they read.

/// A selector's meaning, without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    /// `*`.
    All,
    /// A one-word permission.
    Word(String),
    /// `domain:entity:action`.
    Parts([Part; 3]),
    /// A part is missing.
    Broken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Any,
    One(String),
    Set(Vec<String>),
}

impl Selector {
    /// Whether it has a `*`.
    pub(crate) fn is_wildcard(&self) -> bool {
        match self {
            Self::All => true,
            Self::Parts(parts) => parts.contains(&Part::Any),
            Self::Word(_) | Self::Broken => false,
        }
    }

    /// Whether it is one full name: neither `*` nor braces.
    pub(crate) fn is_one_name(&self) -> bool {
        match self {
            Self::Word(_) => true,
            Self::Parts(parts) => parts.iter().all(|part| matches!(part, Part::One(_))),
            Self::All | Self::Broken => false,
        }
    }

    /// Whether a permission is among those that it names.
    pub(crate) fn matches(&self, permission: &str) -> bool {
        match self {
            Self::All => true,
            Self::Word(word) => permission == word,
            Self::Parts(parts) => {
                permission.split(':').count() == 3
                    && parts.iter().zip(permission.split(':')).all(|(part, segment)| part.matches(segment))
            }
            Self::Broken => false,
        }
    }
}

impl Part {
    /// Whether a segment is among those that it names.
    pub(crate) fn matches(&self, segment: &str) -> bool {
        self.written().is_empty() || self.written().iter().any(|name| name == segment)
    }

    /// The names written out in it; none for `*`.
    pub(crate) fn written(&self) -> &[String] {
        match self {
            Self::Any => &[],
            Self::One(name) => std::slice::from_ref(name),
            Self::Set(names) => names,
        }
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = |part: &Part| match part {
            Part::Any => "*".to_owned(),
            Part::One(name) => name.clone(),
            Part::Set(names) => format!("{{{}}}", names.join(", ")),
        };
        match self {
            Self::All => f.write_str("*"),
            Self::Word(word) => f.write_str(word),
            Self::Parts(parts) => write!(f, "{}:{}:{}", part(&parts[0]), part(&parts[1]), part(&parts[2])),
            Self::Broken => f.write_str("?"),
        }
    }
}
