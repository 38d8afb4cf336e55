//! A compiled project → `bundle.json`: flat, sorted, the same bytes for the same meaning.
//!
//! First everything that is in use is numbered by what it is called or holds (`tables`), then the document is
//! streamed (`form`), and after it the map of where all this comes from (`map`). Ids of the compiler never reach the output. The form is described in `docs/bundle-format.md`.

mod form;
mod ids;
mod map;
mod subjects;
mod surfaces;
mod tables;
mod times;

use std::io::{self, Write};

use jiff::civil::Date;

use crate::flatten::Flat;
use crate::model::{Program, RegionId, RoleId};
use crate::source::Sources;
use crate::timeline::Epochs;
use tables::Tables;
use times::Times;

/// The version of the form: another major version can't be read, a later minor one has more keys.
const FORMAT: (u32, u32) = (1, 0);

/// What a bundle is made of: a project without errors.
#[derive(Debug)]
pub struct Parts<'c> {
    /// The project's name.
    pub name: &'c str,
    /// The project's version.
    pub version: &'c str,
    /// The texts.
    pub sources: &'c Sources,
    /// The resolved project; sets are added to it.
    pub program: &'c mut Program,
    /// Effective grants.
    pub flat: &'c Flat,
    /// What backfills change.
    pub epochs: &'c Epochs,
}

/// How much of time and place a bundle covers.
#[derive(Debug, Default, Clone, Copy)]
pub struct Extent {
    /// This region alone; without one, the default dates and every region.
    pub region: Option<RegionId>,
    /// The epoch of this day alone, with all gains up to it among the grants.
    pub as_of: Option<Date>,
}

/// A bundle, ready to be written.
#[derive(Debug)]
pub struct Bundle<'c> {
    name: &'c str,
    version: &'c str,
    sources: &'c Sources,
    program: &'c Program,
    extent: Extent,
    roles: Vec<RoleId>,
    /// By role of the program: its number.
    role_numbers: Vec<u32>,
    times: Times,
    tables: Tables,
}

impl<'c> Bundle<'c> {
    /// Selects and numbers what the bundle holds.
    #[must_use]
    pub fn new(parts: Parts<'c>, extent: Extent) -> Self {
        let Parts { name, version, sources, program, flat, epochs } = parts;
        let mut roles = program.named_roles();
        roles.retain(|role| flat.is_flat(*role));
        let times = times::select(program, flat, epochs, extent, &roles);
        let tables = Tables::new(program, flat, &roles, (&times, extent));
        let role_numbers = subjects::role_numbers(program, &roles);
        Self { name, version, sources, program, extent, roles, role_numbers, times, tables }
    }

    /// Writes the bundle as canonical JSON.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&self, out: impl Write + Send) -> io::Result<()> {
        // On a thread of the pool, which does not wake another for each of many short tasks.
        rayon::scope(|_| form::write(self, out))
    }

    /// Writes the bundle's map: the lines of the sources that give what is in it. The digest is that of what [`Bundle::write`] writes.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write_map(&self, digest: &str, out: impl Write + Send) -> io::Result<()> {
        rayon::scope(|_| map::write(self, digest, out))
    }

    /// The number of a role.
    fn role_number(&self, role: RoleId) -> u32 {
        self.role_numbers[role.index()]
    }

    /// How many roles it holds.
    #[must_use]
    pub fn role_count(&self) -> usize {
        self.roles.len()
    }

    /// How many permissions are in use in it.
    #[must_use]
    pub fn permission_count(&self) -> usize {
        self.tables.permissions.len()
    }

    /// The regions that are not in it, because on its day roles hold, or surfaces ask for, something else there.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        self.times.left_out.iter().map(|region| &*self.program.regions[region.index()])
    }
}
