//! Python: modules and packages by their paths.

use super::{Layout, beneath, folder};

/// The deepest module along `path`, whose first part may be dots.
pub(super) fn resolve(layout: &Layout, from: &str, path: &[&str]) -> Vec<u32> {
    let Some((first, rest)) = path.split_first() else { return Vec::new() };
    if first.starts_with('.') {
        let dots = first.chars().take_while(|c| *c == '.').count();
        let mut base = folder(from).to_owned();
        for _ in 1..dots {
            base = folder(&base).to_owned();
        }
        let named = first.trim_start_matches('.').split('.').filter(|part| !part.is_empty());
        let parts: Vec<&str> = named.chain(rest.iter().copied()).collect();
        return deepest(layout, &base, &parts, true);
    }
    let parts: Vec<&str> = first.split('.').chain(rest.iter().copied()).collect();
    // Packages lie in the root, in `src`, or beside what imports them.
    let mut bases = vec![String::new(), "src".to_owned()];
    let mut up = folder(from);
    while !up.is_empty() {
        bases.push(up.to_owned());
        up = folder(up);
    }
    let found = bases.iter().map(|base| deepest(layout, base, &parts, false));
    found.into_iter().find(|files| !files.is_empty()).unwrap_or_default()
}

fn deepest(layout: &Layout, base: &str, parts: &[&str], is_package: bool) -> Vec<u32> {
    let package = |folder: &str| layout.files.get(&beneath(folder, "__init__.py")).copied();
    let mut best = if is_package { package(base) } else { None };
    let mut at = base.to_owned();
    for part in parts {
        at = beneath(&at, part);
        let module = layout.files.get(&format!("{at}.py")).copied();
        match module.or_else(|| package(&at)) {
            Some(found) => best = Some(found),
            // A package may do without a file of its own.
            None => continue,
        }
    }
    best.into_iter().collect()
}
