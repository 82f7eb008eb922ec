//! Content changes of an open document, against the same changes of a plain string.

use stdx::AbsPath;
use text::{Position, PositionEncoding, PositionRange};
use workspace::{Change, Documents};

use crate::input::Input;
use crate::positions::counted;

pub(crate) fn target(bytes: &[u8]) {
    let mut input = Input(bytes);
    let Ok(root) = AbsPath::new("/project") else { return };
    let path = root.join("file.rs");
    let mut documents = Documents::default();
    let mut plain = input.text(30);
    documents.open(path.clone(), 0, &plain);
    let encoding =
        [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Utf32][input.below(3)];
    let mut version = 0;
    while !input.is_empty() {
        version += 1;
        let mut changes = Vec::new();
        for _ in 0..=input.below(3) {
            let text = input.text(4);
            if input.below(12) == 0 {
                plain.clone_from(&text);
                changes.push(Change { range: None, text });
                continue;
            }
            let mut position = || Position::new(input.below(12) as u32, input.below(30) as u32);
            let (one, other) = (position(), position());
            let (start, end) = (one.min(other), one.max(other));
            let from = counted(&plain, start, encoding);
            let to = counted(&plain, end, encoding).max(from);
            plain.replace_range(from..to, &text);
            let range = PositionRange { start, end };
            let locate = Box::new(move |text: &text::Text| text.byte_range(range, encoding));
            changes.push(Change { range: Some(locate), text });
        }
        assert!(documents.change(&path, version, changes));
        let snapshot = documents.snapshot(root.clone());
        let Some(document) = snapshot.document(&path) else { panic!("the document is open") };
        assert_eq!(document.text.to_string(), plain);
        assert_eq!(document.version, version);
        // The tree was told of every edit; that it can be had at all is the law here.
        assert!(document.tree().is_some());
    }
}
