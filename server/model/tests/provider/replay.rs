//! What is recorded is played again as it was, without a network and without the key.

use std::sync::{Arc, Mutex};

use model::http::HttpModel;
use model::replay::{Header, Recording, Replay};
use model::secret::Secret;
use model::{Block, Catalog, Dialect, Message, Model, ModelError, Request, StreamEvent};
use serde_json::json;
use test_utils::fake_provider::{Answer, Failure, FakeProvider, Fault, Manners, Place};

use crate::support::{Got, ask, conversation, endpoint, go_on};

const KEY: &str = "sk-very-secret-7f3a";

/// Holds the conversation; what came of each request.
async fn converse(model: &impl Model, request: &mut Request) -> Vec<Got> {
    let mut all = Vec::new();
    for _ in 0..4 {
        let got = ask(model, request).await;
        if got.error.is_none() {
            go_on(request, &got);
        }
        all.push(got);
    }
    all
}

fn only(recording: &Recording) -> Replay {
    let mut models = recording.models(Catalog::built_in());
    assert_eq!(models.len(), 1);
    models.remove(0)
}

/// All but what names the server.
fn shown(got: &Got) -> (Vec<&StreamEvent>, Option<&ModelError>) {
    let opaque = |event: &&StreamEvent| !matches!(event, StreamEvent::Block(Block::Opaque { .. }));
    (got.events.iter().filter(opaque).collect(), got.error.as_ref())
}

#[tokio::test]
async fn a_conversation_is_played_again() {
    for dialect in Dialect::ALL {
        let manners = Manners { piece: Some(7), ..Manners::default() };
        let provider = FakeProvider::start_with(manners, 0).await;
        let quoted = format!(r#"{{"error": {{"message": "bad key {KEY}"}}}}"#);
        let thinking = || Answer::empty().and_thinking("Hm. 😀").and_text("Where? é");
        provider.push(thinking().and_call("edit", &json!({"path": "a.rs"})));
        provider.push(Answer::failure(Failure::Raw(500, quoted)));
        provider.push(thinking().broken(Place::Middle, Fault::Reset));
        provider.push(Answer::text("Done."));

        let tape = Arc::new(Mutex::new(String::new()));
        let recorder = {
            let tape = Arc::clone(&tape);
            Arc::new(move |exchange: &_| {
                let line = serde_json::to_string(exchange).unwrap();
                tape.lock().unwrap().push_str(&format!("{line}\n"));
            })
        };
        let key = Secret::new(KEY, provider.url()).unwrap();
        let model = HttpModel::new(endpoint(&provider, dialect), Some(key)).unwrap();
        let live = converse(&model.recorded(recorder), &mut conversation()).await;
        let tape = tape.lock().unwrap().clone();
        assert_eq!(tape.lines().count(), 4);
        assert!(!tape.contains(KEY) && tape.contains("[key]"), "{tape}");

        let recording = Recording::read(&tape).unwrap();
        let replay = only(&recording);
        assert_eq!(replay.name(), format!("{}/fake-model", dialect.name()));
        let again = converse(&replay, &mut conversation()).await;
        for (at, (live, again)) in live.iter().zip(&again).enumerate() {
            let (live, mut again) = (shown(live), shown(again));
            // Why a connection broke is not on the tape.
            if let (Some(ModelError::Interrupted(_)), Some(ModelError::Interrupted(_))) =
                (live.1, again.1)
            {
                again.1 = live.1;
            }
            assert_eq!(live, again, "{dialect:?} {at}");
        }
        assert_eq!((recording.left(), recording.about()), (0, None));
        let ended = ask(&replay, &conversation()).await.error;
        assert_eq!(ended, Some(ModelError::BadRequest("the recording has ended".to_owned())));

        let replay = only(&Recording::read(&tape).unwrap());
        let mut other = conversation();
        other.messages = vec![Message::user("something else")];
        let refused = ask(&replay, &other).await.error.unwrap().to_string();
        assert!(refused.contains("this is not what was recorded"), "{refused}");
        assert!(refused.contains("something else"), "{refused}");
        // From there on nothing is as it was.
        let again = ask(&replay, &conversation()).await.error.unwrap().to_string();
        assert_eq!(again, refused);
    }
}

#[test]
fn what_is_no_recording_is_refused() {
    let header = serde_json::to_string(&Header::new("mend it")).unwrap();
    let recording = Recording::read(&header).unwrap();
    assert_eq!((recording.about(), recording.left()), (Some("mend it"), 0));
    assert!(recording.models(Catalog::built_in()).is_empty());
    let later = header.replace(":1", ":2");
    for (text, why) in [
        (later.as_str(), "line 1: written by a later"),
        ("{}", "line 1: missing field"),
        ("\n\nx", "line 3: expected value"),
    ] {
        let error = Recording::read(text).err().unwrap();
        assert!(error.starts_with(why), "{error}");
    }
}
