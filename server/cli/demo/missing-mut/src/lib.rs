//! The slate in front of a café.

/// What the slate says: "Café Zoë: crème brûlée · piña colada".
pub fn slate(café: &str, line: String, dishes: &[&str]) -> String {
    line.push_str(café);
    for (at, dish) in dishes.iter().enumerate() {
        line.push_str(if at == 0 { ": " } else { " · " });
        line.push_str(dish);
    }
    line
}

#[cfg(test)]
mod tests {
    #[test]
    fn dishes_stand_in_order() {
        let slate = super::slate("Zoë", "Café ".to_owned(), &["crème brûlée", "piña colada"]);
        assert_eq!(slate, "Café Zoë: crème brûlée · piña colada");
    }
}
