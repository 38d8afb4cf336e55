//! What a bundle says of itself: of what it was made, by what, and for what.

use crate::mapped::{Bundle, Corrupt, some};
use crate::{Day, Error, FORMAT};

/// Of what a bundle was made, by what, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'b> {
    /// The project.
    pub project: &'b str,
    /// The version of the project, from its manifest.
    pub version: &'b str,
    /// What wrote the bundle.
    pub compiler: &'b str,
    /// The digest of all permissions of the catalog.
    pub catalog: &'b str,
    /// The region that it was made for, if it was.
    pub region: Option<&'b str>,
    /// The day that it was made for, if it was.
    pub as_of: Option<Day>,
    /// The version of the format: major and minor.
    pub format: (u32, u32),
}

impl Bundle {
    /// What the bundle says of itself.
    ///
    /// # Errors
    ///
    /// If the bundle is corrupt.
    pub fn about(&self) -> Result<About<'_>, Error> {
        let tables = self.tables();
        let head = tables.head.first().ok_or(Corrupt)?;
        let string = |number: u32| tables.string(number).ok_or(Corrupt);
        Ok(About {
            project: string(head.project.get())?,
            version: string(head.version.get())?,
            compiler: string(head.compiler.get())?,
            catalog: string(head.catalog.get())?,
            region: some(head.region).map(string).transpose()?,
            as_of: some(head.as_of).map(|number| Day::from_number(number).ok_or(Corrupt)).transpose()?,
            format: (FORMAT.0, head.minor.get()),
        })
    }
}
