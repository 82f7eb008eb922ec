//! Which folders a program needs to see and to write: the project's own, up to the repository or
//! workspace that it is part of, and those of its path dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use stdx::process::Environment;
use text::Text;

use crate::files;
use crate::manifest;
use crate::tree::Tree;

/// More folders than this are not shown: a project that names so many is not a project.
const MAX_PLACES: usize = 64;

/// Folders that hold many people's or many projects' things.
const SHARED: [&str; 14] = [
    "/", "/home", "/root", "/tmp", "/var", "/var/tmp", "/usr", "/opt", "/srv", "/mnt", "/media",
    "/etc", "/run", "/dev",
];

/// The folders that a program may write, and all files in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ground {
    /// None lies in another.
    pub(crate) places: Vec<PathBuf>,
    /// All manifests in them, those of the draft included.
    pub(crate) manifests: Vec<PathBuf>,
    /// Whether the project's settings name a wrapper of the compiler that is a cache.
    pub(crate) names_caching_wrapper: bool,
    /// Differs when a manifest or a setting of cargo's differs.
    pub(crate) signature: u64,
}

/// Finds them for the project at `root`. `drafted` are the files that differ from the disk.
pub(crate) fn survey(
    root: &Path,
    home: Option<&Path>,
    drafted: &BTreeMap<PathBuf, Option<Text>>,
) -> Ground {
    let mut ground = Ground { places: vec![top(root, home)], ..Ground::default() };
    let mut read: BTreeSet<PathBuf> = BTreeSet::new();
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    while let Some(place) = ground.places.iter().find(|place| !read.contains(*place)).cloned() {
        read.insert(place.clone());
        let tree = Tree::read(std::slice::from_ref(&place), &[]);
        let on_disk = tree.files.keys().filter(|path| names_paths(path));
        let in_draft = drafted
            .iter()
            .filter(|(path, text)| text.is_some() && path.starts_with(&place) && names_paths(path));
        let found: Vec<PathBuf> = on_disk.chain(in_draft.map(|(path, _)| path)).cloned().collect();
        for path in found {
            let text = match drafted.get(&path) {
                Some(Some(text)) => text.to_string(),
                Some(None) => continue,
                None => files::read_text(&path).unwrap_or_default(),
            };
            for named in manifest::named_paths(&text, base_of(&path)) {
                ground.add_package(&named, home);
            }
            files.insert(path, text);
        }
    }
    ground.places.sort();
    ground.manifests = files
        .keys()
        .filter(|path| path.file_name() == Some(OsStr::new("Cargo.toml")))
        .cloned()
        .collect();
    ground.names_caching_wrapper = files.values().any(|text| manifest::names_caching_wrapper(text));
    ground.signature = signature(&files);
    ground
}

impl Ground {
    fn add_package(&mut self, path: &Path, home: Option<&Path>) {
        let Ok(path) = path.canonicalize() else { return };
        let known = self.places.iter().any(|place| path.starts_with(place));
        if known || !path.join("Cargo.toml").is_file() || self.places.len() >= MAX_PLACES {
            return;
        }
        let place = top(&path, home);
        self.places.retain(|inner| !inner.starts_with(&place));
        self.places.push(place);
    }
}

/// The outermost repository or workspace that `folder` lies in; `folder` itself if there is none.
fn top(folder: &Path, home: Option<&Path>) -> PathBuf {
    let mut top = folder;
    for outer in folder.ancestors() {
        let shared = SHARED.iter().any(|shared| outer == Path::new(shared))
            || home.is_some_and(|home| home.starts_with(outer));
        if shared {
            break;
        }
        let is_workspace = || {
            files::read_text(&outer.join("Cargo.toml"))
                .is_ok_and(|text| manifest::is_workspace(&text))
        };
        if outer.join(".git").exists() || is_workspace() {
            top = outer;
        }
    }
    top.to_owned()
}

