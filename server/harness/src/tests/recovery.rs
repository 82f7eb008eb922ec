//! What goes wrong with a model, and how the loop gets over it.

use super::*;

fn broken() -> ModelError {
    ModelError::Interrupted("connection reset".to_owned())
}

fn overflow() -> Turn {
    Turn::default().fail(ModelError::ContextOverflow("too long".to_owned()))
}

/// What the model is told in the last message of a request, one block a line.
fn told(bench: &Bench, request: usize) -> Vec<String> {
    let request = bench.model.requests().swap_remove(request);
    let blocks = request.messages.last().unwrap().content.iter();
    blocks
        .map(|block| match block {
            Block::Text(text) => text.clone(),
            Block::ToolResult(result) => format!("{}: {}", result.tool_use_id, result.text),
            other => format!("{other:?}"),
        })
        .collect()
}

/// What the model had said before the last message of a request.
fn said(bench: &Bench, request: usize) -> Vec<Block> {
    let mut messages = bench.model.requests().swap_remove(request).messages;
    messages.pop();
    messages.pop().unwrap().content
}

#[tokio::test]
async fn a_broken_answer_is_asked_for_again_once_and_then_continued() {
    let bench = Bench::new([
        Turn::default().piece("Let me").fail(broken()),
        Turn::default().text("One. ").piece("Then t").fail(broken()),
        Turn::says("two."),
    ]);
    let outcome = bench.run().await;
    assert_eq!((outcome.status, outcome.summary.as_str()), (Status::Done, "One. Then ttwo."));
    let requests = bench.model.requests();
    assert_eq!(requests[0].messages, requests[1].messages, "the first one left no trace");
    let kept = ["One. ", "Then t"].map(|text| Block::Text(text.to_owned()));
    assert_eq!(said(&bench, 2), kept);
    assert!(told(&bench, 2)[0].contains("Go on from there"));
}

#[tokio::test]
async fn what_was_executed_is_kept_and_never_asked_for_again() {
    let bench = Bench::new([
        Turn::default()
            .opaque("scripted")
            .text("I write.")
            .call("1", "put", put("a", "x"))
            .call("2", "nosuch", json!({}))
            .piece("And n")
            .fail(broken()),
        Turn::says("Done."),
    ]);
    let outcome = bench.run().await;
    assert_eq!(outcome.status, Status::Done);
    assert_eq!(bench.runs.load(Ordering::SeqCst), 1);
    let kept = said(&bench, 1);
    assert!(matches!(&kept[0], Block::Opaque { .. }), "complete thinking is kept: {kept:?}");
    assert_eq!(kept.last(), Some(&Block::Text("And n".to_owned())));
    let told = told(&bench, 1);
    assert_eq!(told[0], "1: written");
    assert!(told[1].contains("There is no tool `nosuch`"), "{told:?}");
    assert!(told[2].contains("Go on from there"), "{told:?}");
}

#[tokio::test]
async fn thinking_alone_is_dropped() {
    let thinking = || Turn::default().opaque("scripted").fail(broken());
    let bench = Bench::new([thinking(), thinking(), thinking(), Turn::says("Done.")]);
    assert_eq!(bench.run().await.status, Status::Done);
    let requests = bench.model.requests();
    assert!(requests.iter().all(|request| request.messages == requests[0].messages));
}

#[tokio::test]
async fn breaking_off_for_ever_is_no_success() {
    let bench = Bench::new((0..9).map(|_| Turn::default().piece("x").fail(broken())));
    assert_eq!(bench.run().await.status, Status::Failed("connection reset".to_owned()));
    assert_eq!(bench.model.requests().len(), 6);
    // What was never seen has been tried again further down.
    let bench = Bench::new([Turn::default().fail(broken()), Turn::says("Done.")]);
    assert_eq!(bench.run().await.status, Status::Failed("connection reset".to_owned()));
}

#[tokio::test]
async fn an_answer_without_work_is_not_the_end() {
    let bench = Bench::new([
        Turn::default(),
        Turn::default().text("half, ").stop(StopReason::MaxTokens),
        Turn::default().stop(StopReason::Refusal("no".to_owned())),
        Turn::default().text("and ").stop(StopReason::Other("pause_turn".to_owned())),
        Turn::says("whole."),
    ]);
    let outcome = bench.run().await;
    assert_eq!((outcome.status, outcome.summary.as_str()), (Status::Done, "half, and whole."));
    for (turn, why) in [
        (Turn::default(), "empty"),
        (Turn::default().stop(StopReason::Refusal("no".to_owned())), "refused by the provider: no"),
        (Turn::default().text("…").stop(StopReason::MaxTokens), "cut at its length limit"),
    ] {
        let bench = Bench::new((0..9).map(|_| turn.clone()));
        let expected = format!("the model's answer was {why}, several times in a row");
        assert_eq!(bench.run().await.status, Status::Failed(expected));
    }
}

#[tokio::test]
async fn a_call_that_was_cut_is_not_run_and_the_model_knows_why() {
    let bench = Bench::new([
        Turn::default().broken_call("1", "put", "{\"path\": \"a").stop(StopReason::MaxTokens),
        Turn::default().broken_call("2", "put", "{\"path\": }"),
        Turn::default().broken_call("3", "put", "[1]"),
        Turn::says("Done."),
    ]);
    assert_eq!(bench.run().await.status, Status::Done);
    assert_eq!(bench.runs.load(Ordering::SeqCst), 0);
    assert!(bench.result("1").contains("cut off in the middle of this call"));
    assert!(bench.result("2").contains("not valid JSON (expected value at line 1 column 10)"));
    assert!(bench.result("2").ends_with("{\"path\": }"));
    assert!(bench.result("3").contains("not a JSON object"));
}

