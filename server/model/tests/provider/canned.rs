//! A server that answers as a test says, for what the provider of the other tests does not speak:
//! lists of models, code completion, servers that are not there yet.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// A status, a content type and a body.
pub(crate) type Answer = (u16, &'static str, String);

pub(crate) fn json(status: u16, body: &Value) -> Answer {
    (status, "application/json", body.to_string())
}

/// A stream of events with these data.
pub(crate) fn sse(events: &[Value]) -> Answer {
    let body = events.iter().map(|data| format!("data: {data}\n\n")).collect();
    (200, "text/event-stream", body)
}

pub(crate) struct Canned {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Canned {
    /// A server on loopback that answers each request with what `answer` says; without an answer
    /// it keeps silent.
    pub(crate) async fn start(
        answer: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static,
    ) -> Canned {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move { serve(connection, &seen, &*answer).await });
            }
        });
        Canned { url, asked }
    }

    /// The paths of all requests so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.path.clone()).collect()
    }
}

async fn serve(
    mut connection: TcpStream,
    seen: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked) -> Option<Answer> + Send + Sync),
) {
    let Some(asked) = read(&mut connection).await else { return };
    seen.lock().unwrap().push(asked.clone());
    let Some((status, kind, body)) = answer(&asked) else {
        return std::future::pending().await;
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    // A client that has gone is none of the server's business.
    let _ = connection.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = connection.shutdown().await;
}

async fn read(connection: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            let path = head.split(' ').nth(1)?.to_owned();
            return Some(Asked { path, body: serde_json::from_str(body).unwrap_or_default() });
        }
    }
}
