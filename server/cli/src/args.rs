//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// A coding agent behind the Language Server Protocol.
#[derive(Debug, Parser)]
#[command(name = "ostler", version, about)]
#[command(after_help = "Without a command it serves an editor on stdin and stdout.\n\
    New here: `ostler demo` shows it at work, `ostler setup helix` (or neovim, vscode) connects\n\
    your editor, and `ostler doctor` says what is wrong where something is.")]
pub(crate) struct Args {
    /// Read settings from this file instead of ~/.config/ostler/config.toml.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Speak the Language Server Protocol on stdin and stdout (the default).
    Serve,
    /// Show the whole way on broken sample crates: real server, real checker, no key needed.
    Demo,
    /// Do one task without an editor and print the checked change.
    Run(Run),
    /// Do a recorded task again without a network: `ostler run --record FILE` has recorded what
    /// the model said. The project must be as it was then; nothing is written to it.
    Replay(Replay),
    /// Show which code would be put before a model at a place, and why.
    Context(Context),
    /// Apply edits as models write them to texts on stdin, and print the texts that come of it.
    Apply(Apply),
    /// Keep keys of model servers, and say yes to models that were found.
    Auth {
        #[command(subcommand)]
        command: Auth,
    },
    /// Trust a workspace: its own `.ostler/config.toml` counts from now on.
    ///
    /// Even then it cannot choose the model, set an endpoint or name a key. Where nothing on this
    /// machine confines programs, it also lets checks run what the project builds (build scripts,
    /// macros) as you. The list of trusted workspaces lies in Ostler's data folder, outside of all
    /// of them.
    Trust(Trust),
    /// Trust a workspace no more.
    Untrust {
        /// The workspace; the current folder if not given.
        folder: Option<PathBuf>,
    },
    /// Check everything that can be wrong, and say how to mend it; exit code 1 if anything is.
    ///
    /// Looks at the program, the settings, the model with its key and server, the toolchain and
    /// the project, its languages, the sandbox, editors, and the data folder. Programs of the
    /// project run confined.
    Doctor(Doctor),
    /// Connect an editor: show what its configuration lacks, or write it.
    ///
    /// What you have stays, a copy of each changed file is kept beside it, and a second run changes
    /// nothing.
    Setup(Setup),
    /// Show each setting with the place that it comes from, and what is wrong.
    Config(Config),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Context {
    /// The project; the current folder if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
    /// The place, for people: reasons and costs are printed.
    #[arg(long, value_name = "FILE:LINE", conflicts_with = "batch")]
    pub(crate) at: Option<String>,
    /// How much may be selected, in tokens; a batch says it with each question.
    #[arg(long, value_name = "TOKENS")]
    pub(crate) budget: Option<usize>,
    /// Answer one JSON object a line from standard input, each with one line.
    #[arg(long)]
    pub(crate) batch: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Apply {
    /// Take one JSON request a line and print one JSON answer a line.
    #[arg(long, required = true)]
    pub(crate) batch: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    /// The project; the current folder if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
    /// Who does it, as ENDPOINT/NAME (such as anthropic/claude-opus-5), or `offline`.
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// Print each event of the session as one JSON object a line, the outcome last.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the change to the project's files instead of only printing it.
    #[arg(long)]
    pub(crate) apply: bool,
    /// Record what goes to the model and comes back in this new file, for `ostler replay`. The
    /// file holds parts of the project, and no key; only you can read it.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Grants the task a capability, or `all` of them. There is one so far, `unconfined`: where
    /// nothing on this machine confines programs, checks run nevertheless, as in a trusted project.
    #[arg(long, value_name = "CAPABILITY")]
    pub(crate) allow: Vec<String>,
    /// What is to be done, such as "fix the build".
    #[arg(required = true)]
    pub(crate) task: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Replay {
    /// The project; the current folder if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
    /// Print each event of the session as one JSON object a line, the outcome last.
    #[arg(long)]
    pub(crate) json: bool,
    /// The recording.
    #[arg(value_name = "FILE")]
    pub(crate) recording: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// Keep a key. It is read from stdin, or asked for without showing it; never an argument.
    ///
    /// The key is bound to the server (scheme, host and port) and kept in a file that only you can
    /// read, in Ostler's data folder. It is sent to that server and to no other, whatever else is
    /// configured. A key of a provider that Ostler knows is also a yes to using that provider.
    #[command(after_help = "Examples:\n  \
        ostler auth add anthropic\n  \
        pass show openai | ostler auth add openai\n  \
        ostler auth add https://llm.example.com/v1")]
    Add {
        /// A provider (anthropic, openai), one of your `endpoints`, or a URL.
        #[arg(value_name = "SERVER")]
        server: String,
    },
    /// List the servers that keys are kept for, keys that were found, and what they are used for.
    List {
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Forget the key for a server, and what you have said yes to there.
    Remove {
        /// A provider (anthropic, openai), one of your `endpoints`, or a URL.
        #[arg(value_name = "SERVER")]
        server: String,
    },
    /// Say yes to a model that was found: its key is in the environment, or it runs here.
    #[command(after_help = "Examples:\n  \
        ostler auth use anthropic\n  \
        ostler auth use ollama/qwen3-coder\n\n\
        A model that is configured, or named by --model or $OSTLER_MODEL, needs no yes.")]
    Use {
        /// A provider (anthropic, openai, ollama, llamacpp, lmstudio, vllm), with or without the
        /// name of a model.
        #[arg(value_name = "PROVIDER[/MODEL]")]
        model: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Trust {
    /// The workspace; the current folder if not given.
    pub(crate) folder: Option<PathBuf>,
    /// List the trusted workspaces instead.
    #[arg(long, conflicts_with = "folder")]
    pub(crate) list: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Doctor {
    /// The project; the current folder if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
    /// Also send the model a few short requests (a hosted one charges for them): does it stream,
    /// call tools, use its cache, complete code?
    #[arg(long)]
    pub(crate) ask_model: bool,
    /// As one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Setup {
    /// Which editor.
    pub(crate) editor: EditorName,
    /// Write the files, after showing what changes in them.
    #[arg(long)]
    pub(crate) write: bool,
}

/// The editors that can be connected by a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EditorName {
    /// `~/.config/helix/languages.toml` and `config.toml`.
    Helix,
    /// A package of its own in Neovim's data folder; your init.lua is not touched.
    Neovim,
    /// The user's settings.json, if `ostler` is not on the PATH.
    Vscode,
}

impl EditorName {
    /// As it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            EditorName::Helix => "helix",
            EditorName::Neovim => "neovim",
            EditorName::Vscode => "vscode",
        }
    }

    /// As it calls itself.
    pub(crate) fn title(self) -> &'static str {
        match self {
            EditorName::Helix => "Helix",
            EditorName::Neovim => "Neovim",
            EditorName::Vscode => "VS Code",
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Config {
    /// Print the JSON schema of the settings file instead.
    #[arg(long)]
    pub(crate) schema: bool,
    /// As one JSON object.
    #[arg(long, conflicts_with = "schema")]
    pub(crate) json: bool,
    /// The workspace whose own file is looked at; the current folder if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
}
