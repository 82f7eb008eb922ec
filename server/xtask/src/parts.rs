//! Parts of a long task: each is a program that is run from the top of the repository, shown as a
//! person could have typed it, and timed.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Prints a line.
pub(crate) fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// Prints a line to standard error. If nobody reads it, nobody can be told.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A program that has to succeed.
pub(crate) struct Part {
    words: Vec<String>,
    variables: Vec<(&'static str, String)>,
}

impl Part {
    /// `words` are the program and its arguments; no shell takes part.
    pub(crate) fn new(words: &str) -> Part {
        Part { words: words.split(' ').map(str::to_owned).collect(), variables: Vec::new() }
    }

    /// The program at `path` with the arguments `words`.
    pub(crate) fn of(path: &Path, words: &str) -> Part {
        let mut part = Part::new(words);
        part.words.insert(0, path.to_string_lossy().into_owned());
        part
    }

    /// One more argument, which may hold blanks.
    pub(crate) fn arg(mut self, word: &Path) -> Part {
        self.words.push(word.to_string_lossy().into_owned());
        self
    }

    /// One more argument, as it is.
    pub(crate) fn word(mut self, word: &str) -> Part {
        self.words.push(word.to_owned());
        self
    }

    /// More arguments, which blanks part.
    pub(crate) fn words(mut self, words: &str) -> Part {
        self.words.extend(words.split(' ').map(str::to_owned));
        self
    }

    /// With a variable in its environment.
    pub(crate) fn with(mut self, name: &'static str, value: &Path) -> Part {
        self.variables.push((name, value.to_string_lossy().into_owned()));
        self
    }

    /// As it could be typed.
    fn line(&self) -> String {
        let variables = self.variables.iter().map(|(name, value)| format!("{name}={value}"));
        variables.chain(self.words.iter().cloned()).collect::<Vec<_>>().join(" ")
    }

    #[expect(clippy::disallowed_methods, reason = "a task for developers, which starts programs")]
    fn command(&self) -> Command {
        let [program, arguments @ ..] = self.words.as_slice() else { return Command::new("false") };
        let mut command = Command::new(program);
        command.args(arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        // What the outer cargo says about this task is not about the inner one's.
        for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME"] {
            command.env_remove(name);
        }
        command.current_dir(root()).stdin(Stdio::null());
        command
    }

    /// Runs it before the user's eyes.
    ///
    /// # Errors
    /// If it does not start or does not succeed.
    pub(crate) fn run(&self) -> Result<()> {
        say(&format!("\n$ {}", self.line()))?;
        let status = self.command().status().with_context(|| self.line())?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.line());
        }
        Ok(())
    }

    /// Runs it and returns what it wrote to standard output; errors are shown.
    ///
    /// # Errors
    /// If it does not start, does not succeed or writes something that is not text.
    pub(crate) fn output(&self) -> Result<String> {
        say(&format!("\n$ {}", self.line()))?;
        let output =
            self.command().stderr(Stdio::inherit()).output().with_context(|| self.line())?;
        let text = String::from_utf8(output.stdout).with_context(|| self.line())?;
        if !output.status.success() {
            bail!("`{}` failed ({})\n{text}", self.line(), output.status);
        }
        Ok(text)
    }

    /// Whether it runs and succeeds; nothing is shown.
    pub(crate) fn succeeds(&self) -> bool {
        self.command().output().is_ok_and(|output| output.status.success())
    }
}

/// How long each part took.
#[derive(Default)]
pub(crate) struct Times(Vec<(&'static str, Duration)>);

impl Times {
    /// Does `part` and says how long it took.
    ///
    /// # Errors
    /// Those of `part`, with `name` and the parts that had passed before.
    #[expect(
        clippy::disallowed_methods,
        reason = "a task for developers, which times what it runs"
    )]
    pub(crate) fn of<T>(
        &mut self,
        name: &'static str,
        part: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let started = Instant::now();
        let result = part();
        let took = started.elapsed();
        let seconds = took.as_secs_f64();
        match result {
            Ok(value) => {
                say(&format!("{name}: passed in {seconds:.1} s"))?;
                self.0.push((name, took));
                Ok(value)
            }
            Err(error) => Err(error.context(format!("{name}: failed after {seconds:.1} s"))),
        }
    }

    /// Prints all parts and their sum.
    pub(crate) fn print(&self) -> Result<()> {
        say("")?;
        let sum = self.0.iter().map(|(_, took)| *took).sum();
        for (name, took) in self.0.iter().chain([&("together", sum)]) {
            say(&format!("{:>8.1} s  {name}", took.as_secs_f64()))?;
        }
        Ok(())
    }
}
