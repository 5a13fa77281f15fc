// Names the layout of values. See value_layout.hpp.
#include "pg_follower/value_layout.hpp"

#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_follower {
namespace {

void write_extension(SqlWriter &out, Oid extension)
{
    Relation catalog = table_open(ExtensionRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(extension));
    SysScanDesc scan = systable_beginscan(catalog, ExtensionOidIndexId, true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "extension %u is not found", extension);
    bool is_null;
    Datum version = heap_getattr(tuple, Anum_pg_extension_extversion, RelationGetDescr(catalog), &is_null);
    out.text("extension ").name(NameStr(reinterpret_cast<Form_pg_extension>(GETSTRUCT(tuple))->extname));
    out.text(" version ").text(TextDatumGetCString(version));
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
}

} // namespace

const char *value_layout(Oid type)
{
    if (Oid element = get_element_type(type); OidIsValid(element))
        return psprintf("array of %s", value_layout(getBaseType(element)));
    SqlWriter out;
    Oid extension = getExtensionOfObject(TypeRelationId, type);
    if (OidIsValid(extension))
        write_extension(out, extension);
    else
        out.text("no extension");
    int16 length;
    bool by_value;
    char alignment;
    get_typlenbyvalalign(type, &length, &by_value, &alignment);
    out.text(", length ").number(length).text(", alignment ").text(alignment);
#ifdef WORDS_BIGENDIAN
    out.text(", big-endian");
#else
    out.text(", little-endian");
#endif
    return out.c_str();
}

} // namespace pg_follower
