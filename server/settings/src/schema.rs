//! The table of settings as a JSON schema, for editors that complete and check the file.

use serde_json::{Map, Value, json};

use crate::key::{KEYS, Key, Kind, Trust};

/// A JSON schema (draft 2020-12) of the settings file.
#[must_use]
pub fn schema() -> Value {
    let mut root = Map::new();
    for key in KEYS {
        let mut parts: Vec<&str> = key.path.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        insert(&mut root, &parts, last, of_key(key));
    }
    let mut schema = object(root);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Ostler's settings");
    schema
}

fn insert(members: &mut Map<String, Value>, folders: &[&str], name: &str, value: Value) {
    let Some((first, rest)) = folders.split_first() else {
        members.insert(name.to_owned(), value);
        return;
    };
    let any_name = rest.first() == Some(&"*");
    let entry = members.entry((*first).to_owned()).or_insert_with(|| {
        if any_name {
            json!({"type": "object", "additionalProperties": object(Map::new())})
        } else {
            object(Map::new())
        }
    });
    let (inner, rest) = match any_name {
        true => (&mut entry["additionalProperties"], &rest[1..]),
        false => (entry, rest),
    };
    if let Some(Value::Object(properties)) = inner.get_mut("properties") {
        insert(properties, rest, name, value);
    }
}

fn object(properties: Map<String, Value>) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn of_key(key: &Key) -> Value {
    let mut value = match key.kind {
        Kind::Text => json!({"type": "string"}),
        Kind::OneOf(names) => json!({"enum": names}),
        Kind::Integer(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::TextList => json!({"type": "array", "items": {"type": "string"}}),
        Kind::TextMap => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        Kind::Any => json!({}),
    };
    let whose = match key.trust {
        Trust::Anyone => "",
        Trust::UserOnly => " Only from your own file, environment or command line.",
    };
    value["description"] = json!(format!("{}.{whose}", key.doc));
    if let Some(default) = key.default() {
        value["default"] = default;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_place() {
        let schema = schema();
        let endpoint = &schema["properties"]["endpoints"]["additionalProperties"];
        assert_eq!(endpoint["properties"]["url"]["type"], "string");
        assert_eq!(endpoint["additionalProperties"], false);
        assert_eq!(schema["properties"]["limits"]["properties"]["turns"]["maximum"], 1000);
        assert_eq!(schema["properties"]["model"]["default"], "offline");
        let count = |value: &Value| value.to_string().matches("\"description\"").count();
        assert_eq!(count(&schema), KEYS.len());
    }
}
