//! Surfaces, and the enforcements that guard them.

use zerocopy::little_endian::U32;

use super::{Read, Reader, day};
use crate::document::{Certainty, Enforcement, InRegion, Start, Surface, SurfaceKind, SurfaceRequires};
use crate::mapped::layout::{KindId, fact, flag};
use crate::mapped::{Corrupt, part, some};

impl Reader<'_, '_> {
    pub(super) fn surface(&self, id: u32) -> Read<Surface> {
        let row = self.tables.surfaces.get(id as usize).ok_or(Corrupt)?;
        let flags = row.flags.get();
        Ok(Surface {
            enforcement: some(row.enforcement),
            kind: match flags >> flag::SURFACE_KIND {
                flag::KIND_ENDPOINT => SurfaceKind::Endpoint,
                flag::KIND_TOPIC => SurfaceKind::Topic,
                flag::KIND_VIEW => SurfaceKind::View,
                _ => return Err(Corrupt),
            },
            method: some(row.method).map(|method| self.string(U32::new(method))).transpose()?,
            name: self.name(KindId::Surface, id)?,
            requires: self.required(flags, row.requires, row.requires_count)?,
            or_self: flags & flag::SURFACE_SELF != 0,
        })
    }

    fn required(&self, flags: u32, start: U32, count: U32) -> Read<SurfaceRequires> {
        Ok(match flags & flag::REQUIRES {
            flag::REQUIRES_ALL => SurfaceRequires::All(self.ids(start, count)?),
            flag::REQUIRES_ANY => SurfaceRequires::Any(self.ids(start, count)?),
            flag::REQUIRES_OPEN => SurfaceRequires::Open,
            _ => SurfaceRequires::Unstated,
        })
    }

    pub(super) fn enforcement(&self, id: u32) -> Read<Enforcement> {
        let row = self.tables.enforcements.get(id as usize).ok_or(Corrupt)?;
        let default = match some(row.default) {
            None => None,
            Some(from) => Some(Start { certainty: certainty(row.default_certainty)?, from: day(from)? }),
        };
        let rows = part(self.tables.beginnings, row.regions, row.regions_count)?;
        self.take(size_of_val(rows))?;
        let regions = rows.iter().map(|row| {
            Ok(InRegion { certainty: certainty(row.certainty)?, from: day(row.day.get())?, region: row.region.get() })
        });
        Ok(Enforcement {
            default,
            formerly: self.required(row.flags.get(), row.formerly, row.formerly_count)?,
            name: self.name(KindId::Enforcement, id)?,
            regions: regions.collect::<Read<_>>()?,
            title: self.text(KindId::Enforcement, id, fact::TITLE)?,
        })
    }
}

fn certainty(number: U32) -> Read<Option<Certainty>> {
    match number.get() {
        flag::CERTAINTY_ANNOUNCED => Ok(None),
        flag::CERTAINTY_ESTIMATED => Ok(Some(Certainty::Estimated)),
        flag::CERTAINTY_NOT_ANNOUNCED => Ok(Some(Certainty::NotAnnounced)),
        flag::CERTAINTY_OPTED_IN => Ok(Some(Certainty::OptedIn)),
        _ => Err(Corrupt),
    }
}
