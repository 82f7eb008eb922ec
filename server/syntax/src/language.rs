//! The table of languages.

use std::path::Path;
use std::sync::OnceLock;

use crate::languages;
use crate::rules::{Rules, Spec};

/// A language that Ostler can parse.
#[expect(missing_docs, reason = "their names say what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    Bash,
    C,
    CSharp,
    Cpp,
    Css,
    Go,
    Html,
    Java,
    JavaScript,
    Json,
    Kotlin,
    Lua,
    Markdown,
    Php,
    Python,
    Ruby,
    Rust,
    Scala,
    Swift,
    Toml,
    Tsx,
    TypeScript,
    Yaml,
    Zig,
}

/// How a language is recognised.
struct Row {
    language: Language,
    /// The identifiers that LSP clients use (`languageId`), the usual one first.
    ids: &'static [&'static str],
    /// Extensions of file names, without the dot.
    extensions: &'static [&'static str],
    /// Whole file names.
    names: &'static [&'static str],
    /// Programs in the first line of a script.
    programs: &'static [&'static str],
}

const fn row(
    language: Language,
    ids: &'static [&'static str],
    extensions: &'static [&'static str],
) -> Row {
    Row { language, ids, extensions, names: &[], programs: &[] }
}

impl Row {
    const fn names(self, names: &'static [&'static str]) -> Row {
        Row { names, ..self }
    }

    const fn programs(self, programs: &'static [&'static str]) -> Row {
        Row { programs, ..self }
    }
}

/// In the order of [`Language`].
const ROWS: &[Row] =
    &[
        row(Language::Bash, &["shellscript", "bash", "sh"], &["sh", "bash", "bats", "ebuild"])
            .names(&[".bashrc", ".bash_profile", ".profile", "PKGBUILD"])
            .programs(&["sh", "bash", "dash", "ksh"]),
        row(Language::C, &["c"], &["c"]),
        row(Language::CSharp, &["csharp"], &["cs", "csx"]),
        // A header says nothing of which of the two it is for, and C++ reads nearly all of C.
        row(
            Language::Cpp,
            &["cpp", "cuda-cpp"],
            &["cpp", "cc", "cxx", "c++", "h", "hpp", "hh", "hxx", "h++", "inl", "ipp", "tpp", "cu"],
        ),
        row(Language::Css, &["css"], &["css"]),
        row(Language::Go, &["go"], &["go"]),
        row(Language::Html, &["html"], &["html", "htm", "xhtml"]),
        row(Language::Java, &["java"], &["java"]),
        row(Language::JavaScript, &["javascript", "javascriptreact"], &["js", "jsx", "mjs", "cjs"])
            .programs(&["node", "nodejs"]),
        row(Language::Json, &["json", "jsonc"], &["json", "jsonc", "geojson", "webmanifest"])
            .names(&[".prettierrc", ".eslintrc", "composer.lock"]),
        row(Language::Kotlin, &["kotlin"], &["kt", "kts"]),
        row(Language::Lua, &["lua"], &["lua"]).programs(&["lua", "luajit"]),
        row(Language::Markdown, &["markdown"], &["md", "markdown", "mdown"]),
        row(Language::Php, &["php"], &["php", "phtml"]).programs(&["php"]),
        row(Language::Python, &["python"], &["py", "pyi", "pyw"])
            .names(&["SConstruct", "SConscript"])
            .programs(&["python", "python2", "python3", "pypy3"]),
        row(Language::Ruby, &["ruby"], &["rb", "rake", "gemspec", "ru"])
            .names(&["Rakefile", "Gemfile", "Vagrantfile"])
            .programs(&["ruby"]),
        row(Language::Rust, &["rust"], &["rs"]),
        row(Language::Scala, &["scala"], &["scala", "sbt", "sc"]).programs(&["scala"]),
        row(Language::Swift, &["swift"], &["swift"]).programs(&["swift"]),
        row(Language::Toml, &["toml"], &["toml"]).names(&["Cargo.lock", "poetry.lock", "Pipfile"]),
        row(Language::Tsx, &["typescriptreact"], &["tsx"]),
        row(Language::TypeScript, &["typescript"], &["ts", "mts", "cts"])
            .programs(&["deno", "bun", "ts-node", "tsx"]),
        row(Language::Yaml, &["yaml"], &["yaml", "yml"]).names(&[".clang-format", ".clang-tidy"]),
        row(Language::Zig, &["zig"], &["zig", "zon"]),
    ];

