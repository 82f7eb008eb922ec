//! Values with the line that they stand on, whichever language they were written in.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    String(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Located>),
    Table(BTreeMap<String, Located>),
    /// Something that no setting can be.
    Other(&'static str),
}

impl Node {
    /// The text of one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Node::String(text) => Some(text),
            _ => None,
        }
    }
}

/// A value and its line, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Located {
    pub(crate) node: Node,
    pub(crate) line: Option<usize>,
}

pub(crate) fn string(text: &str) -> Located {
    Located { node: Node::String(text.to_owned()), line: None }
}

pub(crate) fn table(members: impl IntoIterator<Item = (String, Located)>) -> Located {
    Located { node: Node::Table(members.into_iter().collect()), line: None }
}

/// The value of a TOML text, and what could not be read of it.
pub(crate) fn from_toml(text: &str) -> (Located, Vec<(Option<usize>, String)>) {
    let line = |span: Range<usize>| {
        let before = text.get(..span.start).unwrap_or(text);
        before.bytes().filter(|&byte| byte == b'\n').count() + 1
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    let mistakes =
        errors.iter().map(|error| (error.span().map(line), error.message().to_owned())).collect();
    (from_table(root.get_ref(), &line), mistakes)
}

fn from_table(table: &DeTable<'_>, line: &dyn Fn(Range<usize>) -> usize) -> Located {
    let members = table.iter().map(|(key, value)| {
        let mut located = from_toml_value(value.get_ref(), line);
        located.line = Some(line(key.span()));
        (key.get_ref().to_string(), located)
    });
    Located { node: Node::Table(members.collect()), line: None }
}

fn from_toml_value(value: &DeValue<'_>, line: &dyn Fn(Range<usize>) -> usize) -> Located {
    let node = match value {
        DeValue::String(text) => Node::String(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
                .map_or(Node::Other("a number out of range"), Node::Integer)
        }
        DeValue::Float(number) => number
            .as_str()
            .replace('_', "")
            .parse()
            .map_or(Node::Other("a number out of range"), Node::Float),
        DeValue::Boolean(yes) => Node::Bool(*yes),
        DeValue::Datetime(_) => Node::Other("a date"),
        DeValue::Array(items) => Node::List(
            items
                .iter()
                .map(|item| {
                    let located = from_toml_value(item.get_ref(), line);
                    Located { line: Some(line(item.span())), ..located }
                })
                .collect(),
        ),
        DeValue::Table(table) => return from_table(table, line),
    };
    Located { node, line: None }
}

/// The value of a JSON text.
pub(crate) fn from_json(value: &serde_json::Value) -> Located {
    let node = match value {
        serde_json::Value::Null => Node::Table(BTreeMap::new()),
        serde_json::Value::Bool(yes) => Node::Bool(*yes),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Node::Integer(integer),
            (None, Some(float)) => Node::Float(float),
            (None, None) => Node::Other("a number out of range"),
        },
        serde_json::Value::String(text) => Node::String(text.clone()),
        serde_json::Value::Array(items) => Node::List(items.iter().map(from_json).collect()),
        serde_json::Value::Object(members) => Node::Table(
            members.iter().map(|(key, value)| (key.clone(), from_json(value))).collect(),
        ),
    };
    Located { node, line: None }
}
