//! Whatever form an answer is written in, it is the same answer; and what it cost is told in the
//! same words, whatever the vendor's rules are.

use model::{Block, Catalog, Dialect, Endpoint, Extra, RawJson, StopReason, ToolUse};
use serde_json::json;
use test_utils::fake_provider::{Answer, CacheRules, FakeProvider, Kept, Manners, Oddity};

use crate::support::{ask, conversation, endpoint, go_on, model};
use model::http::HttpModel;

fn answer() -> Answer {
    Answer::empty()
        .and_thinking("Hm. 😀")
        .and_text("I do é\u{2028}both.")
        .and_call("edit", &json!({"path": "a.rs", "n": [1, 2.5, null]}))
        .and_call("read", &json!({"path": "b.rs"}))
}

/// What everybody understands of a block: calls by tool and arguments.
fn plain(block: Block) -> Option<Block> {
    match block {
        Block::Opaque { .. } => None,
        Block::ToolUse(call) => {
            // Who writes arguments as an object does not keep their letters.
            let input = RawJson::of(&call.input.value());
            Some(Block::ToolUse(ToolUse { input, extra: None::<Extra>, ..call }))
        }
        other => Some(other),
    }
}

#[tokio::test]
async fn the_form_of_an_answer_does_not_matter() {
    for piece in [None, Some(1), Some(7)] {
        for dialect in Dialect::ALL {
            for oddity in Oddity::ALL {
                let about = format!("{dialect:?} {oddity:?} {piece:?}");
                let manners = Manners { piece, ..Manners::default() };
                let provider = FakeProvider::start_with(manners, 0).await;
                let model = model(&provider, dialect);
                let mut request = conversation();
                provider.push(answer().oddly(oddity));
                let got = ask(&model, &request).await;
                assert_eq!(got.error, None, "{about}");
                assert_eq!(got.stop(), &StopReason::ToolUse, "{about}");
                assert_eq!(got.shown(), "I do é\u{2028}both.", "{about}");
                let blocks: Vec<Block> = got.blocks().into_iter().filter_map(plain).collect();
                let [Block::Text(_), Block::ToolUse(edit), Block::ToolUse(read)] = &blocks[..]
                else {
                    panic!("{about}: {blocks:?}")
                };
                assert_eq!((edit.name.as_str(), read.name.as_str()), ("edit", "read"), "{about}");
                let arguments = json!({"path": "a.rs", "n": [1, 2.5, null]});
                assert_eq!(edit.input.value(), arguments, "{about}");
                assert_eq!(read.input.value(), json!({"path": "b.rs"}), "{about}");
                assert!(edit.id != read.id && edit.malformed.is_none(), "{about}");
                // The provider judges what goes back.
                go_on(&mut request, &got);
                provider.push(Answer::text("Done.").oddly(oddity));
                let got = ask(&model, &request).await;
                assert_eq!((got.stop(), got.shown().as_str()), (&StopReason::EndTurn, "Done."));
            }
        }
    }
}

#[tokio::test]
async fn what_is_read_and_written_is_told_by_each_vendors_rules() {
    for (name, dialect) in [
        ("claude-haiku-4-5", Dialect::Anthropic),
        ("claude-opus-5", Dialect::Anthropic),
        ("gpt-5.1", Dialect::Chat),
        ("gpt-5.6-sol", Dialect::Responses),
        ("deepseek-chat", Dialect::Chat),
    ] {
        let rules = CacheRules::of(name);
        let provider = FakeProvider::start().await;
        let endpoint = Endpoint { model: name.to_owned(), ..endpoint(&provider, dialect) };
        let model = HttpModel::new(endpoint, None).unwrap();
        let mut request = conversation();
        for turn in 0..3 {
            provider.push(Answer::text("x".repeat(800)));
            let got = ask(&model, &request).await;
            let usage = got.usage();
            let bill = provider.requests().last().unwrap().bill.unwrap();
            let told = [usage.input, usage.cache_read, usage.cache_write];
            let charged = [bill.input, bill.read, bill.write].map(|tokens| tokens as u64);
            assert_eq!(told, charged, "{name} {turn}");
            // The prompt has about 1,300 tokens: more than some keep from, and less than others.
            let kept = rules.min_tokens < 1200;
            assert_eq!(bill.read > 0, kept && turn > 0, "{name} {turn}: {bill:?}");
            assert_eq!(bill.write > 0, kept && rules.tells_writes, "{name} {turn}: {bill:?}");
            if let Kept::Always { step } = rules.kept {
                assert_eq!(bill.read % step, 0, "{name} {turn}: {bill:?}");
            }
            go_on(&mut request, &got);
        }
    }
}

/// Two tables, each written from the vendors' documentation: a slip in one of them is seen.
#[test]
fn the_catalogue_and_the_provider_agree_about_caches() {
    for name in [
        "claude-sonnet-5",
        "claude-opus-4-5",
        "claude-opus-4-6",
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-opus-5",
        "claude-fable-5",
        "claude-haiku-4-5",
        "gpt-5.1",
        "gpt-5.6-sol",
    ] {
        let (card, rules) = (Catalog::built_in().card(name), CacheRules::of(name));
        assert_eq!(card.cache.minimum as usize, rules.min_tokens, "{name}");
        match rules.kept {
            Kept::AtMarks { lookback } => {
                assert_eq!(card.cache.kind, model::CacheKind::Marked, "{name}");
                assert_eq!(card.cache.lookback as usize, lookback, "{name}");
            }
            Kept::Always { .. } => {
                assert_ne!(card.cache.kind, model::CacheKind::Marked, "{name}");
            }
        }
    }
}
