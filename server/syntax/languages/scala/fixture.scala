package shop

import scala.collection.mutable

// Something to sell.
class Item(val price: Int) extends Base {
  private val limit: Int = 100
  var count = 0

  def gross(tax: Int): Int = {
    val net = price * tax
    net
  }
}

object Item {
  def apply(price: Int) = new Item(price)
}

trait Priced {
  def price: Int
  type Money
}

enum Tag {
  case Fresh, Sale
}
