//! Each operator on a small text: what it does to the code, in order of the places.

use super::*;

/// The changed texts of one operator.
#[track_caller]
fn check(name: &str, text: &str, expected: &[&str]) {
    let operators = all();
    let operator = operators.iter().find(|operator| operator.name == name).unwrap();
    let sites = operator.sites(&Source::new(text));
    let actual: Vec<String> = sites.iter().map(|site| site.apply(text)).collect();
    assert_eq!(actual, expected, "{name}");
}

/// The changed texts, where the new name is the operator's choice: how many, and all differ.
#[track_caller]
fn check_count(name: &str, text: &str, expected: usize) {
    let operators = all();
    let operator = operators.iter().find(|operator| operator.name == name).unwrap();
    let sites = operator.sites(&Source::new(text));
    assert_eq!(sites.len(), expected, "{name}: {sites:?}");
    for site in sites {
        assert_ne!(site.apply(text), text);
    }
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = all().iter().map(|operator| operator.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn imports() {
    check("drop-use", "pub use a::B;\nfn f() {}", &["\nfn f() {}"]);
    check(
        "drop-use-name",
        "use a::{B, C, D};",
        &["use a::{ C, D};", "use a::{B, D};", "use a::{B, C};"],
    );
    check("drop-use-name", "use a::B;", &[]);
    check("drop-use-alias", "use a::B as C;", &["use a::B;"]);
    check(
        "drop-path-segment",
        "use a::b;\nfn f() -> fmt::Result { x::y() }",
        &["use a::b;\nfn f() -> Result { x::y() }", "use a::b;\nfn f() -> fmt::Result { y() }"],
    );
    check("drop-mod", "#[cfg(test)] mod a;\nmod b {}", &["\nmod b {}"]);
    check_count("typo-use-path", "use abc::{Def, Ghi as _};", 3);
}

#[test]
fn punctuation() {
    check(
        "drop-ref",
        "fn f(x: &u8) { g(&mut x, &y); a & b }",
        &["fn f(x: &u8) { g(x, &y); a & b }", "fn f(x: &u8) { g(&mut x, y); a & b }"],
    );
    check("add-ref", "fn f() { g(x, y) }", &["fn f() { g(&x, y) }", "fn f() { g(x, &y) }"]);
    check("drop-deref", "fn f() { *x = a * b; }", &["fn f() { x = a * b; }"]);
    check("drop-question", "fn f<T: ?Sized>() { g()? }", &["fn f<T: ?Sized>() { g() }"]);
    check("drop-semicolon", "fn f() { a; }", &["fn f() { a }"]);
    check("drop-comma", "f(a, b,)", &["f(a b,)"]);
    check("drop-opening-bracket", "fn f() { g() }", &["fn f()  g() }", "fn f() { g) }"]);
    check("drop-closing-bracket", "x[0] // ]", &["x[0 // ]"]);
    check("drop-quote", r#"f("a", r"b")"#, &[r#"f("a, r"b")"#]);
    check("drop-arrow", "fn f() -> u8 {}", &["fn f() u8 {}"]);
    check("single-colon", "a::b", &["a:b"]);
    check("single-equals", "fn f() { a == b }", &["fn f() { a = b }"]);
    check("drop-bang", "fn f() { vec![!x] }", &["fn f() { vec[!x] }"]);
}

#[test]
fn keywords() {
    check(
        "drop-let-mut",
        "fn f(mut a: &mut u8) { let mut x; }",
        &["fn f(a: &mut u8) { let mut x; }", "fn f(mut a: &mut u8) { let x; }"],
    );
    check("drop-ref-mut", "fn f(a: &mut u8)", &["fn f(a: &u8)"]);
    check("drop-unsafe", "unsafe { x }", &["{ x }"]);
    check("drop-dyn", "Box<dyn A>", &["Box<A>"]);
    check("drop-move", "move || x", &["|| x"]);
    check("drop-async", "async fn f() {}", &["fn f() {}"]);
    check("drop-return", "return x;", &["x;"]);
    check(
        "drop-pub",
        "pub(crate) fn f() {}\npub fn g() {}",
        &["fn f() {}\npub fn g() {}", "pub(crate) fn f() {}\nfn g() {}"],
    );
    check("drop-self", "fn f() { self.a(self) }", &["fn f() { a(self) }"]);
    check_count("typo-keyword", "fn f() { let x = 1; return x }", 3);
}

#[test]
fn conversions() {
    check(
        "drop-cast",
        "fn f() { a as *const T + b as x::U<V> }",
        &["fn f() { a + b as x::U<V> }", "fn f() { a as *const T + b }"],
    );
    check(
        "drop-conversion",
        "fn f() { a.clone().get(1).iter() }",
        &["fn f() { a.get(1).iter() }", "fn f() { a.clone().get(1) }"],
    );
    check(
        "drop-unwrap",
        r#"fn f() { a.unwrap().expect("b") }"#,
        &[r#"fn f() { a.expect("b") }"#, "fn f() { a.unwrap() }"],
    );
    check(
        "drop-collect",
        "fn f() { a.collect::<Vec<_>>().b.collect() }",
        &["fn f() { a.b.collect() }", "fn f() { a.collect::<Vec<_>>().b }"],
    );
    check("unwrap-ok", "fn f() { Ok(g(x)) }", &["fn f() { g(x) }"]);
    check("unwrap-some", "fn f() { Some(1) }", &["fn f() { 1 }"]);
    check("quote-number", "x.0 + 1u8", &["x.0 + \"1u8\""]);
    check("char-to-string", r#"b'"' 'a'"#, &[r#"b"\"" 'a'"#, r#"b'"' "a""#]);
    check("string-to-char", r#"fn f() { "ab" "{}" }"#, &[r#"fn f() { 'ab' "{}" }"#]);
}

#[test]
fn names() {
    check_count("drop-letter", "fn f() { let abc = defg.hij(); }", 2);
    check_count("swap-letters", "fn f() { let abc = defg.hij(); }", 2);
    check(
        "wrong-case",
        "fn f() { x.next_back(Abc) }",
        &["fn f() { x.nextBack(Abc) }", "fn f() { x.next_back(abc) }"],
    );
    check("foreign-method", "fn f() { x.len() + len() }", &["fn f() { x.length() + len() }"]);
    check_count("typo-local", "fn f() { for item in items { let mut abc = |def| 1; } }", 3);
    check_count("typo-definition", "struct Abc { field: T }\nfn function() {}", 3);
    check_count("rename-fn", "fn f() {}\nimpl A { fn g(&self) {} }", 1);
    check_count("rename-method", "fn f() {}\nimpl A { fn g(&self) {} }", 1);
    check_count("rename-type", "struct A;\ntrait B { type C; }", 3);
    check_count("rename-const", "const A: u8 = 1; static B: *const u8 = C;", 2);
    check_count("rename-mod", "mod a;\nmod b {}", 2);
    check_count("rename-field", "struct A { b: u8, pub c: X<Y, Z> }", 2);
    check_count("rename-variant", "enum A { #[x] B, C(u8), D { e: u8 } }", 3);
    check_count("rename-parameter", "fn f(&self, a: u8, _: u8, mut b: T) {}", 2);
}

#[test]
fn types() {
    check_count("change-parameter-type", "fn f(self, a: usize, b: &T) {}", 2);
    check(
        "change-return-type",
        "fn f() -> Option<u8> {} fn g() -> Result<A, B> {}",
        &["fn f() -> u8 {} fn g() -> Result<A, B> {}", "fn f() -> Option<u8> {} fn g() -> A {}"],
    );
    check(
        "change-field-type",
        "struct A { b: &mut u8, c: Vec<C> }",
        &["struct A { b: &u8, c: Vec<C> }", "struct A { b: &mut u8, c: &[C] }"],
    );
    check(
        "change-let-type",
        "fn f() { let x: Vec<u8> = y; let z = 1; }",
        &["fn f() { let x: &[u8] = y; let z = 1; }"],
    );
    check(
        "drop-generic-argument",
        "fn f<T>(a: Vec<u8>, b: Result<A, B>)",
        &[
            "fn f<T>(a: Vec, b: Result<A, B>)",
            "fn f<T>(a: Vec<u8>, b: Result< B>)",
            "fn f<T>(a: Vec<u8>, b: Result<A>)",
        ],
    );
    check(
        "drop-lifetime",
        "x: &'a A<'b, T>, y: B<'c>",
        &["x: &A<'b, T>, y: B<'c>", "x: &'a A<T>, y: B<'c>", "x: &'a A<'b, T>, y: B"],
    );
    check(
        "drop-generic-parameter",
        "impl<T> A<T> {} fn f<B, C: D>() {}",
        &[
            "impl A<T> {} fn f<B, C: D>() {}",
            "impl<T> A<T> {} fn f< C: D>() {}",
            "impl<T> A<T> {} fn f<B>() {}",
        ],
    );
    check(
        "drop-bound",
        "fn f<A: B + C, D>() where D: Fn(A) -> B {}",
        &["fn f<A: B, D>() where D: Fn(A) -> B {}", "fn f<A: B + C, D>() where D {}"],
    );
    check("drop-where", "fn f<A>() where A: B {}", &["fn f<A>() {}"]);
    check(
        "drop-derive",
        "#[derive(A, B)] struct C;",
        &["#[derive( B)] struct C;", "#[derive(A)] struct C;"],
    );
}

#[test]
fn signatures() {
    check(
        "drop-parameter",
        "fn f(&self, a: A, b: B) {}",
        &["fn f(&self, b: B) {}", "fn f(&self, a: A) {}"],
    );
    check(
        "drop-self-parameter",
        "fn f(&mut self, a: A) {} fn g(self) {}",
        &["fn f(a: A) {} fn g(self) {}", "fn f(&mut self, a: A) {} fn g() {}"],
    );
    check("change-self-parameter", "fn f(&mut self) {}", &["fn f(&self) {}"]);
    check_count("add-parameter", "fn f() {} fn g(a: A) {}", 2);
    check("swap-parameters", "fn f(a: A<X, Y>, b: B) {}", &["fn f(b: B, a: A<X, Y>) {}"]);
    check("drop-return-type", "fn f() -> u8 { 1 }", &["fn f() { 1 }"]);
}

#[test]
fn calls() {
    check(
        "drop-argument",
        "fn f() { g(|a, b| a, c) }",
        &["fn f() { g( c) }", "fn f() { g(|a, b| a) }"],
    );
    check_count("add-argument", "fn f() { g(); x.h(1) }", 2);
    check(
        "swap-arguments",
        "fn f() { g(a, b(c, d)) }",
        &["fn f() { g(b(c, d), a) }", "fn f() { g(a, b(d, c)) }"],
    );
    check("drop-call", "fn f() { x.len() }", &["fn f() { x.len }"]);
    let literal = "fn f() { match y { A { b } => A { b, c: 1 } } }";
    check("drop-literal-field", literal, &["fn f() { match y { A { b } => A { b } } }"]);
    check("drop-shorthand-field", literal, &["fn f() { match y { A { b } => A { c: 1 } } }"]);
}

#[test]
fn items() {
    let text = "/// A\n#[b] pub fn f() {}\nimpl X { fn g() {} }";
    check("drop-fn", text, &["\nimpl X { fn g() {} }"]);
    check("drop-method", text, &["/// A\n#[b] pub fn f() {}\nimpl X { }"]);
    check("drop-body", "fn f() { a; b }", &["fn f() { }"]);
    check(
        "drop-arm",
        "fn f() { match x { A => {} B | C if d => e(1, 2), _ => {} } }",
        &[
            "fn f() { match x { B | C if d => e(1, 2), _ => {} } }",
            "fn f() { match x { A => {} _ => {} } }",
            "fn f() { match x { A => {} B | C if d => e(1, 2), } }",
        ],
    );
    check("drop-else", "fn f() { if a { b } else { c } }", &["fn f() { if a { b } }"]);
    check("drop-let", "fn f() { let a = 1; a }", &["fn f() { a }"]);
    check(
        "drop-tail",
        "fn f() -> u8 { a; b } fn g() -> u8 { c }",
        &["fn f() -> u8 { a; } fn g() -> u8 { c }"],
    );
    check(
        "drop-const",
        "pub const A: [u8; 2] = [1, 2];\nconst fn f<const N: usize>(x: *const T) {} use y;",
        &["\nconst fn f<const N: usize>(x: *const T) {} use y;"],
    );
    check("drop-type", "impl A for B { type C = D; }", &["impl A for B { }"]);
    check("drop-variant", "enum A { B, C(X, Y) }", &["enum A { C(X, Y) }", "enum A { B }"]);
    check(
        "drop-field",
        "struct A { b: B<X, Y>, c: C }",
        &["struct A { c: C }", "struct A { b: B<X, Y> }"],
    );
}

#[test]
fn patterns() {
    check("drop-rest", "fn f() { let S { a, .. } = b; }", &["fn f() { let S { a } = b; }"]);
    check(
        "drop-pattern-field",
        "fn f() { match x { A(b, c) => d(e, g) } }",
        &["fn f() { match x { A( c) => d(e, g) } }", "fn f() { match x { A(b) => d(e, g) } }"],
    );
    let text = "fn f() { let a: B = c; d(); }";
    check("drop-let-keyword", text, &["fn f() { a: B = c; d(); }"]);
    check("drop-let-type", text, &["fn f() { let a = c; d(); }"]);
    check("swap-statements", text, &["fn f() { d();\nlet a: B = c; }"]);
    check("repeat-statement", "fn f() { a(); }", &["fn f() { a();\na(); }"]);
    check("drop-statement", "fn f() { a(); b }", &["fn f() { b }"]);
    check("drop-turbofish", "fn f() { a.b::<C<D>>() }", &["fn f() { a.b() }"]);
    check("drop-closure-bars", "fn f() { a.map(|b| c) }", &["fn f() { a.map(c) }"]);
    check("drop-await", "fn f() { a.await; }", &["fn f() { a; }"]);
    check("drop-pattern-ref", "fn f() { let ref a = b; }", &["fn f() { let a = b; }"]);
    check("drop-return-value", "fn f() { return a + b; }", &["fn f() { return; }"]);
    check(
        "drop-line",
        "fn f() {\n    a;\n}\n",
        &["    a;\n}\n", "fn f() {\n}\n", "fn f() {\n    a;\n"],
    );
}

#[test]
fn additions() {
    check("add-semicolon", "fn f() -> u8 { a }", &["fn f() -> u8 { a; }"]);
    check("add-ref-mut", "fn f() { g(a); }", &["fn f() { g(&mut a); }"]);
    check("add-deref", "fn f() { g(a); }", &["fn f() { g(*a); }"]);
    check("add-question", "fn f() { let a = b; }", &["fn f() { let a = b?; }"]);
    check("add-unwrap", "fn f() { let a = b(); }", &["fn f() { let a = b().unwrap(); }"]);
    check(
        "add-some",
        "fn f() { g(a, 1); }",
        &["fn f() { g(Some(a), 1); }", "fn f() { g(a, Some(1)); }"],
    );
    check("add-ok", "fn f() -> u8 { a; b }", &["fn f() -> u8 { a; Ok(b) }"]);
    check("add-to-string", "fn f() { g(\"a\"); }", &["fn f() { g(\"a\".to_string()); }"]);
    check_count("add-cast", "fn f() { g(a, 1, b.c); }", 2);
    check("add-call", "fn f() { a.b; c.d(); }", &["fn f() { a.b(); c.d(); }"]);
    check_count("add-bracket", "fn f() { g(a) }", 4);
    check("repeat-item", "fn f() {}", &["fn f() {}\n\nfn f() {}"]);
    check("repeat-field", "struct A { b: C, d: E }", &["struct A { b: C, b: C, d: E }"]);
    check("repeat-use", "use a::b;", &["use a::b;\nuse a::b;"]);
    check("add-field", "struct A { b: C, }", &["struct A { b: C, extra: usize, }"]);
    check("add-variant", "enum A { B, }", &["enum A { B, Extra, }"]);
}

#[test]
fn slips() {
    check("foreign-keyword", "trait A {}", &["interface A {}"]);
    check("foreign-type", "type A = i32;", &["type A = int;"]);
    check("foreign-operator", "fn f() { a && b }", &["fn f() { a  and  b }"]);
    check_count("wrong-arrow", "fn f() -> u8 { match a { b => c } }", 2);
    check("dot-for-path", "fn f() { A::b(); }", &["fn f() { A.b(); }"]);
    check("path-for-dot", "fn f() { a.b(); }", &["fn f() { a::b(); }"]);
    check("drop-dot", "fn f() { a.b(); }", &["fn f() { a b(); }"]);
    check("drop-equals", "const A: u8 = 1;", &["const A: u8 1;"]);
    check("drop-operator", "fn f() { a + b }", &["fn f() { a b }"]);
    check("drop-keyword", "use a::b;", &["a::b;"]);
    check("drop-const-fn", "const fn f() {}", &["fn f() {}"]);
    check_count("change-number", "fn f() { 1; a.0 }", 1);
    check_count("typo-type", "fn f(a: Bcd) -> Efg {}", 2);
    check("wrong-case-item", "fn f() -> Abc {}", &["fn f() -> abc {}"]);
    check("swap-impl", "impl<T> A<T> for B where T: C {}", &["impl<T> B for A<T> where T: C {}"]);
    check("drop-box", "fn f() { Box::new(a(1, 2)); }", &["fn f() { a(1, 2); }"]);
    let derived = "#[derive(A)] #[repr(C)] struct B;";
    check("drop-derives", derived, &["#[repr(C)] struct B;"]);
    check("drop-attribute", derived, &["#[derive(A)] struct B;"]);
    check("drop-trait-item", "trait A { fn f(&self); fn g() {} }", &["trait A { fn g() {} }"]);
    check("drop-impl", "impl A for B { c } impl D { e }", &[" impl D { e }"]);
    check("drop-struct", "pub struct A { b: C } fn f() {}", &[" fn f() {}"]);
    check_count("change-bound", "fn f<T: Copy>() {}", 1);
    check("narrow-pub", "pub(crate) fn f() {}", &["pub(self) fn f() {}"]);
    check(
        "drop-format-argument",
        "fn f() { write!(a, \"{} {}\", b, c); }",
        &["fn f() { write!(a, \"{} {}\", c); }", "fn f() { write!(a, \"{} {}\", b); }"],
    );
    check_count("wrong-separator", "fn f() { a; }", 1);
    check_count("wrong-bracket", "f(a)", 2);
}
