// Writes storage options. See storage_options.hpp.
#include "deparse/table/storage_options.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "access/reloptions.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
}

namespace pg_follower::deparse {

namespace {

// name = 'value', or the name alone where there is no value.
void write_option(SqlWriter &out, DefElem *option)
{
    out.name(option->defname);
    if (option->arg)
        out.text(" = ").literal(defGetString(option));
}

} // namespace

void write_given_options(SqlWriter &out, const List *options)
{
    SqlWriter::Separator comma(", ");
    for (DefElem *option : each<DefElem>(options)) {
        out.next(comma);
        if (option->defnamespace)
            out.name(option->defnamespace).text('.');
        write_option(out, option);
    }
}

void write_stored_options(SqlWriter &out, Datum options, const char *prefix, SqlWriter::Separator &comma)
{
    for (DefElem *option : each<DefElem>(untransformRelOptions(options)))
        write_option(out.next(comma).text(prefix), option);
}

void write_with_options(SqlWriter &out, Relation relation)
{
    SqlWriter options;
    SqlWriter::Separator comma(", ");
    auto add = [&](Oid relid, const char *prefix) {
        SyscacheRow<FormData_pg_class> row(RELOID, relid, "relation");
        bool is_null;
        Datum value = row.datum(Anum_pg_class_reloptions, is_null);
        if (!is_null)
            write_stored_options(options, value, prefix, comma);
    };
    add(RelationGetRelid(relation), "");
    if (OidIsValid(relation->rd_rel->reltoastrelid))
        add(relation->rd_rel->reltoastrelid, "toast.");
    if (!options.empty())
        out.text(" WITH (").text(options.c_str()).text(')');
}

} // namespace pg_follower::deparse
