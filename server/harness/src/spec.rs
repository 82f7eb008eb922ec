//! The harness as data: everything about it that could be tried differently without touching
//! the code that carries it out.

use serde::{Deserialize, Serialize};

/// One way to run tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarnessSpec {
    /// Its name, recorded in every session.
    pub name: String,
    /// What the model is told about its work, before anything else.
    pub system: String,
    /// Upper bound of one answer, in tokens.
    pub max_answer_tokens: u32,
    /// Requests after which a task is ended.
    pub max_turns: u32,
    /// Bytes of one tool result that the model is shown; the middle of a longer one is left out.
    pub max_result_bytes: usize,
    /// How often new problems that the final check finds are handed back to the model.
    pub gate_rounds: u32,
    /// Bytes of context that the first message may hold.
    pub context_bytes: usize,
    /// Whether the model calls no tools and writes what it wants to be done in words.
    #[serde(default)]
    pub in_words: bool,
}

impl Default for HarnessSpec {
    fn default() -> Self {
        HarnessSpec {
            name: "standard-1".to_owned(),
            system: SYSTEM.to_owned(),
            max_answer_tokens: 16_384,
            max_turns: 60,
            max_result_bytes: 24_000,
            gate_rounds: 3,
            context_bytes: 16_000,
            in_words: false,
        }
    }
}

impl HarnessSpec {
    /// The way for the model of this card: the standard one, or, where the window is small or
    /// tools are called badly, one that asks little of the model.
    #[must_use]
    pub fn for_model(card: &model::Card) -> HarnessSpec {
        let window = card.window.unwrap_or(SMALL_WINDOW);
        if card.tools == model::ToolSkill::None {
            HarnessSpec::in_words(window, card.bytes_per_token)
        } else if card.is_small() {
            HarnessSpec::small(window, card.bytes_per_token)
        } else {
            HarnessSpec::default()
        }
    }

    /// For a window of `window` tokens, each of about `bytes_per_token` bytes: short instructions,
    /// one step at a time, and so much less of everything that a dozen steps fit.
    #[must_use]
    pub fn small(window: u32, bytes_per_token: f64) -> HarnessSpec {
        let bytes = f64::from(window) * bytes_per_token;
        let part = |of_all: f64, at_least: usize, at_most: usize| {
            ((bytes * of_all) as usize).clamp(at_least, at_most)
        };
        HarnessSpec {
            name: "small-1".to_owned(),
            system: SMALL_SYSTEM.to_owned(),
            max_answer_tokens: (window / 8).clamp(512, 4096),
            max_turns: 24,
            max_result_bytes: part(0.06, 1000, 6000),
            gate_rounds: 2,
            context_bytes: part(0.15, 2000, 12_000),
            in_words: false,
        }
    }

    /// The same for a model that calls no tools: it writes its edits in words, all of them in one
    /// answer if it can, and sees more of the code beforehand because looking costs it a turn.
    #[must_use]
    pub fn in_words(window: u32, bytes_per_token: f64) -> HarnessSpec {
        let small = HarnessSpec::small(window, bytes_per_token);
        HarnessSpec {
            name: "words-1".to_owned(),
            system: WORDS_SYSTEM.to_owned(),
            context_bytes: small.context_bytes * 3 / 2,
            in_words: true,
            ..small
        }
    }
}

/// The window of models of which none is known.
const SMALL_WINDOW: u32 = 8192;

/// One step at a time, because weak models lose the second of two calls, and the format of an
/// edit spelled out, because they have not seen it before.
const SMALL_SYSTEM: &str = "\
You mend code in the user's editor. Work in small steps: one tool call in each answer.
1. read the lines that the task is about.
2. edit: copy old_string from what you read, two to six whole lines, exactly; new_string replaces \
them. Change nothing else.
3. check. If it complains about your edit, mend it.
4. When check is clean, answer in one sentence, without a tool call.
Never write todo!() or a placeholder. If it cannot be done, say so.";

/// The form of an edit by example, because that is what models without tools follow best.
const WORDS_SYSTEM: &str = "\
You mend code in the user's editor. To change a file, write its path on a line of its own and \
below it a block:

src/lib.rs
<<<<<<< SEARCH
the lines as they stand in the file, two to six whole lines, exactly
=======
the lines that replace them
>>>>>>> REPLACE

Write one block for each place. An empty SEARCH part makes a new file. If you have to see a file \
first, answer with nothing but a line such as
READ src/lib.rs
Change only what the task needs. Never write todo!() or a placeholder. Your edits are checked, and \
you hear what is wrong with them. Above the blocks, say in one sentence what you change; if it \
cannot be done, say so and write no block.";

/// Short on purpose: every request pays for it.
const SYSTEM: &str = "\
You are Ostler, a coding agent inside the user's editor. You work on a draft of the project: your \
edits reach the editor only when you are done, after they were checked. The draft includes the \
user's unsaved text.

- Look before you edit: read the code that you are about to change and what it depends on. Call \
several tools in one turn when they do not depend on each other.
- Change as little as the task needs. Keep the style of the code around. Never replace code by a \
placeholder such as todo!().
- Quote old_string exactly as it stands in the file, with enough lines to be unique.
- Run check after your edits. A complaint that was there before is yours only if the task says so.
- When the task is done, answer without a tool call: one or two sentences on what you changed and \
what remains open. If it cannot be done, say why. Do not claim what you have not checked.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_models_are_asked_for_little() {
        let card = |window, tools| model::Card { window, tools, ..model::Card::default() };
        let name = |card: &model::Card| HarnessSpec::for_model(card).name;
        use model::ToolSkill::{Good, None as No, Weak};
        assert_eq!(name(&card(None, Good)), "standard-1");
        assert_eq!(name(&card(Some(128_000), Good)), "standard-1");
        assert_eq!(name(&card(Some(32_768), Good)), "small-1");
        assert_eq!(name(&card(Some(128_000), Weak)), "small-1");
        assert_eq!(name(&card(None, Weak)), "small-1");
        assert_eq!(name(&card(Some(128_000), No)), "words-1");
        assert_eq!(name(&card(None, No)), "words-1");
    }

    /// The instructions, the context, an answer and a result for each of a few steps fit into
    /// the window, tools and all.
    #[test]
    fn a_task_fits_into_a_small_window() {
        const TOOLS: usize = 6000;
        for window in [8192, 16_384, 32_768] {
            for spec in [HarnessSpec::small(window, 3.3), HarnessSpec::in_words(window, 3.3)] {
                let tools = if spec.in_words { 0 } else { TOOLS };
                let tokens = |bytes: usize| (bytes as f64 / 3.3).ceil() as usize;
                let fixed = tokens(spec.system.len() + tools + spec.context_bytes);
                let step = tokens(spec.max_result_bytes) + 150;
                let steps = (window as usize - fixed - spec.max_answer_tokens as usize) / step;
                assert!(steps >= 6, "{window}: {steps} steps");
            }
        }
    }
}
