import Foundation

// What one piece costs at most.
let limit = 100

/// Something to sell.
public class Item: Base {
    private var price: Int = 0

    init(price: Int) {
        self.price = price
    }

    func gross(tax: Int) -> Int {
        let net = price * tax
        return net
    }
}

protocol Priced {
    var price: Int { get }
    func lower(by: Int)
}

enum Tag { case fresh, sale }
struct Size { let wide: Int }
extension Item: Priced { func lower(by: Int) {} }
typealias Shelf = [String: Item]
