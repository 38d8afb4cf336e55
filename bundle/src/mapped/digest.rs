//! The digests of a file: a fast one, that a file which was cut off or changed by accident does not open, and the SHA-256.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_64;

use super::layout::{CONTENT_FROM, COVERED, FAST_FROM};

/// The fast digest is that of the digests of pieces of so many bytes, so that several threads can share a large file.
const PIECE: usize = 1 << 20;
/// A thread takes longer to start than some pieces take.
const PIECES_A_THREAD: usize = 8;
/// More threads than that wait for memory together.
const THREADS: usize = 4;

/// The fast digest of a file.
pub(super) fn fast(file: &[u8]) -> u64 {
    let pieces: Vec<&[u8]> = file[FAST_FROM..].chunks(PIECE).collect();
    let digests: Vec<AtomicU64> = pieces.iter().map(|_| AtomicU64::new(0)).collect();
    let next = AtomicUsize::new(0);
    let take_pieces = || {
        while let Some((piece, digest)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            pieces.get(at).zip(digests.get(at))
        } {
            digest.store(xxh3_64(piece), Ordering::Relaxed);
        }
    };
    let wanted = (pieces.len() / PIECES_A_THREAD).min(THREADS);
    let threads = if wanted > 1 { wanted.min(thread::available_parallelism().map_or(1, NonZero::get)) } else { 1 };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where no further thread can be had, those that are there do it all.
            drop(thread::Builder::new().spawn_scoped(scope, take_pieces));
        }
        take_pieces();
    });
    let digests: Vec<u8> = digests.into_iter().flat_map(|digest| digest.into_inner().to_le_bytes()).collect();
    xxh3_64(&digests)
}

/// The digest of all but the digests.
pub(super) fn sha256(file: &[u8]) -> [u8; 32] {
    let mut sha256 = Sha256::new();
    sha256.update(&file[..COVERED]);
    sha256.update(&file[CONTENT_FROM..]);
    sha256.finalize().into()
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::{FAST_FROM, PIECE, PIECES_A_THREAD, fast};

    #[test]
    fn the_fast_digest_does_not_depend_on_threads() {
        for length in [0, 1, PIECE, PIECE + 1, 3 * PIECES_A_THREAD * PIECE + 5] {
            let file: Vec<u8> = (0..251).cycle().take(FAST_FROM + length).collect();
            let mut digests = Vec::new();
            for piece in file[FAST_FROM..].chunks(PIECE) {
                digests.extend(xxh3_64(piece).to_le_bytes());
            }
            assert_eq!(fast(&file), xxh3_64(&digests), "{length} bytes");
        }
    }
}
