//! Which call a piece belongs to. Servers disagree on everything but the names of the members.

use crate::dialect::tool_input::tool_use;
use crate::dialect::{CallNames, Object};
use crate::{Extra, StreamEvent, ToolUse};

/// The calls of one answer, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<OpenCall>);

#[derive(Debug, Default)]
struct OpenCall {
    index: Option<u64>,
    id: Option<String>,
    name: Option<String>,
    arguments: String,
    extra: Object,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a piece in; returns what can be shown of it.
    pub(super) fn apply(&mut self, piece: &Object) -> Option<StreamEvent> {
        let function = piece.object("function").unwrap_or_default();
        let nonempty = |text: &String| !text.is_empty();
        let id = piece.text("id").filter(nonempty);
        let name = function.text("name").filter(nonempty);
        let index = piece.number("index");
        let place = self.find(id.as_deref(), index, name.as_deref());
        let place = place.unwrap_or_else(|| {
            self.0.push(OpenCall::default());
            self.0.len() - 1
        });
        let call = &mut self.0[place];
        call.index = call.index.or(index);
        call.id = call.id.take().or(id);
        if let Some(arguments) = function.get("arguments") {
            // A text that holds JSON, or the JSON itself.
            let text = arguments.parse::<String>();
            call.arguments.push_str(&text.unwrap_or_else(|_| arguments.as_str().to_owned()));
        }
        let extra = piece.without(&["index", "id", "type", "function"]);
        call.extra.0.extend(extra.unwrap_or_default().0);
        if call.name.is_none() {
            call.name = name.clone();
            return name.map(StreamEvent::ToolUseStarted);
        }
        None
    }

    /// The open call that a piece belongs to; `None` if it begins another. An id that is new
    /// begins a call, also at the index of another: some servers number all calls 0. Without an
    /// id the index decides, without both the order does.
    fn find(&self, id: Option<&str>, index: Option<u64>, name: Option<&str>) -> Option<usize> {
        if id.is_some()
            && let Some(place) = self.0.iter().position(|call| call.id.as_deref() == id)
        {
            return Some(place);
        }
        let place = match index {
            Some(_) => self.0.iter().rposition(|call| call.index == index),
            None => self.0.len().checked_sub(1),
        }?;
        let call = &self.0[place];
        let another = match (id, name) {
            (Some(_), _) => call.id.is_some() || call.is_whole(),
            // A name may be repeated in each piece, or be that of the next call.
            (None, Some(_)) => call.name.is_some() && (index.is_none() || call.is_whole()),
            (None, None) => false,
        };
        (!another).then_some(place)
    }

    /// The finished calls; `cut` says that the answer reached its limit.
    pub(super) fn finish(self, names: &mut CallNames, origin: &str, cut: bool) -> Vec<ToolUse> {
        let last = self.0.len().saturating_sub(1);
        let calls = self.0.into_iter().enumerate();
        calls.map(|(i, call)| call.finish(names, origin, cut && i == last)).collect()
    }
}

impl OpenCall {
    fn is_whole(&self) -> bool {
        Object::parse(&self.arguments).is_some()
    }

    fn finish(self, names: &mut CallNames, origin: &str, cut: bool) -> ToolUse {
        // A limit could have struck before the first letter.
        let cut = cut && self.arguments.is_empty();
        let id = self.id.unwrap_or_else(|| names.next());
        let mut call = tool_use(id, self.name.unwrap_or_default(), self.arguments);
        if cut {
            call.malformed = Some(String::new());
        }
        call.extra = self
            .extra
            .without(&[])
            .map(|members| Extra { origin: origin.to_owned(), members: members.to_raw() });
        call
    }
}
