//! The server, an editor, a project between them, and tasks that do as they are told.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test lays out files and looks at them")]

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use harness::{Draft, Grade, Outcome, Phase, Status, Task, TaskEvent};
use lsp::{ServerConfig, TaskRunner};
use stdx::AbsPath;
use test_utils::{Editor, LspClient, Persona};
use text::Text;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::test_commands::{self, Probe};

/// An editor as it introduces itself.
pub(crate) fn persona(editor: Editor) -> Persona {
    let params = match editor {
        Editor::Neovim => include_str!("../../fixtures/initialize/neovim.json"),
        Editor::Helix => include_str!("../../fixtures/initialize/helix.json"),
        Editor::VsCode => include_str!("../../fixtures/initialize/vscode.json"),
    };
    Persona::new(editor, serde_json::from_str(params).unwrap())
}

pub(super) const EDITORS: [Editor; 3] = [Editor::Neovim, Editor::Helix, Editor::VsCode];

/// A folder with files, which is removed in the end.
pub(super) struct Project {
    root: PathBuf,
    laid_out: BTreeMap<PathBuf, String>,
}

impl Project {
    pub(super) fn new(files: &[(&str, &str)]) -> Project {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ostler-protocol-{}-{count}", std::process::id());
        let root = std::env::temp_dir().canonicalize().unwrap().join(name);
        std::fs::create_dir_all(&root).unwrap();
        let mut project = Project { root, laid_out: BTreeMap::new() };
        for (name, text) in files {
            project.put(name, text);
        }
        project
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Somebody who is not the server writes a file.
    pub(super) fn put(&mut self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
        self.laid_out.insert(self.path(name), text.to_owned());
    }

    /// Somebody who is not the server deletes a file.
    pub(super) fn remove(&mut self, name: &str) {
        std::fs::remove_file(self.path(name)).unwrap();
        self.laid_out.remove(&self.path(name));
    }

    /// The text of a file on the disk.
    pub(super) fn saved(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.path(name)).ok()
    }

    /// The editor writes, so the disk still holds what was laid out, and nothing else.
    pub(super) fn assert_untouched(&self) {
        let mut there = BTreeMap::new();
        for entry in std::fs::read_dir(&self.root).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            there.insert(path, text);
        }
        assert_eq!(there, self.laid_out, "the disk has changed, but nobody has saved");
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // What is left in the folder for temporary files harms nobody.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// Something that a task waits for until the test lets it go on.
#[derive(Clone, Default)]
pub(super) struct Gate {
    reached: Arc<Notify>,
    opened: Arc<Notify>,
}

impl Gate {
    /// Waits until a task stands at the gate.
    pub(super) async fn reached(&self) {
        self.reached.notified().await;
    }

    pub(super) fn open(&self) {
        self.opened.notify_one();
    }

    pub(super) async fn pass(&self) {
        self.reached.notify_one();
        self.opened.notified().await;
    }
}

/// Time that passes when the test says so.
#[derive(Clone, Default)]
pub(super) struct Time {
    passed: Arc<tokio::sync::watch::Sender<u64>>,
}

impl Time {
    /// Every deadline that anybody waits for has come.
    pub(super) fn pass(&self) {
        self.passed.send_modify(|count| *count += 1);
    }

    /// Waits until time passes.
    fn timer(&self) -> BoxFuture<'static, ()> {
        let mut passed = self.passed.subscribe();
        let sender = Arc::clone(&self.passed);
        async move {
            // The sender lives as long as this future.
            let _ = passed.changed().await;
            drop(sender);
        }
        .boxed()
    }
}

type Job = Box<
    dyn FnOnce(Task, UnboundedSender<TaskEvent>, CancellationToken) -> BoxFuture<'static, Outcome>
        + Send,
>;

/// Runs tasks as the test says.
#[derive(Default)]
pub(super) struct FakeRunner {
    jobs: Mutex<VecDeque<Job>>,
    tasks: Mutex<Vec<Task>>,
    /// What a check of a merged draft says.
    pub(super) recheck: Mutex<Option<Grade>>,
    /// The merged drafts that were checked.
    pub(super) rechecked: Mutex<Vec<Draft>>,
    /// The projects that are watched.
    pub(super) watched: tokio::sync::watch::Sender<Vec<AbsPath>>,
    /// What was said to have changed on disk.
    pub(super) changed: tokio::sync::watch::Sender<Vec<AbsPath>>,
    /// Where the check of a merged draft waits, if it does.
    pub(super) recheck_gate: Mutex<Option<Gate>>,
}

impl FakeRunner {
    pub(super) fn will<F>(
        &self,
        job: impl FnOnce(Task, UnboundedSender<TaskEvent>, CancellationToken) -> F + Send + 'static,
    ) where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let job: Job = Box::new(move |task, events, cancel| job(task, events, cancel).boxed());
        self.jobs.lock().unwrap().push_back(job);
    }

    /// The next task changes its draft by `change`, behind `gate`.
    pub(super) fn will_change(&self, gate: Gate, change: impl FnOnce(&mut Draft) + Send + 'static) {
        self.will(|task, events, _| async move {
            events.send(TaskEvent::Phase(Phase::Editing)).unwrap();
            let outcome = changed(&task, change);
            gate.pass().await;
            outcome
        });
    }

    /// The tasks that were started.
    pub(super) fn tasks(&self) -> Vec<Task> {
        self.tasks.lock().unwrap().clone()
    }
}

