//! Surfaces, and the enforcements that guard them.

use zerocopy::little_endian::U32;

use super::{Writer, number, optional, paths};
use crate::Error;
use crate::document::{Certainty, SurfaceKind, SurfaceRequires};
use crate::mapped::layout::{Beginning, Enforcement, KindId, NONE, Span, Surface, fact, flag};

pub(super) fn write(writer: &mut Writer<'_>) -> Result<(), Error> {
    for surface in &writer.document.surfaces {
        let (requires, kind) = required(writer, &surface.requires)?;
        let own = if surface.or_self { flag::SURFACE_SELF } else { 0 };
        let flags = U32::new(kind | own | kind_number(surface.kind) << flag::SURFACE_KIND);
        let method = surface.method.as_deref().map_or(Ok(U32::new(NONE)), |method| writer.string(method))?;
        let enforcement = optional(surface.enforcement);
        let (requires, requires_count) = (requires.start, requires.count);
        writer.content.surfaces.push(Surface { requires, requires_count, flags, enforcement, method });
    }
    enforcements(writer)?;
    paths::write(writer)
}

/// The number of a kind of surfaces.
pub(super) fn kind_number(kind: SurfaceKind) -> u32 {
    match kind {
        SurfaceKind::Endpoint => flag::KIND_ENDPOINT,
        SurfaceKind::Topic => flag::KIND_TOPIC,
        SurfaceKind::View => flag::KIND_VIEW,
    }
}

fn required(writer: &mut Writer<'_>, requires: &SurfaceRequires) -> Result<(Span, u32), Error> {
    let (ids, kind) = match requires {
        SurfaceRequires::All(ids) => (Some(ids), flag::REQUIRES_ALL),
        SurfaceRequires::Any(ids) => (Some(ids), flag::REQUIRES_ANY),
        SurfaceRequires::Open => (None, flag::REQUIRES_OPEN),
        SurfaceRequires::Unstated => (None, flag::REQUIRES_UNSTATED),
    };
    Ok((writer.own_list(ids.into_iter().flat_map(crate::document::IdList::iter))?, kind))
}

fn certainty(certainty: Option<Certainty>) -> U32 {
    U32::new(match certainty {
        None => flag::CERTAINTY_ANNOUNCED,
        Some(Certainty::Estimated) => flag::CERTAINTY_ESTIMATED,
        Some(Certainty::NotAnnounced) => flag::CERTAINTY_NOT_ANNOUNCED,
        Some(Certainty::OptedIn) => flag::CERTAINTY_OPTED_IN,
    })
}

fn enforcements(writer: &mut Writer<'_>) -> Result<(), Error> {
    for (at, enforcement) in writer.document.enforcements.iter().enumerate() {
        let (formerly, kind) = required(writer, &enforcement.formerly)?;
        let start = writer.content.beginnings.len();
        writer.content.beginnings.extend(enforcement.regions.iter().map(|own| Beginning {
            region: U32::new(own.region),
            day: U32::new(own.from.number()),
            certainty: certainty(own.certainty),
        }));
        let row = Enforcement {
            formerly: formerly.start,
            formerly_count: formerly.count,
            flags: U32::new(kind),
            default: optional(enforcement.default.map(|start| start.from.number())),
            default_certainty: certainty(enforcement.default.and_then(|start| start.certainty)),
            regions: number(start)?,
            regions_count: number(enforcement.regions.len())?,
        };
        writer.content.enforcements.push(row);
        writer.fact_text(KindId::Enforcement, at, fact::TITLE, enforcement.title.as_ref())?;
    }
    Ok(())
}
