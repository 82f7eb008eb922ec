// A shop: all that the queries for C++ know.
#include <vector>
#include "price.hpp"

using namespace std;
using till::Sale;

namespace shop {

using Shelf = std::map<std::string, Item>;
constexpr int limit = 100;

// Something to sell.
template <typename T>
class Item : public Base<T> {
public:
    Item(const std::string& name, int price = limit);
    explicit Item() = default;
    virtual ~Item();

    T& price() const { return price_; }
    bool operator==(const Item& other) const;
    virtual void lower(int by) = 0;

protected:
    std::vector<Tag> tags;

private:
    T price_;
    Item* next = nullptr;
    const Till& till;
    int lists[2];
};

struct Size {
    int wide;
    int area() const { return wide * wide; }
};

enum class Tag { Fresh, Sale = 2 };

Item::Item(const std::string& name, int price) : price_(price), till(Till::open(name)) {
    auto sale = Sale::start<int>(name);
    Size* box = new Size();
    int count{0};
    for (const auto& tag : tags) {
        tag.lower(box->wide);
    }
    auto [low, high] = till::range(price);
    const Size& other = *box;
    auto add = [&](int sum) { return sum + low; };
    std::sort(tags.begin(), tags.end());
    this->tags.emplace_back<Tag>(Tag::Fresh, add(count));
}

Item::~Item() {}

Item* Item::find(int id) { return std::make_unique<Item>(id).get(); }

template <class T>
T total(T a, T b) {
    return a + b + static_cast<T>(limit);
}

} // namespace shop

void shop::Till::ring() { shop::total(1, 2); }
static int weigh(Item* item) { return item->price(); }
