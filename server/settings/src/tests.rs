//! What counts, who may set it, and what is said about the rest.

use serde_json::json;

use crate::{Choice, KeySource, Layer, Origin, Problem, resolve};

fn user(text: &str) -> (Layer, Vec<Problem>) {
    Layer::toml(Origin::UserFile("config.toml".to_owned()), text)
}

fn said(layers: &[Layer]) -> Vec<String> {
    resolve(layers).1.iter().map(ToString::to_string).collect()
}

#[test]
fn later_sources_count_for_more_and_say_where_they_come_from() {
    let (file, problems) = user("model = 'anthropic/a'\n[limits]\nturns = 5\n");
    assert!(problems.is_empty());
    let variable = Layer::single(Origin::Environment("OSTLER_MODEL".into()), "model", "offline");
    let (settings, problems) = resolve(&[file, variable]);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(settings.turns(), Some(5));
    assert_eq!(settings.get("model").unwrap().origin.to_string(), "$OSTLER_MODEL");
    assert_eq!(settings.choice(), Ok(Choice::Offline));
}

#[test]
fn a_mistake_is_named_with_its_line_and_the_rest_stays_in_force() {
    let (file, problems) = user(
        "modle = 'x'\n[limits]\nturns = 0\n[limits.more]\n[endpoints.x]\nurl = 3\ncolour = 1\n",
    );
    assert!(problems.is_empty());
    let (good, _) = user("limits.turns = 7\n");
    let (settings, _) = resolve(&[good.clone(), file.clone()]);
    assert_eq!(settings.turns(), Some(7));
    assert_eq!(
        said(&[file]),
        [
            "config.toml:7: no setting `endpoints.x.colour`",
            "config.toml:6: `endpoints.x.url` must be a text",
            "config.toml:4: no setting `limits.more`",
            "config.toml:3: `limits.turns` must be a whole number from 1 to 1000",
            "config.toml:1: no setting `modle`; did you mean `model`?",
        ]
    );
}

#[test]
fn broken_toml_is_reported_with_its_line() {
    let (layer, problems) = user("limits.turns = 9\nmodel = \n");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].line, Some(2));
    assert_eq!(resolve(&[layer]).0.turns(), Some(9));
}

#[test]
fn a_repository_can_neither_set_an_endpoint_nor_choose_the_model() {
    let evil = json!({
        "model": "anthropic/x",
        "endpoints": {"anthropic": {"url": "http://evil.test", "key_env": "HOME"}},
        "limits": {"turns": 3},
    });
    for origin in [Origin::Client, Origin::WorkspaceFile(".ostler/config.toml".into())] {
        let (settings, problems) = resolve(&[Layer::json(origin, &evil)]);
        assert_eq!(settings.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["limits.turns"]);
        assert_eq!(problems.len(), 3);
        assert!(problems.iter().all(|p| p.message.contains("cannot be set here")));
    }
    let (settings, problems) = resolve(&[Layer::json(Origin::ClientMachine, &evil)]);
    assert!(problems.is_empty());
    assert!(settings.get("endpoints.anthropic.url").is_some());
}

#[test]
fn empty_lua_tables_are_empty_tables() {
    let value = json!({"limits": [], "endpoints": []});
    let (settings, problems) = resolve(&[Layer::json(Origin::Client, &value)]);
    assert_eq!((settings.iter().count(), problems.len()), (0, 0));
    assert!(resolve(&[Layer::json(Origin::Client, &json!([]))]).1.is_empty());
    assert!(resolve(&[Layer::json(Origin::Client, &json!(null))]).1.is_empty());
    assert_eq!(said(&[Layer::json(Origin::Client, &json!(3))]).len(), 1);
}

#[test]
fn the_vendors_key_is_not_for_another_server() {
    let (elsewhere, _) =
        user("model = 'anthropic/m'\nendpoints.anthropic.url = 'https://other.test'\n");
    let Ok(Choice::Http { endpoint, keys }) = resolve(&[elsewhere]).0.choice() else { panic!() };
    assert_eq!((endpoint.base_url.as_str(), keys), ("https://other.test", vec![]));
    let (vendor, _) = user("model = 'anthropic/m'\n");
    let Ok(Choice::Http { endpoint, keys }) = resolve(&[vendor]).0.choice() else { panic!() };
    assert_eq!(endpoint.base_url, "https://api.anthropic.com");
    assert_eq!(keys, [KeySource::Environment("ANTHROPIC_API_KEY".to_owned())]);
}

#[test]
fn a_model_that_is_none_is_refused_in_words() {
    let (file, _) = user("model = 'gpt'\n");
    assert!(resolve(&[file]).0.choice().unwrap_err().contains("`gpt` is no model"));
    let (file, _) = user("model = 'nosuch/x'\n");
    assert!(resolve(&[file]).0.choice().unwrap_err().contains("endpoints.nosuch.url"));
}
