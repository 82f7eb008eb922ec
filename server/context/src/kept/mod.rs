//! What is known of a project, kept on disk from one life of the server to the next, so that only
//! what has changed meanwhile is read again.
//!
//! A file of the user's cache folder holds it, named after the project's root. It holds facts
//! alone (names, lines and counts, as the index has them), by the fingerprint of the text that
//! each was read from, so a fact never meets a text that it does not belong to. Its own
//! fingerprint stands at its beginning: a file that is damaged, cut, of another version or of
//! another project is as good as none. Readers and writers of several servers need no lock, since
//! a file is only ever replaced whole.

mod bytes;
mod facts;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use stdx::cache::CacheDir;
use stdx::{AbsPath, content_hash};
use workspace::{STAMP_BYTES, Stamp};

use self::bytes::{Reader, Writer};
use self::facts::Numbers;
use crate::facts::{FileFacts, NameId};
use crate::graph::File;
use crate::names::Names;

/// What the file begins with.
const MARK: [u8; 8] = *b"ostl-idx";
/// Raised whenever the form of the file changes, or what is read off a text: a test that pins the
/// facts of some texts says when.
pub(crate) const VERSION: u32 = 2;
/// A larger file is neither written nor read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// What the files of all projects have together.
const MAX_ALL_BYTES: u64 = 1024 * 1024 * 1024;

/// The place of one project's file.
#[derive(Debug, Clone)]
pub(crate) struct Shelf {
    folder: CacheDir,
    name: String,
    root: AbsPath,
}

/// A file of the project as it was when it was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeptFile {
    /// Relative to the root.
    pub(crate) name: Box<str>,
    /// Of its text.
    pub(crate) hash: [u8; 16],
    /// What the file system said of it, if that can be relied on.
    pub(crate) stamp: Option<Stamp>,
    pub(crate) facts: FileFacts,
}

/// All that was kept.
pub(crate) struct Kept {
    pub(crate) names: Names,
    pub(crate) files: Vec<KeptFile>,
}

/// Why nothing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Nothing was kept.
    Nothing,
    /// Another version wrote it.
    OtherVersion,
    /// It is not as it was written.
    Damaged,
}

impl Shelf {
    /// Where the facts of the project beneath `root` are kept in `folder`. `None` if that lies in
    /// the project: then whoever wrote the project may have written it.
    pub(crate) fn new(folder: &CacheDir, root: &AbsPath) -> Option<Shelf> {
        let real = |path: &std::path::Path| path.canonicalize().ok();
        if real(folder.path())?.starts_with(real(root.as_path())?) {
            return None;
        }
        let hash = content_hash(root.as_path().as_os_str().as_encoded_bytes());
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Shelf { folder: folder.clone(), name: format!("{hex}.index"), root: root.clone() })
    }

    /// What was kept.
    pub(crate) fn load(&self) -> Result<Kept, Missing> {
        let bytes = self.folder.read(&self.name, MAX_BYTES).ok_or(Missing::Nothing)?;
        decode(&bytes, &self.root)
    }

    /// Keeps `files`, each with its stamp.
    pub(crate) fn save(
        &self,
        names: &Names,
        files: &[(&Arc<File>, Option<Stamp>)],
    ) -> std::io::Result<()> {
        let bytes = encode(names, files, &self.root);
        if bytes.len() as u64 > MAX_BYTES {
            return Ok(());
        }
        self.folder.replace(&self.name, &bytes)?;
        self.folder.keep_within(MAX_ALL_BYTES, &self.name);
        Ok(())
    }
}

fn encode(names: &Names, files: &[(&Arc<File>, Option<Stamp>)], root: &AbsPath) -> Vec<u8> {
    let mut body = Writer::default();
    body.text(root.as_path().as_os_str().as_encoded_bytes());
    // Names that no file uses any more stay behind. The others keep their order, by which the
    // words of a file are sorted.
    let mut numbers = vec![0; names.len()];
    for (file, _) in files {
        facts::names(&file.facts, |name| {
            if let Some(number) = numbers.get_mut(name as usize) {
                *number = 1;
            }
        });
    }
    let mut used = Vec::new();
    if let Some(none) = numbers.first_mut() {
        *none = 0;
    }
    for (name, number) in (0..).zip(&mut numbers) {
        if *number != 0 {
            used.push(name);
            *number = NameId::try_from(used.len()).unwrap_or_default();
        }
    }
    body.len(used.len());
    for name in used {
        body.text(names.text(name).as_bytes());
    }
    body.len(files.len());
    for (file, stamp) in files {
        body.text(file.name.as_bytes());
        body.bytes.extend_from_slice(&file.hash);
        body.u8(u8::from(stamp.is_some()));
        if let Some(stamp) = stamp {
            body.bytes.extend_from_slice(&stamp.to_bytes());
        }
        facts::write(&mut body, &file.facts, &Numbers(&numbers));
    }
    let mut all = Writer::default();
    all.bytes.reserve_exact(body.bytes.len() + 32);
    all.bytes.extend_from_slice(&MARK);
    all.u32(VERSION);
    all.bytes.extend_from_slice(&content_hash(&body.bytes));
    all.bytes.extend_from_slice(&body.bytes);
    all.bytes
}

fn decode(bytes: &[u8], root: &AbsPath) -> Result<Kept, Missing> {
    let mut reader = Reader::new(bytes);
    if reader.array() != Some(MARK) {
        return Err(Missing::Damaged);
    }
    match reader.u32() {
        Some(VERSION) => {}
        Some(_) => return Err(Missing::OtherVersion),
        None => return Err(Missing::Damaged),
    }
    let hash = reader.array::<16>();
    let body = &bytes[bytes.len().min(MARK.len() + 4 + 16)..];
    if hash != Some(content_hash(body)) {
        return Err(Missing::Damaged);
    }
    decode_body(Reader::new(body), root).ok_or(Missing::Damaged)
}

fn decode_body(mut reader: Reader<'_>, root: &AbsPath) -> Option<Kept> {
    if reader.text()? != root.as_path().as_os_str().as_encoded_bytes() {
        return None;
    }
    let list = reader.list(4, |reader| std::str::from_utf8(reader.text()?).ok())?;
    let mut names = Names::default();
    for (number, name) in (1..).zip(&list) {
        if names.intern(name) != number {
            return None;
        }
    }
    let files = reader.list(40, |reader| {
        Some(KeptFile {
            name: std::str::from_utf8(reader.text()?).ok()?.into(),
            hash: reader.array()?,
            stamp: match reader.u8()? {
                0 => None,
                _ => Some(Stamp::from_bytes(reader.array::<STAMP_BYTES>()?)),
            },
            facts: facts::read(reader, names.len())?,
        })
    })?;
    reader.is_at_end().then(|| Kept { names, files: files.into_vec() })
}
