//! Positions as clients count them, against counting character by character.

use text::{Position, PositionEncoding, Text};

use crate::input::Input;

pub(crate) fn target(bytes: &[u8]) {
    let mut input = Input(bytes);
    let plain = input.text(40);
    let text = Text::new(&plain);
    while !input.is_empty() {
        let encoding = [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32]
            [input.below(3)];
        let [line, character] = [input.below(50), input.below(200)];
        let far = |number: usize| if number == 49 { u32::MAX } else { number as u32 };
        let position = Position::new(far(line), far(character));
        let offset = text.offset(position, encoding);
        assert_eq!(offset, counted(&plain, position, encoding), "{position:?} in {plain:?}");
        // A place that a client can name comes back as it was.
        let named = text.position(offset, encoding);
        assert_eq!(text.offset(named, encoding), offset, "{named:?} in {plain:?}");
    }
}

/// The offset of a position: past the end of its line it is that end, and within a character the
/// start of it.
pub(crate) fn counted(text: &str, position: Position, encoding: PositionEncoding) -> usize {
    let (mut line, mut units, mut characters) = (0, 0, text.char_indices().peekable());
    while let Some((at, character)) = characters.next() {
        let ends = matches!(character, '\r' | '\n');
        let width = match encoding {
            PositionEncoding::Utf8 => character.len_utf8(),
            PositionEncoding::Utf16 => character.len_utf16(),
            PositionEncoding::Utf32 => 1,
        };
        if line == position.line && (ends || units + width as u64 > u64::from(position.character)) {
            return at;
        }
        units += width as u64;
        if ends {
            if character == '\r' {
                characters.next_if(|(_, next)| *next == '\n');
            }
            (line, units) = (line + 1, 0);
        }
    }
    text.len()
}
