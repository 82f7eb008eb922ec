//! Conversations with tools: what was received goes back unaltered, however it was cut.

use model::{Dialect, StopReason};
use serde_json::json;
use test_utils::fake_provider::{Answer, Bill, FakeProvider, Manners};

use crate::support::{ask, conversation, go_on, model};

/// Letters that a re-serialised call would not have.
const ODD_LETTERS: &str = r#"{"path":  "a\u0062/é😀.rs", "b": 1.0, "a": [1e2 ,2]}"#;

#[tokio::test]
async fn turns_go_back_as_they_came_however_they_are_cut() {
    for dialect in Dialect::ALL {
        for piece in [None, Some(1), Some(3), Some(7)] {
            let manners = Manners { piece, ..Manners::default() };
            let provider = FakeProvider::start_with(manners, 0).await;
            let first = Answer::empty()
                .and_thinking("Which file? 😀")
                .and_text("I read both.")
                .and_call_of("read", ODD_LETTERS)
                .and_call_of("read", "");
            let answers = [
                first,
                Answer::call("edit", &json!({"path": "b.rs"})).and_thinking("late"),
                Answer::empty().and_call_of("edit", r#"{"path": "b.rs""#),
                Answer::empty(),
                Answer::text("Done: 😀."),
            ];
            answers.into_iter().for_each(|answer| provider.push(answer));

            let model = model(&provider, dialect);
            let mut request = conversation();
            let got = ask(&model, &request).await;
            assert_eq!(got.stop(), &StopReason::ToolUse);
            assert_eq!(got.shown(), "I read both.");
            let calls = got.calls();
            assert_eq!(calls[0].input.as_str(), ODD_LETTERS);
            assert_eq!(calls[1].input.as_str(), "{}");
            go_on(&mut request, &got);

            let got = ask(&model, &request).await;
            assert_eq!(got.stop(), &StopReason::ToolUse);
            go_on(&mut request, &got);

            let got = ask(&model, &request).await;
            assert_eq!(got.calls()[0].malformed.as_deref(), Some(r#"{"path": "b.rs""#));
            go_on(&mut request, &got);

            let got = ask(&model, &request).await;
            assert_eq!(got.stop(), &StopReason::EndTurn);
            assert_eq!(got.blocks(), []);
            go_on(&mut request, &got);

            let got = ask(&model, &request).await;
            assert_eq!((got.stop(), got.shown().as_str()), (&StopReason::EndTurn, "Done: 😀."));
            assert_eq!(provider.left(), 0);
        }
    }
}

#[tokio::test]
async fn the_prompt_is_read_from_the_cache_and_the_bill_arrives() {
    let provider = FakeProvider::start().await;
    let model = model(&provider, Dialect::Anthropic);
    let mut request = conversation();
    for _ in 0..3 {
        provider.push(Answer::text("x".repeat(200)));
        let got = ask(&model, &request).await;
        let bill = provider.requests().last().unwrap().bill.unwrap();
        let usage = got.usage();
        let charged = Bill {
            input: usize::try_from(usage.input).unwrap(),
            read: usize::try_from(usage.cache_read).unwrap(),
            write: usize::try_from(usage.cache_write).unwrap(),
        };
        assert_eq!(charged, bill);
        go_on(&mut request, &got);
    }
    let bills: Vec<Bill> = provider.requests().iter().map(|seen| seen.bill.unwrap()).collect();
    assert_eq!((bills[0].read, bills[0].input), (0, 0));
    for pair in bills.windows(2) {
        assert_eq!(pair[1].read, pair[0].read + pair[0].write, "all of the last prompt is read");
        assert_eq!(pair[1].input, 0);
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_is_as_good() {
    for dialect in Dialect::ALL {
        let provider = FakeProvider::start().await;
        let model = model(&provider, dialect);
        let mut request = conversation();
        let call = json!({"path": "a.rs"});
        provider.push(
            Answer::text("I edit.").and_thinking("hm").and_call("edit", &call).in_one_piece(),
        );
        let got = ask(&model, &request).await;
        assert_eq!((got.stop(), got.shown().as_str()), (&StopReason::ToolUse, "I edit."));
        go_on(&mut request, &got);
        provider.push(Answer::text("Done.").in_one_piece());
        let got = ask(&model, &request).await;
        assert_eq!((got.stop(), got.shown().as_str()), (&StopReason::EndTurn, "Done."));
    }
}

#[tokio::test]
async fn answers_that_end_otherwise() {
    for dialect in Dialect::ALL {
        let provider = FakeProvider::start().await;
        let model = model(&provider, dialect);
        let request = conversation();

        provider.push(Answer::text("I cannot.").refused("not allowed"));
        let got = ask(&model, &request).await;
        assert_eq!(got.stop(), &StopReason::Refusal("not allowed".to_owned()));

        provider.push(Answer::text("A long text").cut_by_limit());
        let got = ask(&model, &request).await;
        assert_eq!((got.stop(), got.shown().as_str()), (&StopReason::MaxTokens, "A lon"));

        for letters in [r#"{"path": "a.rs"}"#, ""] {
            provider.push(Answer::empty().and_call_of("edit", letters).cut_by_limit());
            let got = ask(&model, &request).await;
            assert_eq!(got.stop(), &StopReason::MaxTokens);
            assert!(got.calls()[0].malformed.is_some(), "a cut call could run: {letters:?}");
        }
    }
}

#[tokio::test]
async fn blocks_of_another_provider_stay_at_home() {
    let provider = FakeProvider::start().await;
    let model = model(&provider, Dialect::Anthropic);
    let mut request = conversation();
    provider.push(Answer::empty().and_block(json!({"type": "from_tomorrow", "x": [1, 2]})));
    let mut got = ask(&model, &request).await;
    got.events.insert(
        0,
        model::StreamEvent::Block(model::Block::Opaque {
            origin: "another".to_owned(),
            json: model::RawJson::of(&json!({"type": "secret"})),
        }),
    );
    go_on(&mut request, &got);
    provider.push(Answer::text("ok"));
    assert_eq!(ask(&model, &request).await.stop(), &StopReason::EndTurn);
}