impl Language {
    /// All languages, those that are not part of this build included.
    pub fn all() -> impl Iterator<Item = Language> {
        ROWS.iter().map(|row| row.language)
    }

    /// The language of a file by its name or the extension of its name. `None` if no language of
    /// this build has such files.
    #[must_use]
    pub fn for_path(path: &Path) -> Option<Language> {
        let name = path.file_name()?.to_str()?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        let named = find(|row| row.names.contains(&name));
        named.or_else(|| find(|row| extension.is_some_and(|it| row.extensions.contains(&it))))
    }

    /// The language of a script by its first line, such as `#!/usr/bin/env python3`.
    #[must_use]
    pub fn for_first_line(line: &str) -> Option<Language> {
        let mut words = line.strip_prefix("#!")?.split_whitespace();
        let program = words.next()?.rsplit('/').next()?;
        let program = match program {
            // `env` hands on what follows its own options and the variables that it sets.
            "env" => words.find(|word| !word.starts_with('-') && !word.contains('='))?,
            program => program,
        };
        let program = program.rsplit('/').next()?;
        // `python3.12` is a python3.
        let program = program.split_once('.').map_or(program, |(name, _)| name);
        find(|row| row.programs.contains(&program))
    }

    /// The language that an LSP client means by `languageId`.
    #[must_use]
    pub fn for_id(id: &str) -> Option<Language> {
        find(|row| row.ids.contains(&id))
    }

    /// The identifier that LSP clients use for the language (`languageId`).
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().and_then(|row| row.ids.first()).copied().unwrap_or_default()
    }

    /// The extensions that names of such files have, without the dot.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        self.row().map_or(&[], |row| row.extensions)
    }

    /// Whether the language is part of this build.
    #[must_use]
    pub fn is_built(self) -> bool {
        self.spec().is_some()
    }

    /// Whether what the parser calls an error is one. Where a preprocessor, templates or a grammar
    /// that lags behind the language make errors of right texts, it says nothing.
    #[must_use]
    pub fn is_strict(self) -> bool {
        use Language::{Go, Java, JavaScript, Json, Python, Rust, Toml, Tsx, TypeScript};
        matches!(self, Go | Java | JavaScript | Json | Python | Rust | Toml | Tsx | TypeScript)
    }

    fn row(self) -> Option<&'static Row> {
        ROWS.get(self as usize)
    }

    /// `None` if the language is not part of this build.
    pub(crate) fn spec(self) -> Option<&'static Spec> {
        #[cfg(feature = "outline-only")]
        use languages::outline_only;
        Some(match self {
            #[cfg(feature = "bash")]
            Language::Bash => &outline_only::BASH,
            Language::C => &languages::c::SPEC,
            #[cfg(feature = "c-sharp")]
            Language::CSharp => &outline_only::C_SHARP,
            Language::Cpp => &languages::cpp::SPEC,
            #[cfg(feature = "css")]
            Language::Css => &outline_only::CSS,
            Language::Go => &languages::go::SPEC,
            #[cfg(feature = "html")]
            Language::Html => &outline_only::HTML,
            Language::Java => &languages::java::SPEC,
            Language::JavaScript => &languages::javascript::SPEC,
            #[cfg(feature = "json")]
            Language::Json => &outline_only::JSON,
            #[cfg(feature = "kotlin")]
            Language::Kotlin => &outline_only::KOTLIN,
            #[cfg(feature = "lua")]
            Language::Lua => &outline_only::LUA,
            #[cfg(feature = "markdown")]
            Language::Markdown => &outline_only::MARKDOWN,
            #[cfg(feature = "php")]
            Language::Php => &outline_only::PHP,
            Language::Python => &languages::python::SPEC,
            #[cfg(feature = "ruby")]
            Language::Ruby => &outline_only::RUBY,
            Language::Rust => &languages::rust::SPEC,
            #[cfg(feature = "scala")]
            Language::Scala => &outline_only::SCALA,
            #[cfg(feature = "swift")]
            Language::Swift => &outline_only::SWIFT,
            #[cfg(feature = "toml")]
            Language::Toml => &outline_only::TOML,
            Language::Tsx => &languages::typescript::TSX,
            Language::TypeScript => &languages::typescript::SPEC,
            #[cfg(feature = "yaml")]
            Language::Yaml => &outline_only::YAML,
            #[cfg(feature = "zig")]
            Language::Zig => &outline_only::ZIG,
            #[cfg(not(all(
                feature = "bash",
                feature = "c-sharp",
                feature = "css",
                feature = "html",
                feature = "json",
                feature = "kotlin",
                feature = "lua",
                feature = "markdown",
                feature = "php",
                feature = "ruby",
                feature = "scala",
                feature = "swift",
                feature = "toml",
                feature = "yaml",
                feature = "zig",
            )))]
            _ => return None,
        })
    }

    pub(crate) fn grammar(self) -> Option<tree_sitter::Language> {
        self.spec().map(|spec| (spec.grammar)())
    }

    /// The language's queries, read when they are first asked for. `None` if they do not fit the
    /// grammar; a test sees to it that each does.
    pub(crate) fn rules(self) -> Option<&'static Rules> {
        static RULES: [OnceLock<Option<Rules>>; ROWS.len()] =
            [const { OnceLock::new() }; ROWS.len()];
        let spec = self.spec()?;
        RULES.get(self as usize)?.get_or_init(|| Rules::new(spec).ok()).as_ref()
    }
}

