// Rows of the system catalogs, as ranges and as single rows.
//
//     for (const auto &row : CatalogScan<FormData_pg_inherits>(InheritsRelationId, InheritsRelidSeqnoIndexId,
//                                                              {{Anum_pg_inherits_inhrelid, relid}}))
//         if (row->inhdetachpending)
//             return true;
//
// A scan or a row holds its relation, its tuple and its snapshot until the end of the block, also when the block is
// left by `return` or `break`; after an error the abort of the transaction releases them.
#pragma once

#include <initializer_list>

#include "pg_follower/pg.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
}

namespace pg_follower {

// The form of a catalog that is known at run time only: its columns can be read by number, but not by name.
struct AnyForm {};

// A catalog row. `Form` is the catalog's FormData_pg_... type.
template <typename Form> class CatalogTuple {
  public:
    CatalogTuple(HeapTuple tuple, TupleDesc descriptor) : tuple_(tuple), descriptor_(descriptor) {}

    // The columns that stand in the C struct.
    const Form *operator->() const { return &**this; }
    const Form &operator*() const { return *reinterpret_cast<const Form *>(GETSTRUCT(tuple_)); }
    // False for the row that was looked for and is not there.
    explicit operator bool() const { return HeapTupleIsValid(tuple_); }
    HeapTuple tuple() const { return tuple_; }
    TupleDesc descriptor() const { return descriptor_; }

    // Any column; `is_null` tells whether it is null.
    Datum datum(AttrNumber column, bool &is_null) const { return heap_getattr(tuple_, column, descriptor_, &is_null); }
    // A column of type text (or pg_node_tree); null where it is null.
    const char *string(AttrNumber column) const
    {
        bool is_null;
        Datum value = datum(column, is_null);
        return is_null ? nullptr : TextDatumGetCString(value);
    }

  protected:
    HeapTuple tuple_;
    TupleDesc descriptor_;
};

// A condition of a scan: the column, which is of one of these types, equals the value.
struct CatalogKey {
    CatalogKey(AttrNumber key_column, Oid key_value) : column(key_column), value(ObjectIdGetDatum(key_value)) {}
    CatalogKey(AttrNumber key_column, int16 key_value) : column(key_column), value(Int16GetDatum(key_value)) {}
    CatalogKey(AttrNumber key_column, int32 key_value) : column(key_column), value(Int32GetDatum(key_value)) {}
    CatalogKey(AttrNumber key_column, char key_value) : column(key_column), value(CharGetDatum(key_value)) {}
    // A column of type name.
    CatalogKey(AttrNumber key_column, const char *key_value) : column(key_column), value(CStringGetDatum(key_value)) {}
    AttrNumber column;
    Datum value;
};

// The operator "equals" of a column's type. The type of the value does not tell: OIDs of catalogs are plain ints in C.
inline RegProcedure equality_of(Oid type)
{
    switch (type) {
    case CHAROID:
        return F_CHAREQ;
    case NAMEOID:
        return F_NAMEEQ;
    case INT2OID:
        return F_INT2EQ;
    case INT4OID:
        return F_INT4EQ;
    case OIDOID:
    case REGCLASSOID:
        return F_OIDEQ;
    default:
        elog(ERROR, "catalog rows cannot be looked for by a column of type %u", type);
    }
}

// The conditions of a scan as the server takes them.
struct CatalogKeys {
    CatalogKeys(Relation catalog, std::initializer_list<CatalogKey> keys)
    {
        Assert(keys.size() <= lengthof(data));
        for (const CatalogKey &key : keys) {
            Oid type = TupleDescAttr(RelationGetDescr(catalog), key.column - 1)->atttypid;
            ScanKeyInit(&data[count++], key.column, BTEqualStrategyNumber, equality_of(type), key.value);
        }
    }
    ScanKeyData data[4];
    int count = 0;
};

// Goes through a scan, with the server's function `next`, which gives null at the end.
template <typename Form, HeapTuple (*next)(SysScanDesc)> class CatalogIterator {
  public:
    // Without a scan it is the end of all scans.
    CatalogIterator(SysScanDesc scan, TupleDesc descriptor) : scan_(scan), descriptor_(descriptor)
    {
        if (scan_)
            ++*this;
    }
    CatalogTuple<Form> operator*() const { return CatalogTuple<Form>(tuple_, descriptor_); }
    CatalogIterator &operator++()
    {
        tuple_ = next(scan_);
        return *this;
    }
    bool operator!=(const CatalogIterator &other) const { return tuple_ != other.tuple_; }

  private:
    SysScanDesc scan_;
    TupleDesc descriptor_;
    HeapTuple tuple_ = nullptr;
};

// The rows of a catalog that meet all conditions, found by an index or, for InvalidOid, by reading the whole catalog.
// Without a snapshot the newest committed rows are seen, and those of the current transaction; SnapshotAny shows the
// dead ones, too (see deparse/dead_rows.hpp).
template <typename Form> class CatalogScan {
  public:
    CatalogScan(Oid catalog, Oid index, std::initializer_list<CatalogKey> conditions, Snapshot snapshot = nullptr)
        : relation_(table_open(catalog, AccessShareLock))
    {
        CatalogKeys keys(relation_, conditions);
        scan_ = systable_beginscan(relation_, index, OidIsValid(index), snapshot, keys.count, keys.data);
    }
    ~CatalogScan()
    {
        systable_endscan(scan_);
        table_close(relation_, AccessShareLock);
    }
    CatalogScan(const CatalogScan &) = delete;
    CatalogScan &operator=(const CatalogScan &) = delete;

    using Iterator = CatalogIterator<Form, systable_getnext>;
    // To be called once: the scan goes forward only.
    Iterator begin() const { return Iterator(scan_, RelationGetDescr(relation_)); }
    Iterator end() const { return Iterator(nullptr, nullptr); }

  private:
    Relation relation_;
    SysScanDesc scan_;
};

inline HeapTuple next_in_order(SysScanDesc scan)
{
    return systable_getnext_ordered(scan, ForwardScanDirection);
}

// The same in the order of the index, which CatalogScan keeps only as long as the server may use indexes of catalogs.
template <typename Form> class OrderedCatalogScan {
  public:
    OrderedCatalogScan(Oid catalog, Oid index, std::initializer_list<CatalogKey> conditions)
        : relation_(table_open(catalog, AccessShareLock)), index_(index_open(index, AccessShareLock))
    {
        CatalogKeys keys(relation_, conditions);
        scan_ = systable_beginscan_ordered(relation_, index_, nullptr, keys.count, keys.data);
    }
    ~OrderedCatalogScan()
    {
        systable_endscan_ordered(scan_);
        index_close(index_, AccessShareLock);
        table_close(relation_, AccessShareLock);
    }
    OrderedCatalogScan(const OrderedCatalogScan &) = delete;
    OrderedCatalogScan &operator=(const OrderedCatalogScan &) = delete;

    using Iterator = CatalogIterator<Form, next_in_order>;
    // To be called once: the scan goes forward only.
    Iterator begin() const { return Iterator(scan_, RelationGetDescr(relation_)); }
    Iterator end() const { return Iterator(nullptr, nullptr); }

  private:
    Relation relation_, index_;
    SysScanDesc scan_;
};

// The row of an object, found by its catalog and its OID. Where there is none that is an error, unless it
// `may_be_missing`: then test the row as a bool.
template <typename Form> class CatalogRow : public CatalogTuple<Form> {
  public:
    CatalogRow(Oid catalog, Oid object, bool may_be_missing = false)
        : CatalogTuple<Form>(nullptr, nullptr), relation_(table_open(catalog, AccessShareLock))
    {
        this->descriptor_ = RelationGetDescr(relation_);
        this->tuple_ = get_catalog_object_by_oid(relation_, get_object_attnum_oid(catalog), object);
        if (!*this && !may_be_missing)
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                            errmsg("\"%s\" has no row with OID %u", RelationGetRelationName(relation_), object)));
    }
    ~CatalogRow() { table_close(relation_, AccessShareLock); }
    CatalogRow(const CatalogRow &) = delete;
    CatalogRow &operator=(const CatalogRow &) = delete;

  private:
    Relation relation_;
};

