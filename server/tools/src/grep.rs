//! `grep`: lines that match a pattern, in the draft.

use futures::FutureExt;
use futures::future::BoxFuture;
use globset::{Glob, GlobMatcher};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::sinks::Lossy;
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};
use harness::{Access, RawJson, Resource, Tool, ToolCx, ToolError, ToolOutput, ToolSpec};
use serde::Deserialize;
use serde_json::json;
use stdx::AbsPath;
use workspace::Draft;

use crate::input;

/// Lines that one call returns at most.
const MAX_MATCHES: usize = 200;
/// Characters of one line that are shown.
const MAX_LINE: usize = 300;

/// See the module.
pub struct Grep;

#[derive(Deserialize)]
struct Input {
    pattern: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    glob: Option<String>,
    #[serde(default)]
    ignore_case: bool,
}

impl Tool for Grep {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "grep".to_owned(),
            description: "Lines that match a regular expression, as path:line:text, in the whole \
                          project or beneath `path`; `glob` limits the files (such as *.rs). \
                          Ignored files are left out."
                .to_owned(),
            input_schema: json!({
                "type": "object",
                "properties": {
                    "pattern": {"type": "string"},
                    "path": {"type": "string"},
                    "glob": {"type": "string"},
                    "ignore_case": {"type": "boolean"},
                },
                "required": ["pattern"],
            }),
        }
    }

    fn access(&self, _: &RawJson, _: &AbsPath) -> Access {
        Access::read(Resource::Tree)
    }

    fn run<'a>(
        &'a self,
        input: &'a RawJson,
        cx: &'a ToolCx,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        async move {
            let search = Search::new(input, cx)?;
            let cancel = cx.cancel.clone();
            // Reading a large tree takes a while; the protocol's threads must not wait for it.
            let found =
                tokio::task::spawn_blocking(move || search.run(|| cancel.is_cancelled())).await;
            found.map_err(|error| ToolError::ForModel(format!("the search crashed: {error}")))
        }
        .boxed()
    }
}

struct Search {
    draft: Draft,
    root: AbsPath,
    beneath: AbsPath,
    glob: Option<GlobMatcher>,
    matcher: RegexMatcher,
}

impl Search {
    fn new(input: &RawJson, cx: &ToolCx) -> Result<Search, ToolError> {
        let Input { pattern, path, glob, ignore_case } =
            input::parse(input, "{pattern, path?, glob?, ignore_case?}")?;
        let matcher = RegexMatcherBuilder::new()
            .case_insensitive(ignore_case)
            .line_terminator(Some(b'\n'))
            .build(&pattern)
            .map_err(|error| ToolError::ForModel(format!("not a regular expression: {error}")))?;
        let glob = glob
            .map(|glob| Glob::new(&glob).map(|glob| glob.compile_matcher()))
            .transpose()
            .map_err(|error| ToolError::ForModel(format!("not a glob: {error}")))?;
        let beneath = input::path(&cx.root, path.as_deref().unwrap_or("."))?;
        Ok(Search { draft: cx.draft.get(), root: cx.root.clone(), beneath, glob, matcher })
    }

    /// All files that the draft has, in order: those of its base and those that it adds.
    fn files(&self) -> Vec<AbsPath> {
        let list = self.draft.base().files();
        let mut files: Vec<AbsPath> = list.paths.clone();
        files.extend(self.draft.changes().map(|(path, _)| path.clone()));
        files.sort();
        files.dedup();
        files.retain(|file| {
            let name = file.as_path().file_name().unwrap_or_default();
            let named = |glob: &GlobMatcher| {
                glob.is_match(name)
                    || file.relative_to(&self.root).is_some_and(|path| glob.is_match(path))
            };
            file.starts_with(&self.beneath) && self.glob.as_ref().is_none_or(named)
        });
        files
    }

    fn run(&self, cancelled: impl Fn() -> bool) -> ToolOutput {
        let mut searcher: Searcher = SearcherBuilder::new()
            .line_number(true)
            .binary_detection(BinaryDetection::quit(0))
            .build();
        let mut lines: Vec<String> = Vec::new();
        let mut more = false;
        for file in self.files() {
            if more || cancelled() {
                break;
            }
            // A file without text for us has no line that could match.
            let Ok(text) = self.draft.read(&file) else { continue };
            let name = file.relative_to(&self.root).unwrap_or_else(|| file.to_string());
            let found = Lossy(|number, line: &str| {
                if lines.len() >= MAX_MATCHES {
                    more = true;
                    return Ok(false);
                }
                let line: String = line.trim_end().chars().take(MAX_LINE).collect();
                lines.push(format!("{name}:{number}:{line}"));
                Ok(true)
            });
            let text = text.to_string();
            if let Err(error) = searcher.search_slice(&self.matcher, text.as_bytes(), found) {
                tracing::debug!(%error, %file, "a file could not be searched");
            }
        }
        let data = json!({"matches": lines.len()});
        let text = match (lines.is_empty(), more) {
            (true, _) => "no match".to_owned(),
            (false, false) => lines.join("\n"),
            (false, true) => format!("{}\n[the first {MAX_MATCHES} matches]", lines.join("\n")),
        };
        ToolOutput { text, data: Some(data) }
    }
}