impl TaskRunner for FakeRunner {
    fn run(
        &self,
        task: Task,
        events: UnboundedSender<TaskEvent>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Outcome> {
        self.tasks.lock().unwrap().push(task.clone());
        let job = self.jobs.lock().unwrap().pop_front();
        job.expect("a task that the test did not foresee")(task, events, cancel)
    }

    fn files_changed(&self, paths: &[AbsPath]) {
        self.changed.send_modify(|changed| changed.extend_from_slice(paths));
    }

    fn watch_begins(&self, root: &AbsPath) {
        self.watched.send_modify(|watched| watched.push(root.clone()));
    }

    fn watch_ends(&self, root: &AbsPath) {
        self.watched.send_modify(|watched| watched.retain(|other| other != root));
    }

    fn recheck(&self, draft: Draft, _: CancellationToken) -> BoxFuture<'static, Option<Grade>> {
        self.rechecked.lock().unwrap().push(draft);
        let (grade, gate) =
            (*self.recheck.lock().unwrap(), self.recheck_gate.lock().unwrap().take());
        async move {
            if let Some(gate) = gate {
                gate.pass().await;
            }
            grade
        }
        .boxed()
    }
}

/// The outcome of a task that changed its draft and was checked.
pub(super) fn changed(task: &Task, change: impl FnOnce(&mut Draft)) -> Outcome {
    let mut draft = task.snapshot.draft();
    change(&mut draft);
    Outcome {
        status: Status::Done,
        change: draft.source_change(),
        summary: "done".to_owned(),
        grade: Grade::Checks,
        unconfined: false,
        problems: Vec::new(),
        failed_tests: Vec::new(),
        draft,
        usage: model::Usage::default(),
        requests: 1,
        checks: 1,
    }
}

/// Replaces `from`, which must be there once, by `to`.
pub(super) fn replace(draft: &mut Draft, path: &Path, from: &str, to: &str) {
    let path = AbsPath::new(path).unwrap();
    let text = draft.read(&path).unwrap().to_string();
    assert_eq!(text.matches(from).count(), 1, "`{from}` in {text}");
    draft.write(path, Text::new(&text.replace(from, to)));
}

/// All of it together.
pub(super) struct Bench {
    pub(super) client: LspClient,
    pub(super) server: JoinHandle<u8>,
    pub(super) runner: Arc<FakeRunner>,
    pub(super) probe: Probe,
    pub(super) time: Time,
    pub(super) project: Project,
}

impl Bench {
    pub(super) async fn new(editor: Editor, files: &[(&str, &str)]) -> Bench {
        Bench::with(persona(editor), files).await
    }

    pub(super) async fn with(persona: Persona, files: &[(&str, &str)]) -> Bench {
        let bench = Bench::silent(persona, files, |config| config);
        bench.client.initialize().await;
        bench
    }

    /// Before anything has been said.
    pub(super) fn silent(
        persona: Persona,
        files: &[(&str, &str)],
        configure: impl FnOnce(ServerConfig) -> ServerConfig,
    ) -> Bench {
        let project = Project::new(files);
        let (runner, probe) = (Arc::new(FakeRunner::default()), Probe::default());
        let config = ServerConfig::new(Arc::clone(&runner) as Arc<dyn TaskRunner>);
        let time = Time::default();
        let theirs = time.clone();
        let config = config.timer(move |_| theirs.timer());
        let config = configure(test_commands::add(config, &probe));
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (input, output) = tokio::io::split(theirs);
        let server = tokio::spawn(lsp::serve(input, output, config));
        let (input, output) = tokio::io::split(ours);
        let client = LspClient::new(input, output, persona.at(&project.root));
        Bench { client, server, runner, probe, time, project }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.project.path(name)
    }

    /// Opens a file of the project as it is on the disk.
    pub(super) fn open(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        self.client.open(&path, &self.project.saved(name).unwrap());
        path
    }

    /// The place of `part`, which must be there once, in an open document.
    pub(super) fn at(&self, path: &Path, part: &str) -> std::ops::Range<usize> {
        let text = self.client.text(path).unwrap();
        assert_eq!(text.matches(part).count(), 1, "`{part}` in {text}");
        let start = text.find(part).unwrap();
        start..start + part.len()
    }

    /// The user asks for a problem at `part` to be fixed. Returns the number of the task.
    pub(super) async fn fix(&self, path: &Path, part: &str) -> u64 {
        let range = self.at(path, part);
        let problem = self.client.diagnostic(path, range.clone(), "something is wrong");
        let actions = self.client.actions(path, range, &[problem]).await;
        let answer = self.client.choose(&actions[0]).get().await.unwrap();
        answer["task"].as_u64().unwrap()
    }

    /// Waits until the server has heard everything that was said so far.
    pub(super) async fn heard(&self) {
        let answer = self.client.command("test.versions", serde_json::Value::Null).get().await;
        answer.unwrap();
    }

    pub(super) fn text(&self, path: &Path) -> String {
        self.client.text(path).unwrap()
    }

    /// Says goodbye; everything must have gone by the law, and nothing been written.
    pub(super) async fn quit(self) {
        self.project.assert_untouched();
        self.quit_after_writing().await;
    }

    /// The same where the editor has written to the disk.
    pub(super) async fn quit_after_writing(self) {
        self.client.quit().await;
        assert_eq!(self.server.await.unwrap(), 0);
    }
}