// A row of a system cache (RELOID, CONSTROID, ...), if there is one: test it as a bool before anything else.
template <typename Form> class SyscacheRow {
  public:
    explicit SyscacheRow(int cache, Datum key1, Datum key2 = 0, Datum key3 = 0)
        : cache_(cache), tuple_(SearchSysCache(cache, key1, key2, key3, 0))
    {
    }
    // The row of an object that must be there: an error that calls it a `kind` where it is not.
    SyscacheRow(int cache, Oid object, const char *kind) : SyscacheRow(cache, ObjectIdGetDatum(object))
    {
        if (!*this)
            elog(ERROR, "cache lookup failed for %s %u", kind, object);
    }
    ~SyscacheRow()
    {
        if (*this)
            ReleaseSysCache(tuple_);
    }
    SyscacheRow(const SyscacheRow &) = delete;
    SyscacheRow &operator=(const SyscacheRow &) = delete;

    explicit operator bool() const { return HeapTupleIsValid(tuple_); }
    const Form *operator->() const { return &**this; }
    const Form &operator*() const { return *reinterpret_cast<const Form *>(GETSTRUCT(tuple_)); }
    HeapTuple tuple() const { return tuple_; }
    Datum datum(AttrNumber column, bool &is_null) const { return SysCacheGetAttr(cache_, tuple_, column, &is_null); }
    const char *string(AttrNumber column) const
    {
        bool is_null;
        Datum value = datum(column, is_null);
        return is_null ? nullptr : TextDatumGetCString(value);
    }

  private:
    int cache_;
    HeapTuple tuple_;
};

} // namespace pg_follower
