//! Where settings come from, besides the client.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use settings::{Layer, Origin, Problem, Settings, TrustStore};
use stdx::AbsPath;
use stdx::cache::CacheDir;
use stdx::store::DataDir;
use workspace::{ReadError, Snapshot};

/// What a workspace may bring along as its own settings, relative to its root.
pub(crate) const WORKSPACE_FILE: &str = ".ostler/config.toml";

/// Variables of the environment that stand for a setting.
const VARIABLES: &[(&str, &str)] = &[
    ("ANTHROPIC_BASE_URL", "endpoints.anthropic.url"),
    ("OPENAI_BASE_URL", "endpoints.openai-chat.url"),
    ("OPENAI_BASE_URL", "endpoints.openai-responses.url"),
    ("OSTLER_MODEL", "model"),
];

/// The sources that do not change while the program runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    config: Option<PathBuf>,
    model: Option<String>,
}

/// All sources, brought together.
pub(crate) struct Read {
    pub(crate) settings: Settings,
    pub(crate) problems: Vec<Problem>,
    /// Whether the workspace has settings of its own that do not count, because nobody trusts it.
    pub(crate) untrusted: bool,
}

impl Sources {
    /// Settings from `config`, if that is given, instead of the user's usual file.
    pub(crate) fn new(config: Option<PathBuf>) -> Sources {
        Sources { config, model: None }
    }

    /// With a model that the command line names.
    pub(crate) fn with_model(self, model: Option<String>) -> Sources {
        Sources { model, ..self }
    }

    /// The file that the command line names instead of the user's usual one.
    pub(crate) fn named_file(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// The user's own file, whether or not it exists; `None` without a home.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.config.clone().or_else(config_file)
    }

    /// The settings as they are now in `workspace`, with what the client said. What is wrong with
    /// them does not count.
    pub(crate) fn read(&self, workspace: Option<(&AbsPath, &DataDir)>, client: &[Layer]) -> Read {
        let mut all = Collected { layers: vec![Layer::built_in()], problems: Vec::new() };
        if let Some(path) = self.file() {
            all.user_file(&path, self.config.is_some());
        }
        let untrusted = workspace.is_some_and(|(root, data)| all.workspace_file(root, data));
        all.layers.extend_from_slice(client);
        for (name, key) in VARIABLES {
            if let Some(value) = variable(name) {
                let origin = Origin::Environment((*name).to_owned());
                all.layers.push(Layer::single(origin, key, &value));
            }
        }
        let model = self.model.as_deref();
        all.layers.extend(model.map(|model| Layer::single(Origin::CommandLine, "model", model)));
        let (settings, mistakes) = settings::resolve(&all.layers);
        all.problems.extend(mistakes);
        Read { settings, problems: all.problems, untrusted }
    }
}

struct Collected {
    layers: Vec<Layer>,
    problems: Vec<Problem>,
}

impl Collected {
    fn user_file(&mut self, path: &Path, must_exist: bool) {
        let origin = Origin::UserFile(path.display().to_string());
        let problem = |message: &str| Problem {
            origin: origin.clone(),
            line: None,
            message: message.to_owned(),
        };
        match stdx::store::read(path) {
            Ok(Some(bytes)) => match String::from_utf8(bytes) {
                Ok(text) => self.toml(origin, &text),
                Err(_) => self.problems.push(problem("is not UTF-8; nothing of it counts")),
            },
            Ok(None) if must_exist => self.problems.push(problem("there is no such file")),
            Ok(None) => {}
            Err(error) => self.problems.push(problem(&format!("cannot be read: {error}"))),
        }
    }

    /// `true` if there is a file that does not count.
    fn workspace_file(&mut self, root: &AbsPath, data: &DataDir) -> bool {
        // The opener of project files: it follows no link that leads out of the project.
        let path = root.join(WORKSPACE_FILE);
        let read = Snapshot::of_disk(root.clone()).read(&path);
        if matches!(read, Err(ReadError::NotFound)) {
            return false;
        }
        if TrustStore::new(data).covering(root).is_none() {
            return true;
        }
        let origin = Origin::WorkspaceFile(path.to_string());
        match read {
            Ok(file) => self.toml(origin, &file.text.to_string()),
            Err(error) => {
                let message = format!("cannot be read: {error}");
                self.problems.push(Problem { origin, line: None, message });
            }
        }
        false
    }

    fn toml(&mut self, origin: Origin, text: &str) {
        let (layer, mistakes) = Layer::toml(origin, text);
        self.layers.push(layer);
        self.problems.extend(mistakes);
    }
}

/// The value of a variable that is set to something.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The folder that a variable names.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(crate) fn folder_of(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The folder of the user's settings of all programs: `XDG_CONFIG_HOME` or `~/.config`.
pub(crate) fn config_home() -> Option<PathBuf> {
    folder_of("XDG_CONFIG_HOME").or_else(|| Some(folder_of("HOME")?.join(".config")))
}

/// The folder of what programs keep for the user: `XDG_DATA_HOME` or `~/.local/share`.
pub(crate) fn data_home() -> Option<PathBuf> {
    folder_of("XDG_DATA_HOME").or_else(|| Some(folder_of("HOME")?.join(".local/share")))
}

/// The user's own file.
fn config_file() -> Option<PathBuf> {
    Some(config_home()?.join("ostler/config.toml"))
}

/// The data folder: `OSTLER_DATA_DIR`, or the place that the XDG rules name.
pub(crate) fn data_dir() -> Result<DataDir> {
    let path = folder_of("OSTLER_DATA_DIR")
        .or_else(|| Some(data_home()?.join("ostler")))
        .context("no folder for data: set OSTLER_DATA_DIR")?;
    DataDir::open(&path).with_context(|| format!("cannot make {}", path.display()))
}

/// The folder for what can be made again: `OSTLER_CACHE_DIR`; beneath the data folder if that was
/// put somewhere; or the place that the XDG rules name. `None` if there is none that is safe.
pub(crate) fn cache_dir() -> Option<CacheDir> {
    let path = folder_of("OSTLER_CACHE_DIR")
        .or_else(|| Some(folder_of("OSTLER_DATA_DIR")?.join("cache")))
        .or_else(|| Some(folder_of("XDG_CACHE_HOME")?.join("ostler")))
        .or_else(|| Some(folder_of("HOME")?.join(".cache/ostler")))?;
    match CacheDir::open(&path) {
        Ok(folder) => Some(folder),
        Err(error) => {
            tracing::info!(%error, "nothing is kept to save time");
            None
        }
    }
}

/// The folder that an argument names, or the current one, without links.
#[expect(clippy::disallowed_methods, reason = "the command line knows the current folder")]
pub(crate) fn folder(named: Option<&Path>) -> Result<AbsPath> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let folder = named.map_or_else(|| here.clone(), |named| here.join(named));
    let found =
        folder.canonicalize().with_context(|| format!("no such folder: {}", folder.display()))?;
    anyhow::ensure!(found.is_dir(), "{} is no folder", found.display());
    Ok(AbsPath::new(found)?)
}
