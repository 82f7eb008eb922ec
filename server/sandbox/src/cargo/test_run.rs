//! What `cargo test` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How the tests went. A test is named `package target path::of::the::test`, where the target is
/// `lib`, or its kind and name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestReport {
    /// Those that passed.
    pub passed: Vec<String>,
    /// Those that failed, with what they printed.
    pub failed: Vec<FailedTest>,
    /// Test programs that did not come to their end by themselves, or that failed without
    /// naming a test.
    pub broken: Vec<FailedTest>,
}

/// A test that failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailedTest {
    /// Its name.
    pub name: String,
    /// What it printed.
    pub output: String,
}

/// Reads the output of `cargo test --message-format=json`, complaints merged into it, line by
/// line.
#[derive(Debug, Default)]
pub(super) struct TestReader {
    /// How each test program is called.
    programs: BTreeMap<PathBuf, String>,
    current: Option<Running>,
    report: TestReport,
}

#[derive(Debug)]
struct Running {
    program: String,
    failed: Vec<FailedTest>,
    /// The test whose output is being read.
    telling: Option<usize>,
    /// Whether the last line of a test program, `test result: …`, was seen.
    finished: bool,
    /// What else it printed.
    rest: String,
}

impl TestReader {
    /// The test program at `path` belongs to this target.
    pub(super) fn add_program(&mut self, path: PathBuf, name: String) {
        self.programs.insert(path, name);
    }

    /// One line that is not a message of cargo's.
    pub(super) fn line(&mut self, line: &str) {
        if let Some(path) = running(line) {
            self.close();
            let name = self
                .programs
                .iter()
                .find(|(program, _)| {
                    program.ends_with(path) || program.file_name() == path.file_name()
                })
                .map_or_else(|| path.display().to_string(), |(_, name)| name.clone());
            self.current = Some(Running {
                program: name,
                failed: Vec::new(),
                telling: None,
                finished: false,
                rest: String::new(),
            });
            return;
        }
        let Some(current) = &mut self.current else { return };
        if line.starts_with("error: test failed, to rerun") {
            let silent = current.failed.is_empty();
            if silent || !current.finished {
                let broken = FailedTest {
                    name: current.program.clone(),
                    output: std::mem::take(&mut current.rest),
                };
                self.report.broken.push(broken);
            }
            current.telling = None;
            current.finished = true;
            return;
        }
        if line.starts_with("test result: ") {
            current.telling = None;
            current.finished = true;
        } else if let Some((name, verdict)) = verdict(line) {
            let name = format!("{} {name}", current.program);
            match verdict {
                "ok" => self.report.passed.push(name),
                "FAILED" => current.failed.push(FailedTest { name, output: String::new() }),
                _ => {}
            }
        } else if let Some(name) =
            line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            let name = format!("{} {name}", current.program);
            current.telling = current.failed.iter().position(|test| test.name == name);
        } else if line == "failures:" {
            current.telling = None;
        } else if let Some(test) = current.telling.and_then(|index| current.failed.get_mut(index)) {
            push_line(&mut test.output, line);
        } else {
            push_line(&mut current.rest, line);
        }
    }

    /// The report; what was still running did not finish.
    pub(super) fn finish(mut self, timed_out: bool) -> TestReport {
        if timed_out
            && let Some(current) = &self.current
            && !current.finished
        {
            let output = format!("{}\nthe time was over", current.rest);
            self.report.broken.push(FailedTest { name: current.program.clone(), output });
        }
        self.close();
        self.report
    }

    fn close(&mut self) {
        if let Some(current) = self.current.take() {
            self.report.failed.extend(current.failed);
        }
    }
}

const MAX_OUTPUT: usize = 16 * 1024;

fn push_line(output: &mut String, line: &str) {
    if output.len() + line.len() < MAX_OUTPUT {
        output.push_str(line);
        output.push('\n');
    }
}

/// `     Running unittests src/lib.rs (target/debug/deps/a-0123)`
fn running(line: &str) -> Option<&Path> {
    let rest = line.strip_prefix("     Running ")?;
    Some(Path::new(rest.rsplit_once(" (")?.1.strip_suffix(')')?))
}

/// `test path::name ... ok`; a test that is to panic has ` - should panic` after its name.
fn verdict(line: &str) -> Option<(&str, &str)> {
    let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    Some((name, verdict.split([',', ' ']).next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_whole_run() {
        let output = "   Compiling a v0.1.0\n     Running unittests src/lib.rs (target/debug/deps/a-1)\n\n\
            running 4 tests\ntest ig ... ignored, because\ntest m::r ... FAILED\ntest ok ... ok\n\
            test sp - should panic ... ok\n\nfailures:\n\n---- m::r stdout ----\nError: \"bad\"\n\n\
            failures:\n    m::r\n\ntest result: FAILED. 2 passed; 1 failed\n\n\
            error: test failed, to rerun pass `--lib`\n\
            \u{20}    Running tests/t.rs (target/debug/deps/t-2)\n\nrunning 1 test\n\
            error: test failed, to rerun pass `--test t`\n\nCaused by:\n  process didn't exit\n\
            \u{20}    Running tests/u.rs (target/debug/deps/u-3)\n\nrunning 1 test\nstill going\n";
        let mut reader = TestReader::default();
        reader.add_program(PathBuf::from("/p/target/debug/deps/a-1"), "a lib".to_owned());
        reader.add_program(PathBuf::from("/p/target/debug/deps/t-2"), "a test t".to_owned());
        reader.add_program(PathBuf::from("/p/target/debug/deps/u-3"), "a test u".to_owned());
        output.lines().for_each(|line| reader.line(line));
        expect![[r#"
            TestReport {
                passed: [
                    "a lib ok",
                    "a lib sp",
                ],
                failed: [
                    FailedTest {
                        name: "a lib m::r",
                        output: "Error: \"bad\"\n\n",
                    },
                ],
                broken: [
                    FailedTest {
                        name: "a test t",
                        output: "\nrunning 1 test\n",
                    },
                    FailedTest {
                        name: "a test u",
                        output: "\nrunning 1 test\nstill going\n\nthe time was over",
                    },
                ],
            }
        "#]]
        .assert_debug_eq(&reader.finish(true));
    }
}
