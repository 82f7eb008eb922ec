package shop

import kotlin.math.max

// What one piece costs at most.
const val LIMIT = 100

/** Something to sell. */
@Known
open class Item(private val price: Int, name: String) : Base() {
    var count: Int = 0

    override fun gross(tax: Int): Int {
        val net = price * tax
        return net
    }
}

interface Priced {
    fun price(): Int
}


enum class Tag {
    FRESH, SALE
}


object Till {
    fun open() = Unit
}

typealias Shelf = Map<String, Item>
private fun total(items: List<Item>) = items.sumOf { it.count }