/// Manifests, and cargo's and rustup's settings.
fn names_paths(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let in_cargo = path.parent().and_then(Path::file_name) == Some(OsStr::new(".cargo"));
    match name {
        "Cargo.toml" | "rust-toolchain" | "rust-toolchain.toml" => true,
        "config" | "config.toml" => in_cargo,
        _ => false,
    }
}

/// What the paths in the file are relative to.
fn base_of(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(path);
    if folder.file_name() == Some(OsStr::new(".cargo")) {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    }
}

fn signature(files: &BTreeMap<PathBuf, String>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    hasher.finish()
}

/// Mount points within `places`: an overlay shows only the file system that it was made over.
pub(crate) fn mounts_beneath(places: &[PathBuf]) -> Vec<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let table = files::read_text(Path::new("/proc/self/mountinfo")).unwrap_or_default();
    let mut result: Vec<PathBuf> = table
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .map(|at| PathBuf::from(std::ffi::OsString::from_vec(unescape(at))))
        .filter(|at| places.iter().any(|place| at.starts_with(place) && at != place))
        .filter(|at| at.is_dir())
        .collect();
    result.sort();
    result.dedup();
    result
}

/// Spaces and the like stand in the kernel's table as three octal digits.
fn unescape(text: &str) -> Vec<u8> {
    let mut result = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(escaped) if byte == b'\\' => {
                result.push(escaped);
                rest = &after[3..];
            }
            _ => {
                result.push(byte);
                rest = after;
            }
        }
    }
    result
}

/// The user's home, if it is really theirs: services have system folders for a home.
pub(crate) fn home(environment: &Environment) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    let home = Path::new(environment.get("HOME")?).canonicalize().ok()?;
    let owner = std::fs::metadata(&home).ok()?.uid();
    let ours = owner == rustix::process::geteuid().as_raw();
    (ours && home != Path::new("/")).then_some(home)
}

/// Where cargo keeps its downloads.
pub(crate) fn cargo_home(environment: &Environment) -> Option<PathBuf> {
    own_folder(environment, "CARGO_HOME", ".cargo")
}

/// Where the toolchains are.
pub(crate) fn rustup_home(environment: &Environment) -> Option<PathBuf> {
    own_folder(environment, "RUSTUP_HOME", ".rustup")
}

fn own_folder(environment: &Environment, variable: &str, default: &str) -> Option<PathBuf> {
    match environment.get(variable) {
        Some(named) => Some(PathBuf::from(named)),
        None => Some(Path::new(environment.get("HOME")?).join(default)),
    }
}

/// What must stay readable in hidden folders: the toolchains, the programs on the `PATH` with
/// what belongs to them, and the settings that cargo looks for in all folders above the project.
pub(crate) fn readable(
    environment: &Environment,
    home: Option<&Path>,
    places: &[PathBuf],
) -> Vec<PathBuf> {
    let mut result: Vec<PathBuf> = rustup_home(environment).into_iter().collect();
    let on_path: Option<Vec<PathBuf>> =
        environment.get("PATH").map(|path| std::env::split_paths(path).collect());
    for folder in on_path.unwrap_or_default() {
        let name = folder.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let belongs = ["bin", "sbin", "shims"].contains(&name);
        let whole = folder.parent().filter(|around| {
            let personal = home.is_some_and(|home| {
                home.starts_with(around)
                    || **around == home.join(".local")
                    || **around == home.join(".config")
            });
            // Beside cargo's programs lie its credentials.
            let cargo = around.file_name() == Some(OsStr::new(".cargo"));
            belongs && !personal && !cargo && around.components().count() > 1
        });
        result.push(whole.unwrap_or(&folder).to_owned());
    }
    for place in places {
        for folder in place.ancestors().skip(1) {
            for name in [
                "Cargo.toml",
                "rust-toolchain",
                "rust-toolchain.toml",
                ".cargo/config",
                ".cargo/config.toml",
            ] {
                result.push(folder.join(name));
            }
        }
    }
    result
}
