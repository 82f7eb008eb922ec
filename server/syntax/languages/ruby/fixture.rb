# A shop.
module Shop
  # What one piece costs at most.
  LIMIT = 100

  class Item < Base
    attr_reader :price, :name

    def initialize(price)
      @price = price
      local = 1
    end

    def self.open(name) = new(name)

    def gross? = price > LIMIT
  end
end

$till = nil

def total(items)
  items.sum(&:price)
end
