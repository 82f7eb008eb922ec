//! Connections, and which answer goes where.

use std::io;
use std::sync::Arc;

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::{Answer, Failure, Fault, Kind, Stop};
use super::cache::CacheRules;
use super::dialect::{Dialect, Meta};
use super::law::Sent;
use super::wire::Connection;
use super::{Recorded, Shared};

/// What is counted as one token.
const BYTES_PER_TOKEN: usize = 4;

/// What is sent for one request.
enum Reply {
    Whole { status: u16, headers: Vec<(String, String)>, body: String },
    Stream { headers: Vec<(String, String)>, events: Vec<String>, fault: Option<Fault> },
}

/// Serves until it is aborted; the connections end with it.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.state().connections += 1;
        connections.spawn(serve(stream, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// A client that breaks the connection is no failure of the provider, so errors end here.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let Ok(mut connection) = Connection::new(stream) else { return };
    while let Ok(Some(request)) = connection.request().await {
        match reply(request, &shared) {
            Reply::Whole { status, headers, body } => {
                if connection.send(status, &headers, &body).await.is_err() {
                    return;
                }
            }
            Reply::Stream { headers, events, fault } => {
                let sent = stream_events(&mut connection, &headers, &events, &shared).await;
                if sent.is_err() {
                    shared.departures.send_modify(|count| *count += 1);
                    return;
                }
                match fault {
                    None | Some(Fault::End | Fault::ErrorEvent) => {
                        if connection.piece(b"").await.is_err() {
                            return;
                        }
                    }
                    Some(Fault::Reset) => return connection.reset(),
                    Some(Fault::Stall) => {
                        connection.until_gone().await;
                        shared.departures.send_modify(|count| *count += 1);
                        return;
                    }
                }
            }
        }
    }
}

async fn stream_events(
    connection: &mut Connection,
    headers: &[(String, String)],
    events: &[String],
    shared: &Shared,
) -> io::Result<()> {
    connection.begin(headers).await?;
    match shared.manners.piece {
        None => {
            for event in events {
                connection.piece(event.as_bytes()).await?;
            }
        }
        Some(size) => {
            for piece in events.concat().as_bytes().chunks(size.max(1)) {
                connection.piece(piece).await?;
            }
        }
    }
    Ok(())
}

/// Judges and records the request and takes the next answer of the script.
fn reply(mut request: Recorded, shared: &Shared) -> Reply {
    let whole = |status, body| Reply::Whole { status, headers: Vec::new(), body };
    let path = request.path.clone();
    let mut guard = shared.state();
    let state = &mut *guard;
    let reply = if let Some(asked) = path.strip_suffix("/count_tokens") {
        let tokens = request.body.len() / BYTES_PER_TOKEN;
        match Dialect::at(asked) {
            Some(_) => whole(200, json!({"input_tokens": tokens}).to_string()),
            None => whole(404, json!({"error": {"message": "not found"}}).to_string()),
        }
    } else if let Some(dialect) = Dialect::at(&path) {
        answer(dialect, &mut request, state, shared)
    } else {
        state.violations.push(format!("nothing is served at `{path}`"));
        whole(404, json!({"error": {"message": "not found"}}).to_string())
    };
    state.requests.push(request);
    drop(guard);
    shared.arrivals.send_modify(|count| *count += 1);
    reply
}

fn answer(
    dialect: Dialect,
    request: &mut Recorded,
    state: &mut super::State,
    shared: &Shared,
) -> Reply {
    let mut refuse = |broken: Vec<String>| {
        let body = (dialect.refusal)(&broken.join("; "));
        let number = state.requests.len();
        state.violations.extend(broken.iter().map(|law| format!("request {number}: {law}")));
        Reply::Whole { status: 400, headers: Vec::new(), body }
    };
    let conversation = match (dialect.parse)(request) {
        Ok(conversation) => conversation,
        Err(unreadable) => return refuse(vec![unreadable]),
    };
    let broken = state.law.judge(&conversation, shared.manners.strangers);
    if !broken.is_empty() {
        return refuse(broken);
    }
    let answer = state.script.pop_front();
    let answer = answer.or_else(|| state.play.as_mut().map(|play| play(request)));
    let Some(Answer { kind, mut headers }) = answer else {
        return refuse(vec!["the script has no answer for it".to_owned()]);
    };
    headers.push(("request-id".to_owned(), format!("req_{}", state.requests.len())));
    let turn = match kind {
        Kind::Failure(failure) => {
            // Whoever is told that it does not fit, or that it is wrong, has to begin anew.
            if matches!(failure, Failure::Overflow | Failure::Raw(..)) {
                state.law.allow_epoch();
            }
            let (status, body) = (dialect.failure)(&failure);
            return Reply::Whole { status, headers, body };
        }
        Kind::Turn(turn) => turn,
    };
    let rules = shared.manners.cache.unwrap_or_else(|| CacheRules::of(&conversation.model));
    let bill = state.cache.charge(&conversation, &rules);
    request.bill = Some(bill);
    state.answers += 1;
    let meta = Meta { number: state.answers, model: &conversation.model, bill };
    let rendered = (dialect.render)(&turn, &meta);
    let complete = turn.fault.is_none() && turn.stop == Stop::Natural;
    state.law.note_sent(Sent { parts: rendered.parts, complete });
    if turn.in_one_piece || !conversation.stream {
        return Reply::Whole { status: 200, headers, body: rendered.whole.to_string() };
    }
    let mut events = rendered.events;
    let fault = turn.fault.map(|(place, fault)| {
        events.truncate(place.after(rendered.decisive));
        if fault == Fault::ErrorEvent {
            events.push((dialect.error_event)());
        }
        fault
    });
    for oddity in turn.oddities {
        events = oddity.write(dialect.wire, events);
    }
    Reply::Stream { headers, events, fault }
}