/// The first language of this build whose row is as wanted.
fn find(wanted: impl Fn(&Row) -> bool) -> Option<Language> {
    ROWS.iter().find(|row| wanted(row)).map(|row| row.language).filter(|it| it.is_built())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_row() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.language as usize, index);
            assert!(!row.ids.is_empty() && !row.extensions.is_empty(), "{:?}", row.language);
        }
        // What two rows claim would be a matter of their order.
        type Names = fn(&Row) -> &'static [&'static str];
        let lists: [Names; 4] = [|it| it.ids, |it| it.extensions, |it| it.names, |it| it.programs];
        for list in lists {
            let mut all: Vec<&str> = ROWS.iter().flat_map(list).copied().collect();
            all.sort_unstable();
            let count = all.len();
            all.dedup();
            assert_eq!(all.len(), count);
        }
    }

    #[test]
    fn files_are_told_by_their_names() {
        let of = |path: &str| Language::for_path(Path::new(path));
        assert_eq!(of("/project/src/main.rs"), Some(Language::Rust));
        assert_eq!(of("view.tsx"), Some(Language::Tsx));
        assert_eq!(of("types.d.ts"), Some(Language::TypeScript));
        assert_eq!(of("include/item.h"), Some(Language::Cpp));
        assert_eq!(of("Makefile"), None);
        assert_eq!(of("rs"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn scripts_are_told_by_their_first_line() {
        assert_eq!(Language::for_first_line("#!/usr/bin/python3.12 -u\n"), Some(Language::Python));
        assert_eq!(
            Language::for_first_line("#!/usr/bin/env -S A=1 node --test"),
            Some(Language::JavaScript)
        );
        assert_eq!(Language::for_first_line("#!/usr/bin/perl"), None);
        assert_eq!(Language::for_first_line("#!"), None);
        assert_eq!(Language::for_first_line("# python"), None);
    }

    #[test]
    fn clients_name_a_language() {
        for language in Language::all().filter(|language| language.is_built()) {
            assert_eq!(Language::for_id(language.id()), Some(language));
        }
        assert_eq!(Language::for_id("javascriptreact"), Some(Language::JavaScript));
        assert_eq!(Language::for_id("plaintext"), None);
    }
}
