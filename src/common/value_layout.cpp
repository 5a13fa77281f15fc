// Names the layout of values. See value_layout.hpp.
#include "pg_follower/value_layout.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_extension.h"
#include "utils/lsyscache.h"
}

namespace pg_follower {
namespace {

void write_extension(SqlWriter &out, Oid extension)
{
    CatalogRow<FormData_pg_extension> row(ExtensionRelationId, extension);
    out.text("extension ").name(NameStr(row->extname));
    out.text(" version ").text(row.string(Anum_pg_extension_extversion));
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
