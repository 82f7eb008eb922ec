//! What counts, who may set it, and what is said about the rest.

use serde_json::json;

use crate::{
    Choice, Decision, KEYS, KeySource, Layer, Offer, Origin, PROVIDERS, Problem, Settings,
    Surroundings, Why, is_loopback, resolve,
};

fn user(text: &str) -> (Layer, Vec<Problem>) {
    Layer::toml(Origin::UserFile("config.toml".to_owned()), text)
}

fn said(layers: &[Layer]) -> Vec<String> {
    resolve(layers).1.iter().map(ToString::to_string).collect()
}

/// Nothing around that speaks for any model.
const NOTHING: Surroundings<'static> =
    Surroundings { variable: &|_| false, stored: &[], consents: &[], servers: &[] };

fn decided(settings: &Settings) -> Decision {
    settings.decide(&NOTHING).unwrap()
}

/// The model's address and where its key is.
fn endpoint(text: &str) -> (String, Vec<KeySource>) {
    let Choice::Http { endpoint, keys } = decided(&resolve(&[user(text).0]).0).choice else {
        panic!("offline")
    };
    (endpoint.base_url, keys)
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
    assert_eq!(decided(&settings).why, Why::Configured(Origin::Environment("OSTLER_MODEL".into())));
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
    let elsewhere = "model = 'anthropic/m'\nendpoints.anthropic.url = 'https://other.test'\n";
    assert_eq!(endpoint(elsewhere), ("https://other.test".to_owned(), vec![KeySource::Stored]));
    let (url, keys) = endpoint("model = 'anthropic/m'\n");
    assert_eq!(url, "https://api.anthropic.com");
    let variable = KeySource::Environment("ANTHROPIC_API_KEY".to_owned());
    assert_eq!(keys, [KeySource::Stored, variable.clone()]);
    // Who sets the address in the environment sets the key there as well.
    let address = Origin::Environment("ANTHROPIC_BASE_URL".to_owned());
    let address = Layer::single(address, "endpoints.anthropic.url", "https://other.test");
    let (settings, _) = resolve(&[user("model = 'anthropic/m'\n").0, address]);
    let Choice::Http { endpoint, keys } = decided(&settings).choice else { panic!() };
    assert_eq!(
        (endpoint.base_url.as_str(), keys.contains(&variable)),
        ("https://other.test", true)
    );
}

#[test]
fn a_model_that_is_none_is_refused_in_words() {
    let said = |text: &str| resolve(&[user(text).0]).0.decide(&NOTHING).unwrap_err();
    assert!(said("model = 'gpt'\n").contains("`gpt` is no model"));
    assert!(said("model = 'x/'\n").contains("`x/` is no model"));
    assert!(said("model = 'nosuch/x'\n").contains("endpoints.nosuch.url"));
    assert!(said("model = 'antropic/x'\n").contains("did you mean `anthropic`?"));
    let home = "model = 'hone/x'\n[endpoints.home]\nurl = 'http://127.0.0.1:1'\n";
    assert!(said(home).contains("did you mean `home`?"));
}

#[test]
fn servers_that_are_known_by_name_need_no_configuration() {
    for (name, at) in
        [("anthropic", "https://api.anthropic.com"), ("ollama", "http://127.0.0.1:11434/v1")]
    {
        assert_eq!(endpoint(&format!("model = '{name}/m/x'\n")).0, at);
    }
    let (url, keys) =
        endpoint("model = 'ollama/qwen3'\nendpoints.ollama.url = 'http://127.0.0.1:9/v1'\n");
    assert_eq!((url.as_str(), keys), ("http://127.0.0.1:9/v1", vec![KeySource::Stored]));
}

fn offer(model: &str, origin: &str, source: &str) -> Offer {
    Offer { model: model.into(), origin: origin.into(), source: source.into() }
}

