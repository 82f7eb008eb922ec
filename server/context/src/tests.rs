//! Whole selections on small projects that are held in open buffers alone.

use stdx::AbsPath;
use workspace::Documents;

use crate::{Complaint, ContextQuery, Index, Intent, TokenBudget, World, consider, gather};

fn root() -> AbsPath {
    AbsPath::new("/no/such/project").unwrap()
}

/// The files of a fixture: each begins with a line `//- path`; `$0` marks the place.
fn project(fixture: &str) -> (Documents, Option<(AbsPath, usize)>) {
    let mut documents = Documents::default();
    let mut place = None;
    for part in fixture.split("//- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        let path = root().join(path);
        if let Some(at) = text.find("$0") {
            place = Some((path.clone(), at));
        }
        documents.open(path, 1, &text.replace("$0", ""));
    }
    (documents, place)
}

fn selected(world: &World, query: &ContextQuery, budget: usize) -> String {
    let fragments = gather(world, query, TokenBudget::of_tokens(budget));
    let lines = fragments.iter().map(|one| {
        let text = one.text.trim();
        format!("{}:{}-{} {text} ({})\n", one.file, one.start_line, one.end_line, one.reason)
    });
    lines.collect()
}

const SHOP: &str = "\
//- src/stock.rs
pub struct Stock { pub shelf: Shelf }
pub struct Shelf { items: u32 }
impl Shelf {
    pub fn take(&mut self, count: u32) -> u32 { self.items -= count; count }
    fn secret(&self) -> u32 { 7 }
}
pub fn unrelated_thing(x: u8) -> u8 { x }
//- src/sell.rs
use crate::stock::Stock;
pub fn sell(stock: &mut Stock, count: u32) -> u32 {
    $0todo!()
}
pub fn sell_one(stock: &mut Stock) -> u32 {
    stock.shelf.take(1)
}
";

fn implement(place: (AbsPath, usize)) -> ContextQuery {
    let (path, at) = place;
    ContextQuery {
        place: Some((path, at..at)),
        intent: Intent::Implement,
        sees_open_file: true,
        ..ContextQuery::default()
    }
}

#[test]
fn what_a_body_may_use_is_judged_likelier_than_what_lies_beside_it() {
    let (documents, place) = project(SHOP);
    let world = Index::new(root()).world(&documents.snapshot(root()));
    let list = consider(&world, &implement(place.unwrap()));
    let rank = |name: &str| list.iter().position(|one| one.name == name).unwrap_or(list.len());
    assert!(rank("Shelf::take") < rank("unrelated_thing"), "{list:?}");
    assert!(rank("Stock") < rank("unrelated_thing"), "{list:?}");
    assert!(rank("Stock") < list.len(), "{list:?}");
}

#[test]
fn a_selection_fits_its_budget_and_is_the_same_again() {
    let (documents, place) = project(SHOP);
    let query = implement(place.unwrap());
    let fresh = || Index::new(root()).world(&documents.snapshot(root()));
    let (world, again) = (fresh(), fresh());
    let mut most = 0;
    for budget in 0..120 {
        let fragments = gather(&world, &query, TokenBudget::of_tokens(budget));
        let spent: u32 = fragments.iter().map(|one| one.tokens).sum();
        assert!(spent as usize <= budget, "{spent} of {budget}");
        assert_eq!(selected(&again, &query, budget), selected(&world, &query, budget));
        most = most.max(fragments.len());
    }
    assert!(most > 0, "nothing was ever selected");
}

#[test]
fn unsaved_text_is_what_counts() {
    let (mut documents, place) = project(SHOP);
    let index = Index::new(root());
    let query = implement(place.unwrap());
    let before = selected(&index.world(&documents.snapshot(root())), &query, 200);
    assert!(before.contains("fn take(") && !before.contains("fn take_away("), "{before}");
    let renamed = "pub struct Stock { pub shelf: Shelf }\npub struct Shelf { items: u32 }\n\
        impl Shelf {\n    pub fn take_away(&mut self) {}\n}\n";
    documents.open(root().join("src/stock.rs"), 2, renamed);
    let after = selected(&index.world(&documents.snapshot(root())), &query, 200);
    assert!(after.contains("fn take_away(") && !after.contains("fn take("), "{after}");
    documents.close(&root().join("src/stock.rs"));
    let gone = selected(&index.world(&documents.snapshot(root())), &query, 200);
    assert_eq!(gone, "", "a file that is neither open nor on disk");
}

