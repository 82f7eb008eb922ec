//! Where imports of each language lead.

use std::path::Path;

use syntax::Language;

use super::Layout;

const FILES: [&str; 12] = [
    "app/__init__.py",
    "app/models/user.py",
    "app/views.py",
    "cmd/main.go",
    "pkg/store/store.go",
    "pkg/store/store_test.go",
    "pkg/store/tx.go",
    "packages/core/src/index.ts",
    "packages/core/src/util.ts",
    "web/src/main.tsx",
    "web/src/view/index.tsx",
    "web/src/view/part.ts",
];

fn layout() -> Layout {
    let mut layout = Layout::default();
    for (number, file) in (0..).zip(FILES) {
        layout.files.insert(file.to_owned(), number);
    }
    layout.add_manifest("go.mod", "module example.org/tool\n\ngo 1.22\n");
    layout.add_manifest("packages/core/package.json", "{\"name\": \"@it/core\"}");
    layout.add_manifest("web/package.json", "{\"name\": \"web\"}");
    layout
}

fn check(from: &str, path: &[&str], expected: &[&str]) {
    let language = Language::for_path(Path::new(from)).unwrap();
    let found = layout().resolve(language, from, path);
    let found: Vec<&str> = found.iter().map(|number| FILES[*number as usize]).collect();
    assert_eq!(found, expected, "{path:?} from {from}");
}

#[test]
fn python_modules_and_packages() {
    check("app/views.py", &[".", "models", "user", "User"], &["app/models/user.py"]);
    check("app/models/user.py", &["..", "views", "show"], &["app/views.py"]);
    check("app/views.py", &["app", "models", "user", "User"], &["app/models/user.py"]);
    check("app/views.py", &["app", "version"], &["app/__init__.py"]);
    check("app/views.py", &["os", "path"], &[]);
}

#[test]
fn scripts_by_specifier() {
    check("web/src/main.tsx", &["./view", "View"], &["web/src/view/index.tsx"]);
    check("web/src/view/index.tsx", &["./part.js", "Part"], &["web/src/view/part.ts"]);
    check("web/src/view/part.ts", &["@/main", "App"], &["web/src/main.tsx"]);
    check("web/src/main.tsx", &["@it/core", "Core"], &["packages/core/src/index.ts"]);
    check("web/src/main.tsx", &["@it/core/util", "id"], &["packages/core/src/util.ts"]);
    check("web/src/main.tsx", &["react", "useState"], &[]);
}

#[test]
fn go_packages_are_folders() {
    let store = ["pkg/store/store.go", "pkg/store/tx.go"];
    check("cmd/main.go", &["example.org/tool/pkg/store"], &store);
    check("cmd/main.go", &["fmt"], &[]);
    let go = Language::for_path(Path::new("a.go")).unwrap();
    assert_eq!(layout().seen_by(go, "pkg/store/tx.go").len(), 2);
}
