//! What the standard library's traits say of the parameters of their methods.

/// Trait, method, and the bound of its parameter; `$` stands for the argument of the trait.
const BOUNDS: &[(&str, &str, &str)] = &[
    ("FromIterator", "from_iter", "IntoIterator<Item = $>"),
    ("Extend", "extend", "IntoIterator<Item = $>"),
    ("Hash", "hash", "Hasher"),
    ("Hash", "hash_slice", "Hasher"),
    ("BuildHasher", "hash_one", "Hash"),
    ("Serialize", "serialize", "Serializer"),
    ("Deserialize", "deserialize", "Deserializer<'de>"),
    ("Sum", "sum", "Iterator<Item = $>"),
    ("Product", "product", "Iterator<Item = $>"),
];

/// The bound that the parameter of `method` has in the trait whose name, with its arguments, is
/// `of`; `None` if it is not known.
pub(super) fn bound(of: &str, method: &str) -> Option<String> {
    let (name, arguments) = of.split_once('<').unwrap_or((of, ""));
    let name = name.trim().rsplit("::").next().unwrap_or_default();
    let argument = arguments.strip_suffix('>').unwrap_or("Self");
    let (.., bound) =
        BOUNDS.iter().find(|(its, its_method, _)| *its == name && *its_method == method)?;
    let argument = if argument.is_empty() { "Self" } else { argument };
    Some(bound.replace('$', argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_the_trait_are_filled_in() {
        let from_iter = bound("core::iter::FromIterator<(usize, T)>", "from_iter");
        assert_eq!(from_iter.as_deref(), Some("IntoIterator<Item = (usize, T)>"));
        assert_eq!(bound("Hash", "hash").as_deref(), Some("Hasher"));
        assert_eq!(bound("Display", "fmt"), None);
    }
}
