// Rows of the system catalogs.
#pragma once

#include "script.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/objectaddress.h"
#include "utils/rel.h"
}

namespace pg_follower {

// The row of an object, found by its catalog and its OID; an error where there is none. `Form` is the catalog's
// Form_pg_... pointer type.
template <typename Form> class CatalogRow {
  public:
    CatalogRow(Oid catalog, Oid object) : relation_(table_open(catalog, AccessShareLock))
    {
        tuple_ = get_catalog_object_by_oid(relation_, get_object_attnum_oid(catalog), object);
        if (!HeapTupleIsValid(tuple_))
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                            errmsg("\"%s\" has no row with OID %u", RelationGetRelationName(relation_), object)));
    }
    ~CatalogRow() { table_close(relation_, AccessShareLock); }
    CatalogRow(const CatalogRow &) = delete;
    CatalogRow &operator=(const CatalogRow &) = delete;

    // The columns that stand in the C struct.
    Form operator->() const { return reinterpret_cast<Form>(GETSTRUCT(tuple_)); }

    // Any column; `is_null` tells whether it is null.
    Datum datum(AttrNumber column, bool &is_null) const
    {
        return heap_getattr(tuple_, column, RelationGetDescr(relation_), &is_null);
    }
    // A column of type text (or pg_node_tree); null where it is null.
    const char *string(AttrNumber column) const
    {
        bool is_null;
        Datum value = datum(column, is_null);
        return is_null ? nullptr : TextDatumGetCString(value);
    }

  private:
    Relation relation_;
    HeapTuple tuple_;
};

} // namespace pg_follower
