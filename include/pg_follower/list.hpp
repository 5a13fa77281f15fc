// Typed iteration over the server's lists: `for (Constraint *c : each<Constraint>(stmt->constraints))`.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// A view of a List whose cells hold `Item`s; NIL is an empty range. The list must not change while it is walked.
template <typename Item> class ListRange {
  public:
    explicit ListRange(const List *list) : list_(list) {}

    class Iterator {
      public:
        explicit Iterator(const ListCell *cell) : cell_(cell) {}
        Item operator*() const
        {
            if constexpr (std::is_pointer_v<Item>)
                return static_cast<Item>(cell_->ptr_value);
            else if constexpr (std::is_same_v<Item, Oid>)
                return cell_->oid_value;
            else
                return cell_->int_value;
        }
        Iterator &operator++()
        {
            ++cell_;
            return *this;
        }
        bool operator!=(const Iterator &other) const { return cell_ != other.cell_; }

      private:
        const ListCell *cell_;
    };

    Iterator begin() const { return Iterator(list_ ? list_->elements : nullptr); }
    Iterator end() const { return Iterator(list_ ? list_->elements + list_->length : nullptr); }

  private:
    const List *list_;
};

// A List of pointers to T.
template <typename T> ListRange<T *> each(const List *list)
{
    return ListRange<T *>(list);
}

inline ListRange<Oid> each_oid(const List *list)
{
    return ListRange<Oid>(list);
}

inline ListRange<int> each_int(const List *list)
{
    return ListRange<int>(list);
}

} // namespace pg_follower
