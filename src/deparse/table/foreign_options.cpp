// See foreign_options.hpp.
#include "deparse/table/foreign_options.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_table.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
}

namespace pg_follower::deparse {

void write_foreign_options(SqlWriter &out, Datum options)
{
    SqlWriter::Separator comma(", ");
    for (DefElem *option : each<DefElem>(untransformRelOptions(options))) {
        if (comma.first)
            out.text(" OPTIONS (");
        out.next(comma).name(option->defname).text(' ').literal(option->arg ? defGetString(option) : "");
    }
    if (!comma.first)
        out.text(')');
}

void write_foreign_option_changes(SqlWriter &out, const List *options)
{
    SqlWriter::Separator comma(", ");
    out.text("OPTIONS (");
    for (DefElem *option : each<DefElem>(options)) {
        out.next(comma).text(option->defaction == DEFELEM_DROP  ? "DROP "
                             : option->defaction == DEFELEM_SET ? "SET "
                                                                : "ADD ");
        out.name(option->defname);
        if (option->defaction != DEFELEM_DROP)
            out.text(' ').literal(defGetString(option));
    }
    out.text(')');
}

void write_foreign_table_clauses(SqlWriter &out, Oid relid)
{
    SyscacheRow<FormData_pg_foreign_table> table(FOREIGNTABLEREL, relid, "foreign table");
    out.text(" SERVER ").name(GetForeignServer(table->ftserver)->servername);
    bool is_null;
    Datum options = table.datum(Anum_pg_foreign_table_ftoptions, is_null);
    if (!is_null)
        write_foreign_options(out, options);
}

void write_foreign_column_options(Script &script, Oid relid, AttrNumber column)
{
    SyscacheRow<FormData_pg_attribute> attribute(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(column));
    if (!attribute)
        elog(ERROR, "cache lookup failed for column %d of relation %u", column, relid);
    bool is_null;
    Datum options = attribute.datum(Anum_pg_attribute_attfdwoptions, is_null);
    if (is_null)
        return;
    SqlWriter &out = script.statement();
    out.text("ALTER FOREIGN TABLE ONLY ").relation_name(relid).text(" ALTER COLUMN ").name(NameStr(attribute->attname));
    write_foreign_options(out, options);
}

} // namespace pg_follower::deparse
