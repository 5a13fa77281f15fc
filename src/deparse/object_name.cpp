// Names of objects in statements, from the catalog. See object_name.hpp.
#include "deparse/object_name.hpp"
#include "pg_follower/catalog.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/proclang.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// The descriptions that getObjectTypeDescription() gives, where the keywords of statements are not the same in
// capitals.
struct Keyword {
    const char *description;
    const char *keyword;
};
constexpr Keyword keywords[] = {
    {"composite type", "TYPE"},
    {"composite type column", "COLUMN"},
    {"domain constraint", "CONSTRAINT"},
    {"foreign table column", "COLUMN"},
    {"foreign-data wrapper", "FOREIGN DATA WRAPPER"},
    {"index column", "COLUMN"},
    {"materialized view column", "COLUMN"},
    {"statistics object", "STATISTICS"},
    {"table column", "COLUMN"},
    {"table constraint", "CONSTRAINT"},
    {"view column", "COLUMN"},
};

// A column of type oid of an object's catalog row; InvalidOid where there is no such column, or no such row.
Oid oid_column(const ObjectAddress &address, AttrNumber column)
{
    if (column == InvalidAttrNumber)
        return InvalidOid;
    CatalogRow<AnyForm> row(address.classId, address.objectId, true);
    if (!row)
        return InvalidOid;
    bool is_null;
    Datum value = row.datum(column, is_null);
    return is_null ? InvalidOid : DatumGetObjectId(value);
}

[[noreturn]] void no_such_object(const ObjectAddress &address)
{
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("object %u of catalog %u does not exist", address.objectId, address.classId)));
    pg_unreachable();
}

Oid access_method(const ObjectAddress &address)
{
    return oid_column(address, address.classId == OperatorClassRelationId ? AttrNumber{Anum_pg_opclass_opcmethod}
                                                                          : AttrNumber{Anum_pg_opfamily_opfmethod});
}

// What follows an object's name: the arguments of functions and operators, the access method of operator classes.
void write_name_suffix(SqlWriter &out, const ObjectAddress &address)
{
    switch (address.classId) {
    case ProcedureRelationId:
        write_signature(out, address.objectId, get_func_prokind(address.objectId) == PROKIND_AGGREGATE ? "(*)" : "()");
        break;
    case OperatorRelationId: {
        Oid left, right;
        op_input_types(address.objectId, &left, &right);
        out.text(" (").type_or_none(left).text(", ").type_or_none(right).text(')');
        break;
    }
    case OperatorClassRelationId:
    case OperatorFamilyRelationId:
        out.text(" USING ").name(get_am_name(access_method(address)));
        break;
    default:
        break;
    }
}

void write_transform(SqlWriter &out, Oid transform)
{
    SyscacheRow<FormData_pg_transform> row(TRFOID, transform, "transform");
    out.text("TRANSFORM FOR ").type_name(row->trftype).text(" LANGUAGE ");
    out.name(get_language_name(row->trflang, false));
}

void write_table_or_domain_constraint(SqlWriter &out, Oid constraint)
{
    SyscacheRow<FormData_pg_constraint> row(CONSTROID, constraint, "constraint");
    out.text("CONSTRAINT ").name(NameStr(row->conname)).text(" ON ");
    if (OidIsValid(row->contypid)) {
        ObjectAddress domain;
        ObjectAddressSet(domain, TypeRelationId, row->contypid);
        out.text("DOMAIN ").name(object_schema(domain), object_name(domain));
    } else
        out.relation_name(row->conrelid);
}

// Whether the name of an object consists of a schema and a name, which can change by themselves, and of nothing else
// but what write_name_suffix() knows.
bool is_plainly_named(const ObjectAddress &address)
{
    switch (address.classId) {
    case RelationRelationId:
        return address.objectSubId == 0;
    case ProcedureRelationId:
    case TypeRelationId:
    case OperatorRelationId:
    case OperatorClassRelationId:
    case OperatorFamilyRelationId:
        return true;
    default:
        return false;
    }
}

} // namespace

const char *object_keyword(const ObjectAddress &address)
{
    if (address.classId == TypeRelationId)
        return get_typtype(address.objectId) == TYPTYPE_DOMAIN ? "DOMAIN" : "TYPE";
    return keyword_of_type(getObjectTypeDescription(&address, false));
}

const char *keyword_of_type(const char *description)
{
    for (const Keyword &entry : keywords)
        if (strcmp(entry.description, description) == 0)
            return entry.keyword;
    return asc_toupper(description, strlen(description));
}

void write_object(SqlWriter &out, const ObjectAddress &address)
{
    if (address.classId == TransformRelationId)
        write_transform(out, address.objectId);
    else if (address.classId == ConstraintRelationId)
        write_table_or_domain_constraint(out, address.objectId);
    else if (is_plainly_named(address))
        write_object_as(out, address, object_schema(address), object_name(address));
    else
        out.text(object_keyword(address)).text(' ').text(getObjectIdentity(&address, false));
}

void write_object_as(SqlWriter &out, const ObjectAddress &address, const char *schema, const char *name)
{
    out.text(object_keyword(address)).text(' ');
    if (address.classId == OperatorRelationId)
        out.name(schema).text('.').text(name);
    else
        out.name(schema, name);
    write_name_suffix(out, address);
}

const char *object_schema(const ObjectAddress &address)
{
    Oid schema = object_namespace(address);
    return OidIsValid(schema) ? get_namespace_name(schema) : nullptr;
}

Oid object_namespace(const ObjectAddress &address)
{
    return oid_column(address, get_object_attnum_namespace(address.classId));
}

const char *object_name(const ObjectAddress &address)
{
    AttrNumber column = get_object_attnum_name(address.classId);
    CatalogRow<AnyForm> row(address.classId, address.objectId, true);
    if (column == InvalidAttrNumber || !row)
        no_such_object(address);
    bool is_null;
    return pstrdup(NameStr(*DatumGetName(row.datum(column, is_null))));
}

Oid object_owner(const ObjectAddress &address)
{
    return oid_column(address, get_object_attnum_owner(address.classId));
}

bool object_exists(const ObjectAddress &address)
{
    return bool(CatalogRow<AnyForm>(address.classId, address.objectId, true));
}

void write_signature(SqlWriter &out, Oid function, const char *none)
{
    Oid *types;
    int count;
    (void)get_func_signature(function, &types, &count);
    if (count == 0) {
        out.text(none);
        return;
    }
    out.text('(');
    SqlWriter::Separator comma(", ");
    for (int i = 0; i < count; ++i)
        out.next(comma).type_name(types[i]);
    out.text(')');
}

void write_object_comment(Script &script, const ObjectAddress &address, const char *comment)
{
    if (!comment)
        return;
    SqlWriter &out = script.statement();
    out.text("COMMENT ON ");
    write_object(out, address);
    out.text(" IS ").literal(comment);
}

} // namespace pg_follower::deparse
