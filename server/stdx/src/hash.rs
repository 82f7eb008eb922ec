//! Fingerprints of contents.

/// A fingerprint of `bytes`: equal for equal contents, and different for different ones as far
/// as anybody will ever see. The first half of their BLAKE3 hash.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..16]);
    short
}