#[test]
fn what_changed_is_measured_as_if_it_had_always_been_so() {
    let (mut documents, place) = project(SHOP);
    let query = implement(place.unwrap());
    let index = Index::new(root());
    drop(index.world(&documents.snapshot(root())));
    index.settled();
    let path = root().join("src/stock.rs");
    let stock = documents.snapshot(root()).document(&path).unwrap().text.to_string();
    documents.open(path, 2, &format!("{stock}pub fn stock_count(stock: &Stock) -> u32 {{ 1 }}\n"));
    let measured = |index: &Index| {
        let list = consider(&index.world(&documents.snapshot(root())), &query);
        let mut list: Vec<_> = list.into_iter().map(|one| (one.name, one.features)).collect();
        list.sort_by(|a, b| a.0.cmp(&b.0));
        list
    };
    let now = measured(&index);
    assert!(now.iter().any(|one| one.0 == "stock_count"), "{now:?}");
    assert_eq!(now, measured(&Index::new(root())));
}

#[test]
fn an_error_leads_to_what_was_renamed_and_to_its_other_uses() {
    let fixture = SHOP.replace("$0", "")
        + "\
//- src/count.rs
use crate::stock::Shelf;
pub fn count(shelf: &mut Shelf) -> u32 {
    shelf.take(2)
}
";
    let (mut documents, _) = project(&fixture);
    let index = Index::new(root());
    // What is known as a whole is what changes are seen against.
    drop(index.world(&documents.snapshot(root())));
    index.settled();
    let stock =
        documents.snapshot(root()).document(&root().join("src/stock.rs")).unwrap().text.to_string();
    documents.open(root().join("src/stock.rs"), 2, &stock.replace("fn take(", "fn remove("));
    let world = index.world(&documents.snapshot(root()));
    let path = root().join("src/sell.rs");
    let query = ContextQuery {
        place: Some((path.clone(), 0..0)),
        intent: Intent::Fix,
        complaints: vec![Complaint {
            path,
            line: 6,
            column: Some(17),
            code: Some("E0599".to_owned()),
            message: "no method named `take` found for struct `Shelf` in the current scope"
                .to_owned(),
        }],
        sees_open_file: true,
        ..ContextQuery::default()
    };
    let selection = selected(&world, &query, 60);
    assert!(selection.contains("fn remove("), "{selection}");
    assert!(selection.contains("src/count.rs:3-3 shelf.take(2) (uses take)"), "{selection}");
}

const PICKER: &str = "\
//- src/picker.rs
/// A list to choose from.
pub struct Picker { cursor: usize }
impl Picker {
    $0pub fn move_cursor(&mut self, by: usize) {
        self.cursor += by;
    }
}
//- src/keys.rs
use crate::picker::Picker;
/// What a key does to a picker.
pub fn handle_key(picker: &mut Picker, key: u32) {
    if key == 1 { picker.move_cursor(1); }
}
//- src/paint.rs
/// Draws something else.
pub fn paint_frame(width: u32) -> u32 { width }
//- src/scroll.rs
/// Draws a bar.
pub fn bar(height: u32) -> u32 { height }
";

fn change(place: (AbsPath, usize), words: &str) -> ContextQuery {
    ContextQuery { intent: Intent::Change, words: words.to_owned(), ..implement(place) }
}

#[test]
fn what_uses_an_item_and_what_the_words_say_changes_with_it() {
    let (documents, place) = project(PICKER);
    let world = Index::new(root()).world(&documents.snapshot(root()));
    let query = change(place.unwrap(), "Pickers move their cursors by signed steps");
    let chances = consider(&world, &query);
    assert_eq!(chances[0].name, "handle_key", "{chances:?}");
    let fragments = gather(&world, &query, TokenBudget::of_tokens(100));
    assert_eq!(fragments[0].file, "src/keys.rs", "{fragments:?}");
}