#[tokio::test]
async fn room_is_made_without_a_model() {
    let look = |id: &str, text: &str| Turn::calls(id, "look", put("a", text));
    let bench = Bench::new([
        look("1", "aaaa"),
        look("2", "bbbb").opaque("scripted"),
        look("3", "cccc"),
        Turn::calls("4", "put", put("b", "x")),
        overflow(),
        overflow(),
        Turn::says("Done."),
    ]);
    bench.model.allow_epoch();
    bench.model.allow_epoch();
    assert_eq!(bench.run().await.status, Status::Done);
    let requests = bench.model.requests();
    let shown = |at: usize| {
        let results = requests[at].messages.iter().flat_map(|message| &message.content);
        let results = results.filter_map(|block| match block {
            Block::ToolResult(result) => Some(result.text.len()),
            _ => None,
        });
        results.collect::<Vec<_>>()
    };
    let stub = crate::prompt::RESULT_LEFT_OUT.len();
    let long = 4000;
    assert_eq!(shown(4), [long, long, long, "written".len()]);
    assert_eq!(shown(5), [stub, stub, long, "written".len()], "the oldest first");
    assert_eq!(shown(6), [stub, stub, stub, "written".len()], "what was done stays");
    let first = |at: usize| format!("{:?}", requests[at].messages[0].content);
    assert!(first(6).contains("make it so"), "{}", first(6));
    assert!(first(5).contains("something long") && !first(6).contains("something long"));
    let limits: Vec<u32> = requests.iter().map(|request| request.max_tokens).collect();
    assert_eq!(limits[3..], [16_384, 16_384, 8192, 4096]);
    assert_eq!(bench.notices.lock().unwrap().len(), 2, "the user is told");
    assert!(told(&bench, 6).iter().any(|text| text.contains("Call the tools again")));
}

#[tokio::test]
async fn what_does_not_fit_at_all_fails_in_the_end() {
    let bench = Bench::new((0..9).map(|_| overflow()));
    bench.model.allow_epoch();
    let Status::Failed(why) = bench.run().await.status else { panic!("it cannot be done") };
    assert!(why.contains("nothing more can be left out"), "{why}");
    assert_eq!(bench.model.requests().len(), 4);
}

#[tokio::test]
async fn a_window_that_fills_in_the_middle_of_an_answer_is_emptied() {
    let bench = Bench::new([
        Turn::calls("1", "look", put("a", "aaaa")),
        Turn::default().text("So ").stop(StopReason::ContextOverflow),
        Turn::says("it is."),
    ]);
    bench.model.allow_epoch();
    let outcome = bench.run().await;
    assert_eq!((outcome.status, outcome.summary.as_str()), (Status::Done, "So it is."));
    assert_eq!(said(&bench, 2), [Block::Text("So ".to_owned())]);
}

#[tokio::test]
async fn another_model_takes_over_between_two_turns() {
    let quota = || Turn::default().fail(ModelError::Quota("no money left".to_owned()));
    let bench = Bench::new([Turn::calls("1", "put", put("a", "x")).opaque("scripted"), quota()])
        .or([Turn::calls("2", "put", put("b", "y")), Turn::says("Done.")]);
    let outcome = bench.run().await;
    assert_eq!((outcome.status, outcome.change.files.len()), (Status::Done, 2));
    assert_eq!(bench.runs.load(Ordering::SeqCst), 2);
    let taken_over = bench.fallback.as_ref().unwrap().requests().swap_remove(0);
    let mut blocks = taken_over.messages.iter().flat_map(|message| &message.content);
    assert!(!blocks.any(|block| matches!(block, Block::Opaque { .. })), "{taken_over:?}");
    let epochs = bench.log.entries().into_iter().filter_map(|entry| match entry.event {
        Event::Epoch(epoch) => Some((epoch.model, epoch.reason)),
        _ => None,
    });
    let expected = (Some("scripted".to_owned()), "scripted cannot go on: no money left".to_owned());
    assert_eq!(epochs.collect::<Vec<_>>(), [expected]);
    assert_eq!(bench.notices.lock().unwrap().len(), 1, "the user is told");

    let bench = Bench::new([quota()]);
    assert_eq!(bench.run().await.status, Status::Failed("no money left".to_owned()));
}

#[tokio::test]
async fn a_provider_that_refuses_its_own_blocks_gets_none() {
    let refused = || Turn::default().fail(ModelError::BadRequest("bad signature".to_owned()));
    let bench = Bench::new([
        Turn::calls("1", "put", put("a", "x")).opaque("scripted"),
        refused(),
        Turn::says("Done."),
    ]);
    bench.model.allow_epoch();
    assert_eq!(bench.run().await.status, Status::Done);
    let bench = Bench::new([refused(), Turn::says("Done.")]);
    assert_eq!(bench.run().await.status, Status::Failed("bad signature".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn stop_ends_the_pause_before_another_try() {
    let mut bench = Bench::new([Turn::default().piece("x").fail(ModelError::RateLimited {
        message: "later".to_owned(),
        after: Some(Duration::from_secs(60)),
    })]);
    bench.harness.recovery = Recovery::default();
    let (outcome, ()) = tokio::join!(bench.run(), async {
        while bench.log.entries().iter().all(|e| !matches!(e.event, Event::TurnDropped { .. })) {
            tokio::task::yield_now().await;
        }
        bench.cancel.cancel();
    });
    assert_eq!(outcome.status, Status::Stopped);
    assert_eq!(bench.model.requests().len(), 1);
}
