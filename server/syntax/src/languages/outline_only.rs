//! Languages of which an outline is all that is read: a query for definitions and a fixture each.

use crate::rules::{Expressions, Facts, Spec};
use crate::{Import, Visibility};

/// `name` in the program, the feature and folder, the grammar, a fixture in the folder, and
/// what annotations are called that the grammar has within what they are about.
macro_rules! outline_only {
    ($name:ident, $feature:literal, $grammar:expr, $fixture:literal, $decorations:expr) => {
        #[cfg(feature = $feature)]
        pub(crate) static $name: Spec = Spec {
            grammar: || $grammar.into(),
            queries: &[include_str!(concat!("../../languages/", $feature, "/tags.scm"))],
            imports: no_imports,
            visibility,
            is_test: |_| false,
            pattern_names: &[],
            decorations: $decorations,
            expressions: Expressions::NONE,
            #[cfg(test)]
            fixture: include_str!(concat!("../../languages/", $feature, "/", $fixture)),
        };
    };
}

outline_only!(BASH, "bash", tree_sitter_bash::LANGUAGE, "fixture.sh", &[]);
outline_only!(C_SHARP, "c-sharp", tree_sitter_c_sharp::LANGUAGE, "fixture.cs", &["attribute_list"]);
outline_only!(CSS, "css", tree_sitter_css::LANGUAGE, "fixture.css", &[]);
outline_only!(HTML, "html", tree_sitter_html::LANGUAGE, "fixture.html", &[]);
outline_only!(JSON, "json", tree_sitter_json::LANGUAGE, "fixture.json", &[]);
outline_only!(KOTLIN, "kotlin", tree_sitter_kotlin_ng::LANGUAGE, "fixture.kt", &["annotation"]);
outline_only!(LUA, "lua", tree_sitter_lua::LANGUAGE, "fixture.lua", &[]);
outline_only!(MARKDOWN, "markdown", tree_sitter_md::LANGUAGE, "fixture.md", &[]);
outline_only!(PHP, "php", tree_sitter_php::LANGUAGE_PHP, "fixture.php", &["attribute_list"]);
outline_only!(RUBY, "ruby", tree_sitter_ruby::LANGUAGE, "fixture.rb", &[]);
outline_only!(SCALA, "scala", tree_sitter_scala::LANGUAGE, "fixture.scala", &["annotation"]);
outline_only!(SWIFT, "swift", tree_sitter_swift::LANGUAGE, "fixture.swift", &["attribute"]);
outline_only!(TOML, "toml", tree_sitter_toml_ng::LANGUAGE, "fixture.toml", &[]);
outline_only!(YAML, "yaml", tree_sitter_yaml::LANGUAGE, "fixture.yaml", &[]);
outline_only!(ZIG, "zig", tree_sitter_zig::LANGUAGE, "fixture.zig", &[]);

fn no_imports(_: tree_sitter::Node<'_>, _: &str, _: &mut Vec<Import>) {}

/// By the word that the query captures; without one it is everybody's.
fn visibility(facts: &Facts<'_>) -> Visibility {
    let words = facts.modifiers.unwrap_or_default();
    let has = |wanted: &[&str]| words.split_whitespace().any(|word| wanted.contains(&word));
    match () {
        () if has(&["private", "fileprivate", "local"]) => Visibility::Private,
        () if has(&["protected", "internal"]) => Visibility::Restricted,
        () => Visibility::Public,
    }
}