/// In the order of the product: each step is taken only if those before it had nothing.
#[test]
fn a_model_is_chosen_in_order_and_only_after_a_yes() {
    let (settings, _) = resolve(&[Layer::built_in()]);
    assert_eq!(decided(&settings).why, Why::NothingElse);

    let servers = [("ollama".to_owned(), vec!["qwen3".to_owned(), "other".to_owned()])];
    let mut around = Surroundings { servers: &servers, ..NOTHING };
    let local = offer("ollama/qwen3", "http://127.0.0.1:11434", "server");
    let decision = settings.decide(&around).unwrap();
    assert_eq!((decision.why, decision.offers), (Why::NothingElse, vec![local.clone()]));
    let yes = [local.clone()];
    around.consents = &yes;
    let decision = settings.decide(&around).unwrap();
    assert_eq!((decision.name.as_str(), decision.why), ("ollama/qwen3", Why::LocalServer));

    around.variable = &|name| name == "ANTHROPIC_API_KEY";
    let hosted =
        offer("anthropic/claude-opus-5", "https://api.anthropic.com", "$ANTHROPIC_API_KEY");
    let decision = settings.decide(&around).unwrap();
    assert_eq!((decision.why, decision.offers), (Why::LocalServer, vec![hosted.clone()]));
    // The yes may name another model.
    let yes = [local, Offer { model: "anthropic/small".into(), ..hosted }];
    around.consents = &yes;
    let decision = settings.decide(&around).unwrap();
    assert_eq!(decision.name, "anthropic/small");
    assert_eq!(decision.why, Why::Variable("ANTHROPIC_API_KEY".into()));

    let stored = ["https://api.openai.com".to_owned()];
    around.variable = &|_| false;
    around.stored = &stored;
    let decision = settings.decide(&around).unwrap();
    assert_eq!(
        (decision.name.as_str(), decision.why),
        ("openai-responses/gpt-5.6", Why::StoredKey)
    );

    let (settings, _) = resolve(&[Layer::built_in(), user("model = 'offline'\n").0]);
    let decision = settings.decide(&around).unwrap();
    assert_eq!(decision.why, Why::Configured(Origin::UserFile("config.toml".into())));
    assert_eq!(decision.choice, Choice::Offline);
}

/// A yes to one server says nothing about another that the same name leads to later.
#[test]
fn a_yes_is_for_one_server() {
    let yes = [offer("anthropic/m", "https://api.anthropic.com", "$ANTHROPIC_API_KEY")];
    let around = Surroundings { variable: &|_| true, consents: &yes, ..NOTHING };
    let address = Origin::Environment("ANTHROPIC_BASE_URL".to_owned());
    let address = Layer::single(address, "endpoints.anthropic.url", "https://other.test");
    let decision = resolve(&[address]).0.decide(&around).unwrap();
    assert_eq!(decision.why, Why::NothingElse);
    assert_eq!(decision.offers[0].origin, "https://other.test");
}

#[test]
fn what_is_built_in_is_right() {
    let (settings, problems) = resolve(&[Layer::built_in()]);
    assert!(problems.is_empty(), "{problems:?}");
    let defaults = KEYS.iter().filter(|key| key.default().is_some()).count();
    assert_eq!(settings.iter().count(), defaults);
    assert!(settings.iter().all(|(_, value)| value.origin == Origin::BuiltIn));
}

fn chosen(text: &str) -> model::Endpoint {
    let (settings, problems) = resolve(&[user(text).0]);
    assert!(problems.is_empty(), "{problems:?}");
    let Choice::Http { endpoint, .. } = decided(&settings).choice else { panic!("offline") };
    *endpoint
}

#[test]
fn a_server_of_the_table_needs_no_configuration() {
    let mistral = chosen("model = 'mistral/devstral-medium'\n");
    assert_eq!(mistral.base_url, "https://api.mistral.ai/v1");
    assert!(!mistral.quirks.ask_usage);
    assert_eq!(mistral.fim, Some(model::FimKind::Mistral));
    let local = chosen(
        "model = 'ollama/qwen2.5-coder:7b'\n[endpoints.ollama]\nurl = 'http://127.0.0.1:1/v1'\n",
    );
    assert_eq!(local.timeouts.first_byte.as_secs(), 600, "another port, the same program");
    assert_eq!(local.card.window, Some(32_768));
}

