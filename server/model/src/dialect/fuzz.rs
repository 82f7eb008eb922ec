//! Whatever bytes come, and wherever the network cuts them, the events are the same, and nothing
//! panics.
//!
//! `OSTLER_FUZZ_BYTES` says how many bytes are tried; a long run takes millions.

use std::collections::BTreeMap;

use super::testing;
use crate::endpoint::{Dialect, Endpoint};
use crate::fim::{self, FimKind, FimRequest};
use crate::reader::Reader;
use crate::{ModelError, StreamEvent};

/// What an ordinary run of the tests tries.
const BYTES: usize = 200_000;

/// Random numbers that are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// Streams as servers send them, from which the bytes are made.
const STREAMS: [&str; 6] = [
    concat!(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9}}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n",
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"h😀\"}}\n\n",
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"s\"}}\n\n",
        "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n: ping\n\n",
        "data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{}}}\n\n",
        "data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\": \\\"\\u00e9\\\"}\"}}\n\n",
        "data: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":3}}\n\n",
        "data: {\"type\":\"message_stop\"}\n\n",
    ),
    concat!(
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"reasoning_content\":\"h\"}}]}\r\n\r\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"I é😀\"}}]}\r\n\r\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"n\",\"arguments\":\"{\\\"b\\\":\"}}]}}]}\r\n\r\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\" 1}\"}}]},\"finish_reason\":\"tool_calls\"}]}\r\n\r\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\r\n\r\ndata: [DONE]\r\n\r\n",
    ),
    concat!(
        "\u{feff}data: {\"type\":\"response.created\",\"response\":{}}\r\r",
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"é😀\"}\r\r",
        "data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"é😀\"}]}}\r\r",
        "data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"n\",\"arguments\":\"{}\"}}\r\r",
        "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":2}}}\r\r",
    ),
    "data: {\"content\":\"1 é\",\"stop\":false}\n\ndata: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\"}\n\n",
    "{\"response\":\"1 é\",\"done\":false}\n{\"response\":\"\",\"done\":true,\"done_reason\":\"stop\"}\n",
    "{\"choices\":[{\"message\":{\"content\":\"Hi é\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3}}",
];

/// Pieces that mean something to a parser somewhere.
const PIECES: [&[u8]; 14] = [
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"data: ",
    b"data:",
    b"event: x\n",
    b":",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xf0\x9f",
    b"[DONE]",
    b"\n\ndata: {\"error\":{\"message\":\"x\",\"code\":529}}\n\n",
    b"\\ud83d",
];

/// A stream with a few changes.
fn bytes(random: &mut Random, stream: usize) -> Vec<u8> {
    let mut bytes = STREAMS[stream].as_bytes().to_vec();
    for _ in 0..random.below(6) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(20)).min(bytes.len());
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let repeated = bytes[at..end].to_vec();
                bytes.splice(at..at, repeated);
            }
            _ if random.below(4) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

fn reader(which: usize) -> Reader {
    let code = |kind| {
        let request = FimRequest {
            path: "a".to_owned(),
            prefix: "b".to_owned(),
            suffix: "c\nd\n".to_owned(),
            others: Vec::new(),
            max_tokens: 9,
            single_line: kind == FimKind::Llama,
        };
        let endpoint = Endpoint::new(Dialect::Chat, "http://localhost:1/v1", "m");
        fim::call(&request, &endpoint, kind, Some("qwen")).unwrap().reader
    };
    let talk = |dialect| {
        let request = testing::request(Vec::new());
        Reader::new(super::decoder(&testing::endpoint(dialect), &request))
    };
    match which {
        0 => talk(Dialect::Anthropic),
        1 => talk(Dialect::Chat),
        2 => talk(Dialect::Responses),
        3 => code(FimKind::Llama),
        4 => code(FimKind::Ollama),
        _ => code(FimKind::Template),
    }
}

fn read<'a>(
    mut reader: Reader,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<StreamEvent>, Option<ModelError>) {
    let mut events = Vec::new();
    let result = pieces
        .into_iter()
        .try_for_each(|piece| reader.push(piece, &mut events))
        .and_then(|()| reader.end(&mut events));
    (events, result.err())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test is asked for a long run by a variable")]
fn where_the_network_cuts_makes_no_difference() {
    let wanted = std::env::var("OSTLER_FUZZ_BYTES").ok().and_then(|text| text.parse().ok());
    let wanted: usize = wanted.unwrap_or(BYTES);
    let mut random = Random(wanted as u64);
    let (mut tried, mut ends) = (0, BTreeMap::new());
    while tried < wanted {
        let stream = random.below(STREAMS.len());
        let bytes = bytes(&mut random, stream);
        tried += bytes.len();
        // Now and then a server speaks another language than was agreed on.
        let which = if random.below(8) == 0 { random.below(6) } else { stream };
        let whole = read(reader(which), [bytes.as_slice()]);
        let mut pieces = Vec::new();
        let mut rest = bytes.as_slice();
        let longest = 1 + random.below(40);
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at((1 + random.below(longest)).min(rest.len()));
            pieces.push(piece);
            rest = tail;
        }
        let shown = String::from_utf8_lossy(&bytes);
        assert_eq!(read(reader(which), pieces), whole, "reader {which}: {shown:?}");
        let end = match &whole.1 {
            None => "complete",
            Some(ModelError::Interrupted(_)) => "broken off",
            Some(ModelError::Protocol(_)) => "not understood",
            Some(_) => "an error of the server",
        };
        *ends.entry(end).or_insert(0) += 1;
    }
    // The bytes are worth something only if all that can come of them does.
    assert_eq!(ends.len(), 4, "{ends:?}");
}
