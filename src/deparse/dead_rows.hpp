// Catalog rows that the current transaction took away, by deleting them or by writing a newer version. They are dead,
// but still there, and tell what an object was before.
//
//     DeadRows<FormData_pg_class> rows(RelationRelationId, ClassOidIndexId, {{Anum_pg_class_oid, relid}});
//     if (auto row = rows.newest())
//         return row->reloftype;
#pragma once

#include "deparse/script.hpp"
#include "pg_follower/catalog.hpp"

namespace pg_follower::deparse {

// Whether the current transaction deleted the row or replaced it by a newer version. A row that it only locked is
// alive.
bool died_now(HeapTuple tuple);

// A row that the current transaction took away.
template <typename Form> class DeadRow : public CatalogTuple<Form> {
  public:
    using CatalogTuple<Form>::CatalogTuple;

    // The command that took it away.
    CommandId death() const { return HeapTupleHeaderGetCmax(this->tuple_->t_data); }
};

// The rows that the current transaction took from a catalog, of those that meet all conditions (see CatalogScan), as a
// range. It can be read once.
template <typename Form> class DeadRows {
  public:
    DeadRows(Oid catalog, Oid index, std::initializer_list<CatalogKey> keys) : scan_(catalog, index, keys, SnapshotAny)
    {
    }

    class Iterator {
      public:
        Iterator(typename CatalogScan<Form>::Iterator row, typename CatalogScan<Form>::Iterator end)
            : row_(row), end_(end)
        {
            skip_others();
        }
        DeadRow<Form> operator*() const { return DeadRow<Form>((*row_).tuple(), (*row_).descriptor()); }
        Iterator &operator++()
        {
            ++row_;
            skip_others();
            return *this;
        }
        bool operator!=(const Iterator &other) const { return row_ != other.row_; }

      private:
        void skip_others()
        {
            while (row_ != end_ && !died_now((*row_).tuple()))
                ++row_;
        }

        typename CatalogScan<Form>::Iterator row_, end_;
    };

    Iterator begin() const { return Iterator(scan_.begin(), scan_.end()); }
    Iterator end() const { return Iterator(scan_.end(), scan_.end()); }

    // The row that died last, of those that `accepts(row)` is true for; test it as a bool, because there may be none.
    // It is a copy, which may be used as long as the range exists.
    template <typename Accepts> DeadRow<Form> newest(Accepts accepts) const
    {
        DeadRow<Form> result(nullptr, nullptr);
        for (const DeadRow<Form> &row : *this)
            if ((!result || row.death() >= result.death()) && accepts(row))
                result = DeadRow<Form>(heap_copytuple(row.tuple()), row.descriptor());
        return result;
    }
    DeadRow<Form> newest() const
    {
        return newest([](const DeadRow<Form> &) { return true; });
    }

  private:
    CatalogScan<Form> scan_;
};

// A row of pg_depend that went with its object.
struct DeadDependency {
    ObjectAddress referenced;
    char kind; // DEPENDENCY_...
};

// The dependencies that a dropped object had on others to the end: a list of DeadDependency.
List *dead_dependencies(const ObjectAddress &object);

// Whether a dropped table had been detached downstream already: it goes by itself there.
bool was_pending_partition(Oid relid);

} // namespace pg_follower::deparse