#[test]
fn a_server_elsewhere_is_like_the_one_that_it_is_said_to_be_like() {
    let plain =
        chosen("model = 'openai-chat/m'\n[endpoints.openai-chat]\nurl = 'http://a.test/v1'\n");
    assert_eq!(plain.quirks, model::Quirks::default(), "anything may stand behind that address");
    let alike = chosen(
        "model = 'home/m'\n[endpoints.home]\nurl = 'http://a.test/v1'\nlike = 'mistral'\n\
         first_byte = 7\nconcurrent = 2\nfim = 'llama'\nca_file = 'ca.pem'\n",
    );
    assert_eq!(alike.quirks.call_ids, Some(model::CallIds::Nine));
    assert_eq!((alike.timeouts.first_byte.as_secs(), alike.concurrent), (7, Some(2)));
    assert_eq!(alike.fim, Some(model::FimKind::Llama));
    assert_eq!(alike.roots_file.as_deref(), Some("ca.pem"));
    let own = chosen("model = 'mistral/m'\n[endpoints.mistral]\nquirks = {ask_usage = true}\n");
    assert!(own.quirks.ask_usage && own.quirks.user_after_tool);
    let wrong = "model = 'mistral/m'\n[endpoints.mistral]\nquirks = {ask_usag = true}\n";
    let said = resolve(&[user(wrong).0]).0.named("mistral/m").unwrap_err();
    assert!(said.contains("endpoints.mistral.quirks") && said.contains("ask_usag"), "{said}");
}

#[test]
fn the_user_knows_models_too() {
    let text = "model = 'home/x-1'\n[endpoints.home]\nurl = 'http://a.test'\ndialect = 'openai-chat'\n\
        [models.\"x-*\"]\nwindow = 8000\ntools = 'weak'\nprice = {input = 1.0, output = 2.0}\n";
    let card = chosen(text).card;
    assert_eq!((card.window, card.price.unwrap().output), (Some(8000), 2.0));
    assert!(card.is_small());
    let problems = said(&[user("[models.\"x-*\"]\nwindw = 8000\n").0]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("unknown field `windw`"), "{problems:?}");
    let evil = json!({"models": {"*": {"window": 1}}});
    assert_eq!(resolve(&[Layer::json(Origin::Client, &evil)]).1.len(), 1, "not a repository's");
}

#[test]
fn every_server_that_is_looked_for_is_in_the_catalogue() {
    assert_eq!(PROVIDERS.len(), model::Catalog::built_in().found().len());
    for provider in PROVIDERS.iter() {
        let server = model::Catalog::built_in().server(provider.name).unwrap();
        assert_eq!(server.local, provider.is_local(), "{}", provider.name);
        assert_eq!(server.local, is_loopback(&server.url), "{}", provider.name);
    }
}

#[test]
fn fallbacks_are_named_in_order_and_only_by_the_user() {
    let (file, _) = user("fallbacks = ['openai-chat/a', 'offline', 'nowhere/b', 'anthropic/c']\n");
    let (settings, problems) = resolve(std::slice::from_ref(&file));
    assert!(problems.is_empty(), "{problems:?}");
    let fallbacks = settings.fallbacks();
    let names: Vec<_> = fallbacks.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["openai-chat/a", "offline", "nowhere/b", "anthropic/c"]);
    let why = |at: usize| fallbacks[at].1.clone().unwrap_err();
    assert!(matches!(&fallbacks[0].1, Ok(Choice::Http { endpoint, .. }) if endpoint.model == "a"));
    assert!(why(1).contains("what others began"), "{}", why(1));
    assert!(why(2).contains("no endpoint `nowhere`"), "{}", why(2));
    assert!(fallbacks[3].1.is_ok());
    assert!(Settings::default().fallbacks().is_empty());

    let sent = json!({"fallbacks": ["openai-chat/x"]});
    let (settings, problems) = resolve(&[file, Layer::json(Origin::Client, &sent)]);
    assert_eq!((settings.fallbacks().len(), problems.len()), (4, 1));
    assert_eq!(
        said(&[user("fallbacks = 'a/b'\n").0, user("fallbacks = [1]\n").0]),
        [
            "config.toml:1: `fallbacks` must be a list of texts",
            "config.toml:1: `fallbacks` must be a list of texts",
        ]
    );
}
