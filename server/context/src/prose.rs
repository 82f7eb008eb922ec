//! Words of prose, brought to a form in which they can be compared with names.

use crate::lex;

/// The stems of the words of `prose`, and of the parts of compound names among them.
pub(crate) fn stems(prose: &str) -> impl Iterator<Item = String> {
    let long = |part: &String| part.len() > 2;
    lex::plain_words(prose).flat_map(move |word| lex::parts(word).filter(long).map(stem))
}

/// A word in small letters without what grammar puts at its end, roughly.
pub(crate) fn stem(mut word: String) -> String {
    let has_vowel = |start: &str| start.len() > 2 && start.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let found = ["ing", "ed", "es", "s"]
        .into_iter()
        .find(|ending| word.strip_suffix(ending).is_some_and(has_vowel) && !word.ends_with("ss"));
    if let Some(ending) = found {
        word.truncate(word.len() - ending.len());
        let bytes = word.as_bytes();
        let (last, before) = (bytes[bytes.len() - 1], bytes[bytes.len() - 2]);
        // `formatting` comes from `format`, but `scrolling` from `scroll`.
        if ending.len() > 1 && last == before && !matches!(last, b'l' | b's' | b'd') {
            word.pop();
        }
    }
    if word.len() > 3 && word.ends_with('e') {
        word.pop();
    }
    if word.len() > 3 && word.ends_with('i') {
        word.pop();
        word.push('y');
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        let check = |words: &str| {
            let stems: Vec<String> = stems(words).collect();
            assert!(stems.windows(2).all(|pair| pair[0] == pair[1]), "{stems:?}");
        };
        check("picker pickers");
        check("scroll scrolled scrolling scrolls");
        check("format formatting formatted formats");
        check("entry entries");
        check("file files");
        check("process processes processing processed");
        check("string strings");
        check("add adds adding added");
        assert_ne!(stem("string".to_owned()), stem("str".to_owned()));
    }
}
