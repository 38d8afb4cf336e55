//! What makes a bundle that was spoiled open all the same, by the page on the format. Other crates' tests take this file in.

use xxhash_rust::xxh3::xxh3_64;

/// Makes the fast digest and the length right again, so that what was spoiled is really read.
pub(crate) fn seal(bytes: &mut [u8]) {
    let length = bytes.len() as u64;
    if bytes.len() >= 64 {
        bytes[16..24].copy_from_slice(&length.to_le_bytes());
        let pieces: Vec<u8> = bytes[32..].chunks(1 << 20).flat_map(|piece| xxh3_64(piece).to_le_bytes()).collect();
        bytes[24..32].copy_from_slice(&xxh3_64(&pieces).to_le_bytes());
    }
}
