//! Commands that do what no command of the product does: take long, ask, compute, crash. They go
//! the way of the product's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use lsp::{CommandError, ServerConfig};
use serde_json::{Value, json};
use tokio::sync::watch;
use workspace::SourceChange;

/// What can be seen and steered of the commands from outside.
#[derive(Clone)]
pub(crate) struct Probe {
    /// How many sleepers have been started, and dropped.
    pub(crate) sleepers: Arc<watch::Sender<(usize, usize)>>,
    /// The spinning ends when this becomes true.
    pub(crate) stop_spinning: Arc<AtomicBool>,
    /// How many spin.
    pub(crate) spinning: Arc<AtomicUsize>,
}

impl Default for Probe {
    fn default() -> Probe {
        Probe {
            sleepers: Arc::new(watch::Sender::new((0, 0))),
            stop_spinning: Arc::default(),
            spinning: Arc::default(),
        }
    }
}

/// Counts itself, from its birth to its end.
struct Sleeper(Probe);

impl Sleeper {
    fn new(probe: Probe) -> Sleeper {
        probe.sleepers.send_modify(|(started, _)| *started += 1);
        Sleeper(probe)
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.sleepers.send_modify(|(_, dropped)| *dropped += 1);
    }
}

/// `config` with the commands.
pub(crate) fn add(config: ServerConfig, probe: &Probe) -> ServerConfig {
    let (sleep, spin) = (probe.clone(), probe.clone());
    config
        .command("test.sleep", move |_, _| {
            let probe = sleep.clone();
            async move {
                let _sleeper = Sleeper::new(probe);
                std::future::pending().await
            }
        })
        .command("test.spin", move |_, _| {
            let probe = spin.clone();
            async move {
                probe.spinning.fetch_add(1, Ordering::SeqCst);
                while !probe.stop_spinning.load(Ordering::SeqCst) {
                    std::hint::spin_loop();
                }
                Ok(json!("spun"))
            }
        })
        .command("test.ask", |cx, _| async move {
            let nothing =
                SourceChange { root: cx.snapshot.root().clone(), files: Vec::new() };
            Ok(json!(cx.offer("nothing", &nothing).await))
        })
        .command("test.panic", |_, args| async move { panic!("boom {}", Value::from(args)) })
        .command("test.fail", |_, _| async {
            Err(CommandError::Failed("it\u{1b}[31m\ncannot be done".to_owned()))
        })
        .command("test.documents", |cx, _| async move {
            // Long enough for others to overtake it.
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            let document = |document: &Arc<workspace::Document>| {
                let text = document.text.to_string();
                json!({"path": document.path.to_string(), "version": document.version, "text": text})
            };
            Ok(cx.snapshot.documents().map(document).collect())
        })
        .command("test.versions", |cx, _| async move {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            Ok(cx.snapshot.documents().map(|document| document.version).collect())
        })
}
