//! What a script is made of: answers and faults, in words that belong to no dialect.

use serde_json::Value;

use super::cache::Bill;
use super::dialect::{Dialect, Meta};
use super::oddity::Oddity;

/// One answer of the script.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) kind: Kind,
    pub(super) headers: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A status other than 200.
    Failure(Failure),
    Turn(Turn),
}

/// What the model says.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) pieces: Vec<Piece>,
    pub(super) stop: Stop,
    pub(super) fault: Option<(Place, Fault)>,
    /// Whether it comes as one JSON body although a stream was asked for.
    pub(super) in_one_piece: bool,
    /// The forms in which it is written.
    pub(super) oddities: Vec<Oddity>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Thinking(String),
    /// The tool and the letters of its arguments.
    Call(String, String),
    /// A block of the dialect itself.
    Raw(Value),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stop {
    /// Whatever fits the pieces.
    Natural,
    MaxTokens,
    Refusal(String),
}

/// A refusal to answer, by HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 429.
    RateLimited,
    /// 529 (503 where the dialect has no 529).
    Overloaded,
    /// 500.
    Internal,
    /// 400: the prompt is too long.
    Overflow,
    /// 401.
    Auth,
    /// 402 or 429: no money left.
    Quota,
    /// Any other: the status, and the body as it is.
    Raw(u16, String),
}

/// What happens to an answer that began well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset.
    Reset,
    /// The body ends in good order, but the answer is not complete.
    End,
    /// Nothing more comes, and the connection stays open.
    Stall,
    /// An event says that the provider is overloaded.
    ErrorEvent,
}

/// Where in an answer a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// After the headers, before the first event.
    Start,
    /// After the event that opens the answer, before anything of it can be seen.
    Opened,
    /// Half-way.
    Middle,
    /// Before the event without which the answer is not complete.
    Last,
    /// After this many events, but at the latest before that one.
    Event(usize),
}

impl Place {
    /// The number of events before it, if this many stand before the decisive one.
    pub(super) fn after(self, decisive: usize) -> usize {
        match self {
            Place::Start => 0,
            Place::Opened => 1,
            Place::Middle => decisive.div_ceil(2),
            Place::Last => decisive,
            Place::Event(count) => count.min(decisive),
        }
    }
}

impl Answer {
    /// An answer that says nothing and ends.
    #[must_use]
    pub fn empty() -> Answer {
        Answer {
            kind: Kind::Turn(Turn {
                pieces: Vec::new(),
                stop: Stop::Natural,
                fault: None,
                in_one_piece: false,
                oddities: Vec::new(),
            }),
            headers: Vec::new(),
        }
    }

    /// An answer of one text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Answer {
        Answer::empty().and_text(text)
    }

    /// An answer of one call.
    #[must_use]
    pub fn call(tool: &str, arguments: &Value) -> Answer {
        Answer::empty().and_call(tool, arguments)
    }

    /// No answer.
    #[must_use]
    pub fn failure(failure: Failure) -> Answer {
        Answer { kind: Kind::Failure(failure), headers: Vec::new() }
    }

    /// And then this text.
    #[must_use]
    pub fn and_text(self, text: impl Into<String>) -> Answer {
        self.and(Piece::Text(text.into()))
    }

    /// And then this thinking, with a signature.
    #[must_use]
    pub fn and_thinking(self, thinking: impl Into<String>) -> Answer {
        self.and(Piece::Thinking(thinking.into()))
    }

    /// And then this call.
    #[must_use]
    pub fn and_call(self, tool: &str, arguments: &Value) -> Answer {
        self.and_call_of(tool, arguments.to_string())
    }

    /// And then a call whose arguments have these letters, JSON or not.
    #[must_use]
    pub fn and_call_of(self, tool: &str, letters: impl Into<String>) -> Answer {
        self.and(Piece::Call(tool.to_owned(), letters.into()))
    }

    /// And then this block, which only the dialect of the request understands.
    #[must_use]
    pub fn and_block(self, block: Value) -> Answer {
        self.and(Piece::Raw(block))
    }

    /// It reaches its limit: the last piece is cut off in the middle.
    #[must_use]
    pub fn cut_by_limit(mut self) -> Answer {
        let turn = self.turn();
        turn.stop = Stop::MaxTokens;
        match turn.pieces.last_mut() {
            Some(Piece::Text(text) | Piece::Thinking(text) | Piece::Call(_, text)) => {
                let half = (0..=text.len() / 2).rfind(|&at| text.is_char_boundary(at));
                text.truncate(half.unwrap_or(0));
            }
            Some(Piece::Raw(_)) | None => {}
        }
        self
    }

    /// It ends as a refusal for this reason.
    #[must_use]
    pub fn refused(mut self, why: &str) -> Answer {
        self.turn().stop = Stop::Refusal(why.to_owned());
        self
    }

    /// It is struck by this fault at this place.
    #[must_use]
    pub fn broken(mut self, place: Place, fault: Fault) -> Answer {
        self.turn().fault = Some((place, fault));
        self
    }

    /// It comes as one JSON body, although a stream was asked for.
    #[must_use]
    pub fn in_one_piece(mut self) -> Answer {
        self.turn().in_one_piece = true;
        self
    }

    /// It is written in this form. Several are put one upon the other.
    #[must_use]
    pub fn oddly(mut self, oddity: Oddity) -> Answer {
        self.turn().oddities.push(oddity);
        self
    }

    /// With this header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// How many events it has before the one without which it is not complete, in the dialect
    /// that is spoken at `path`.
    #[must_use]
    pub fn events_before_the_last(&self, path: &str) -> usize {
        let Kind::Turn(turn) = &self.kind else { return 0 };
        let meta = Meta { number: 1, model: "", bill: Bill::default() };
        Dialect::at(path).map_or(0, |dialect| (dialect.render)(turn, &meta).decisive)
    }

    fn and(mut self, piece: Piece) -> Answer {
        self.turn().pieces.push(piece);
        self
    }

    fn turn(&mut self) -> &mut Turn {
        match &mut self.kind {
            Kind::Turn(turn) => turn,
            Kind::Failure(failure) => panic!("{failure:?} says nothing that could be changed"),
        }
    }
}
