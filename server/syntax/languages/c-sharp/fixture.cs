using System;

namespace Shop
{
    // Something to sell.
    [Serializable]
    public class Item : Base
    {
        private int price, rest = 1;
        public string Name { get; set; }
        public event Action Sold;

        public Item(int price)
        {
            this.price = price;
        }

        /// Adds the tax.
        internal double Gross(double tax) => price * tax;
    }

    public record Pair(int A, int B);
    struct Size { public int Wide; }
    interface IPriced { int Price(); }
    enum Tag { Fresh, Sale = 2 }
    delegate int Weigh(Item item);
}
