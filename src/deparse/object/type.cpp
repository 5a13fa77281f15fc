// CREATE TYPE in all its forms, from the catalog, and the ALTER TYPE of enums and base types.
//
// ALTER TYPE of a composite type is an ALTER TABLE.
#include "deparse/object/function.hpp"
#include "deparse/objects.hpp"
#include "deparse/table/column_parts.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/pg_enum.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

using TypeRow = CatalogRow<FormData_pg_type>;

void write_composite(SqlWriter &out, const TypeRow &row)
{
    RelationScope relation(row->typrelid);
    TupleDesc descriptor = RelationGetDescr(relation);
    SqlWriter::Separator comma(", ");
    out.text(" AS (");
    for (int i = 0; i < descriptor->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
        if (attribute->attisdropped)
            continue;
        out.next(comma)
            .name(NameStr(attribute->attname))
            .text(' ')
            .type_name(attribute->atttypid, attribute->atttypmod);
        write_column_collation(out, *attribute);
    }
    out.text(')');
}

void write_enum(SqlWriter &out, Oid type)
{
    SqlWriter::Separator comma(", ");
    out.text(" AS ENUM (");
    for (const auto &row : OrderedCatalogScan<FormData_pg_enum>(EnumRelationId, EnumTypIdSortOrderIndexId,
                                                                {{Anum_pg_enum_enumtypid, type}}))
        out.next(comma).literal(NameStr(row->enumlabel));
    out.text(')');
}

void write_range(SqlWriter &out, Oid type)
{
    SyscacheRow<FormData_pg_range> row(RANGETYPE, type, "range type");
    CatalogRow<FormData_pg_opclass> opclass(OperatorClassRelationId, row->rngsubopc);

    SqlWriter::Separator comma(", ");
    out.text(" AS RANGE (");
    out.next(comma).text("SUBTYPE = ").type_name(row->rngsubtype);
    out.next(comma)
        .text("SUBTYPE_OPCLASS = ")
        .schema_name(opclass->opcnamespace)
        .text('.')
        .name(NameStr(opclass->opcname));
    if (OidIsValid(row->rngcollation) && row->rngcollation != get_typcollation(row->rngsubtype))
        out.next(comma).text("COLLATION = ").collation_name(row->rngcollation);
    write_function_option(out, comma, "CANONICAL", row->rngcanonical);
    write_function_option(out, comma, "SUBTYPE_DIFF", row->rngsubdiff);
    out.next(comma).text("MULTIRANGE_TYPE_NAME = ").type_name(row->rngmultitypid);
    out.text(')');
}

const char *alignment_name(char alignment)
{
    switch (alignment) {
    case TYPALIGN_CHAR:
        return "char";
    case TYPALIGN_SHORT:
        return "int2";
    case TYPALIGN_INT:
        return "int4";
    default:
        return "double";
    }
}

void write_base(SqlWriter &out, const TypeRow &row)
{
    SqlWriter::Separator comma(", ");
    out.text(" (");
    write_function_option(out, comma, "INPUT", row->typinput);
    write_function_option(out, comma, "OUTPUT", row->typoutput);
    write_function_option(out, comma, "RECEIVE", row->typreceive);
    write_function_option(out, comma, "SEND", row->typsend);
    write_function_option(out, comma, "TYPMOD_IN", row->typmodin);
    write_function_option(out, comma, "TYPMOD_OUT", row->typmodout);
    write_function_option(out, comma, "ANALYZE", row->typanalyze);
    write_function_option(out, comma, "SUBSCRIPT", row->typsubscript);
    out.next(comma).text("INTERNALLENGTH = ");
    if (row->typlen == -1)
        out.text("VARIABLE");
    else
        out.number(row->typlen);
    if (row->typbyval)
        out.next(comma).text("PASSEDBYVALUE");
    out.next(comma).text("ALIGNMENT = ").text(alignment_name(row->typalign));
    out.next(comma).text("STORAGE = ").text(storage_name(row->typstorage));
    out.next(comma).text("CATEGORY = ").literal(&row->typcategory, 1);
    if (row->typispreferred)
        out.next(comma).text("PREFERRED = true");
    if (const char *value = row.string(Anum_pg_type_typdefault))
        out.next(comma).text("DEFAULT = ").literal(value);
    if (OidIsValid(row->typelem))
        out.next(comma).text("ELEMENT = ").type_name(row->typelem);
    out.next(comma).text("DELIMITER = ").literal(&row->typdelim, 1);
    if (OidIsValid(row->typcollation))
        out.next(comma).text("COLLATABLE = true");
    out.text(')');
}

void write_alter_enum(SqlWriter &out, const AlterEnumStmt *statement)
{
    if (statement->oldVal) {
        out.text(" RENAME VALUE ").literal(statement->oldVal).text(" TO ").literal(statement->newVal);
        return;
    }
    out.text(" ADD VALUE ");
    if (statement->skipIfNewValExists)
        out.text("IF NOT EXISTS ");
    out.literal(statement->newVal);
    if (statement->newValNeighbor)
        out.text(statement->newValIsAfter ? " AFTER " : " BEFORE ").literal(statement->newValNeighbor);
}

// Writes the properties that the statement names, with the values that the type has now.
void write_alter_base(SqlWriter &out, const TypeRow &row, const AlterTypeStmt *statement)
{
    struct Property {
        const char *name;
        Oid function;
    } properties[] = {
        {"receive", row->typreceive},   {"send", row->typsend},       {"typmod_in", row->typmodin},
        {"typmod_out", row->typmodout}, {"analyze", row->typanalyze}, {"subscript", row->typsubscript},
    };
    SqlWriter::Separator comma(", ");
    out.text(" SET (");
    for (DefElem *option : each<DefElem>(statement->options)) {
        out.next(comma).text(option->defname).text(" = ");
        if (strcmp(option->defname, "storage") == 0)
            out.text(storage_name(row->typstorage));
        for (const Property &property : properties)
            if (strcmp(option->defname, property.name) == 0)
                out.function_or_none(property.function);
    }
    out.text(')');
}

} // namespace

void deparse_create_type(Script &script, const Command &command)
{
    Oid type = command.address.objectId;
    TypeRow row(TypeRelationId, type);
    SqlWriter &out = script.statement();
    out.text("CREATE TYPE ").type_name(type);
    switch (row->typisdefined ? row->typtype : TYPTYPE_PSEUDO) {
    case TYPTYPE_COMPOSITE:
        write_composite(out, row);
        break;
    case TYPTYPE_ENUM:
        write_enum(out, type);
        break;
    case TYPTYPE_RANGE:
        write_range(out, type);
        break;
    case TYPTYPE_BASE:
        write_base(out, row);
        break;
    default: // a shell type has no definition yet type has no definition yet type has no definition yet
        break;
    }
}

void deparse_alter_type(Script &script, const Command &command)
{
    TypeRow row(TypeRelationId, command.address.objectId);
    SqlWriter &out = script.statement();
    out.text("ALTER TYPE ").type_name(command.address.objectId);
    if (IsA(command.parse_tree, AlterEnumStmt))
        write_alter_enum(out, statement_of<AlterEnumStmt>(command, T_AlterEnumStmt));
    else
        write_alter_base(out, row, statement_of<AlterTypeStmt>(command, T_AlterTypeStmt));
}

} // namespace pg_follower::deparse