#[test]
fn what_changed_along_before_changes_along_again() {
    let (documents, place) = project(PICKER);
    let query = change(place.unwrap(), "Do it");
    let chance = |log: &str| {
        let index = Index::new(root());
        assert!(!index.knows_history("1"));
        index.learn_history("1", log.to_owned());
        assert!(index.knows_history("1"));
        let world = index.world(&documents.snapshot(root()));
        let list = consider(&world, &query);
        list.iter().find(|one| one.name == "bar").map_or(0.0, |one| one.chance)
    };
    let together = "\0\0one\n\0\nsrc/picker.rs\nsrc/scroll.rs\n".repeat(6);
    assert!(chance(&together) > chance("\0\0one\n\0\nsrc/picker.rs\n"));
}

/// What is known of each name: where it is defined, what it owns, which functions are about it or
/// use it, and how often it stands anywhere.
fn all_known(world: &World) -> Vec<String> {
    let (view, names) = (&world.known.view, world.known.names.read().unwrap());
    let def = |id: u32| {
        let (file, def) = view.def(id);
        let brief = view.brief(id);
        assert_eq!((brief.file as usize, brief.name, brief.owner), (file, def.name, def.owner));
        format!("{}:{}", view.file(file).name, def.line)
    };
    let func = |id: u32| {
        let (file, func) = view.func(id);
        format!("{}:{}", view.file(file).name, view.facts(file).defs[func.def as usize].line)
    };
    let sorted = |list: &mut dyn Iterator<Item = String>| {
        let mut list: Vec<String> = list.collect();
        list.sort();
        list.join(" ")
    };
    let known = (1..u32::try_from(names.len()).unwrap()).map(|name| {
        let defs = sorted(&mut view.defs_named(name).map(def));
        let ambiguity = (view.ambiguity(name), view.is_ambiguous(name, 1));
        let members = sorted(&mut view.members_of(name).map(def));
        let about = view.funcs_about(name).map(|(id, often)| format!("{} {often}", func(id)));
        let about = sorted(&mut { about });
        let users = sorted(&mut view.users_of(name).map(func));
        let count = view.count(name);
        let name = names.text(name);
        format!("{name}: {defs} {ambiguity:?}, {members}, {about}, {users}, {count}")
    });
    known.collect()
}

#[test]
fn changed_files_beside_the_others_say_the_same_as_all_of_them_in_one() {
    let index = Index::new(root());
    let (mut documents, _) = project(SHOP);
    drop(index.world(&documents.snapshot(root())));
    index.settled();
    let text = "pub struct Stock { pub shelf: Rack }\npub struct Rack;\nimpl Stock {\n    \
        /// Gives several_things.\n    pub fn take(&self, more: Rack) -> u32 { more.count() }\n}\n";
    documents.open(root().join("src/stock.rs"), 2, text);
    let beside = index.world(&documents.snapshot(root()));
    index.settled();
    let whole = index.world(&documents.snapshot(root()));
    assert_eq!(all_known(&beside), all_known(&whole));
}

const ERRORS: &str = "\
//- src/parse.rs
/// Reads a header.
$0pub fn read_header(line: &str) -> u32 { line.len() }
//- src/wire.rs
pub struct Trouble { at: u32 }
/// Checks the checksum of a frame.
pub fn check_checksum(frame: &str) -> u32 { report(frame, Trouble { at: 1 }) }
";

#[test]
fn a_type_comes_into_question_by_the_functions_around_it() {
    let (documents, place) = project(ERRORS);
    let world = Index::new(root()).world(&documents.snapshot(root()));
    let query = change(place.unwrap(), "Wrong checksums of frames are told");
    let list = consider(&world, &query);
    assert!(list.iter().any(|one| one.name == "Trouble"), "{list:?}");
}
