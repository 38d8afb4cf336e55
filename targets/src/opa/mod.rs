//! A bundle of OPA: one archive with the data, a policy that is the same for all projects, and a manifest.
//!
//! The archive is the same bytes for the same document: the order of its entries, their times and their owners are fixed.

mod data;
mod jumps;
mod surfaces;

use std::io::Write as _;

use flate2::{Compression, GzBuilder};
use rolec_bundle::Document;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::Output;

/// The policy, which reads the data.
const POLICY: &str = include_str!("policy.rego");

/// Writes the archive. OPA has words for everything.
pub(crate) fn emit(document: &Document) -> Vec<Output> {
    let data = json(&data::Data::new(document));
    let manifest = json(&Manifest { rego_version: 1, revision: revision(&data), roots: ["rolec"] });
    let entries =
        [(".manifest", manifest.as_slice()), ("rolec/bundle/data.json", &data), ("rolec/policy.rego", POLICY.as_bytes())];
    // Writing to memory does not fail.
    let bytes = archive(&entries).unwrap_or_default();
    vec![Output { path: "bundle.tar.gz".to_owned(), bytes }]
}

#[derive(Serialize)]
struct Manifest {
    rego_version: u8,
    revision: String,
    roots: [&'static str; 1],
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // None of these forms has anything that JSON can't say.
    serde_json::to_vec(value).unwrap_or_default()
}

/// A digest of all that decides.
fn revision(data: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(data);
    digest.update(POLICY.as_bytes());
    format!("sha256:{:x}", digest.finalize())
}

fn archive(entries: &[(&str, &[u8])]) -> std::io::Result<Vec<u8>> {
    // Without a time and without the name of a system in its head.
    let packed = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::new(6));
    let mut archive = tar::Builder::new(packed);
    for (path, bytes) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        archive.append_data(&mut header, path, *bytes)?;
    }
    let mut packed = archive.into_inner()?;
    packed.flush()?;
    packed.finish()
}
