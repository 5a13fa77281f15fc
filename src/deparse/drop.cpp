// Drops, one object a statement, from the list of what was really dropped.
//
// IF EXISTS, CASCADE, several objects in one command, schemas with all they hold, and mixtures of temporary and
// permanent objects thus all become plain drops of what went, in the order in which it went. Nothing that exists only
// downstream is dropped by a CASCADE. Each drop says IF EXISTS, since an object that could not follow is not there.
#include "drop.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
}

namespace pg_follower {
namespace {

// How an object type is dropped. `form` says what follows the keywords.
enum class Form : char {
    identity,            // DROP TABLE IF EXISTS identity
    aggregate,           // the same, (*) for no arguments
    transform,           // DROP TRANSFORM IF EXISTS FOR type LANGUAGE language
    user_mapping,        // DROP USER MAPPING IF EXISTS FOR user SERVER server
    table_constraint,    // ALTER TABLE table DROP CONSTRAINT
    domain_constraint,   // ALTER DOMAIN domain DROP CONSTRAINT
    column,              // ALTER TABLE table DROP COLUMN
    composite_attribute, // ALTER TYPE type DROP ATTRIBUTE
    column_default,      // ALTER TABLE table ALTER COLUMN column DROP DEFAULT
    nothing,             // goes with another object
};

struct DropForm {
    const char *type; // as getObjectTypeDescription() writes it
    Form form;
    const char *keywords;
};

constexpr DropForm forms[] = {
    {"access method", Form::identity, "ACCESS METHOD"},
    {"aggregate", Form::aggregate, "AGGREGATE"},
    {"cast", Form::identity, "CAST"},
    {"collation", Form::identity, "COLLATION"},
    {"composite type", Form::nothing, ""},
    {"composite type column", Form::composite_attribute, ""},
    {"conversion", Form::identity, "CONVERSION"},
    {"default acl", Form::nothing, ""},
    {"default value", Form::column_default, ""},
    {"domain constraint", Form::domain_constraint, ""},
    {"extension", Form::identity, "EXTENSION"},
    {"foreign table", Form::identity, "FOREIGN TABLE"},
    {"foreign table column", Form::column, ""},
    {"foreign-data wrapper", Form::identity, "FOREIGN DATA WRAPPER"},
    {"function", Form::identity, "FUNCTION"},
    {"index", Form::identity, "INDEX"},
    {"language", Form::identity, "LANGUAGE"},
    {"materialized view", Form::identity, "MATERIALIZED VIEW"},
    {"operator", Form::identity, "OPERATOR"},
    {"operator class", Form::identity, "OPERATOR CLASS"},
    {"operator family", Form::identity, "OPERATOR FAMILY"},
    {"policy", Form::identity, "POLICY"},
    {"procedure", Form::identity, "PROCEDURE"},
    {"publication", Form::identity, "PUBLICATION"},
    {"publication namespace", Form::nothing, ""},
    {"publication relation", Form::nothing, ""},
    {"rule", Form::identity, "RULE"},
    {"schema", Form::identity, "SCHEMA"},
    {"sequence", Form::identity, "SEQUENCE"},
    {"server", Form::identity, "SERVER"},
    {"statistics object", Form::identity, "STATISTICS"},
    {"subscription", Form::identity, "SUBSCRIPTION"},
    {"table", Form::identity, "TABLE"},
    {"table column", Form::column, ""},
    {"table constraint", Form::table_constraint, ""},
    {"text search configuration", Form::identity, "TEXT SEARCH CONFIGURATION"},
    {"text search dictionary", Form::identity, "TEXT SEARCH DICTIONARY"},
    {"text search parser", Form::identity, "TEXT SEARCH PARSER"},
    {"text search template", Form::identity, "TEXT SEARCH TEMPLATE"},
    {"transform", Form::transform, "TRANSFORM"},
    {"trigger", Form::identity, "TRIGGER"},
    {"type", Form::identity, "TYPE"},
    {"user mapping", Form::user_mapping, "USER MAPPING"},
    {"view", Form::identity, "VIEW"},
};

const DropForm *find_form(const char *type)
{
    for (const DropForm &form : forms)
        if (strcmp(form.type, type) == 0)
            return &form;
    return nullptr;
}

// Whether a parent of the object's table lost the column or constraint of the same name in the same command, so that
// the parent's drop takes this one along. Address names are schema, table and the object's own name.
bool goes_with_parent(const DroppedObject *objects, int count, const DroppedObject &object)
{
    Oid schema = get_namespace_oid(object.address_names[0], true);
    Oid table = OidIsValid(schema) ? get_relname_relid(object.address_names[1], schema) : InvalidOid;
    if (!OidIsValid(table) || !has_superclass(table))
        return false;
    for (int i = 0; i < count; ++i) {
        const DroppedObject &other = objects[i];
        if (&other == &object || other.address.classId != object.address.classId || other.address_name_count < 3 ||
            strcmp(other.address_names[2], object.address_names[2]) != 0)
            continue;
        Oid other_schema = get_namespace_oid(other.address_names[0], true);
        Oid other_table =
            OidIsValid(other_schema) ? get_relname_relid(other.address_names[1], other_schema) : InvalidOid;
        if (OidIsValid(other_table) && other_table != table && typeInheritsFrom(get_rel_type_id(table),
                                                                                get_rel_type_id(other_table)))
            return true;
    }
    return false;
}

} // namespace

void deparse_drop(Script &script, const DroppedObject *objects, int count, int index, bool in_drop_command)
{
    const DroppedObject &object = objects[index];
    bool by_cascade = object.normal && !object.original;
    if (!by_cascade && !(object.original && in_drop_command))
        return;
    const DropForm *form = find_form(object.type);
    if (!form)
        cannot_follow(psprintf("a dropped %s is not written", object.type));
    if (form->form == Form::nothing)
        return;
    if ((form->form == Form::column || form->form == Form::table_constraint) &&
        goes_with_parent(objects, count, object))
        return;

    SqlWriter &out = script.statement(by_cascade ? RunAs::applier : RunAs::caller);
    switch (form->form) {
    case Form::identity:
        out.format("DROP %s IF EXISTS ", form->keywords).text(object.identity);
        break;
    case Form::aggregate:
        out.text("DROP AGGREGATE IF EXISTS ");
        if (object.address_argument_count > 0)
            out.text(object.identity);
        else
            out.name(object.schema, object.address_names[object.address_name_count - 1]).text("(*)");
        break;
    case Form::transform:
        out.text("DROP TRANSFORM IF EXISTS FOR ")
            .text(object.address_names[0])
            .text(" LANGUAGE ")
            .name(object.address_arguments[0]);
        break;
    case Form::user_mapping:
        out.text("DROP USER MAPPING IF EXISTS FOR ");
        if (strcmp(object.address_names[0], "public") == 0)
            out.text("PUBLIC");
        else
            out.name(object.address_names[0]);
        out.text(" SERVER ").name(object.address_arguments[0]);
        break;
    case Form::table_constraint:
        out.text("ALTER TABLE IF EXISTS ")
            .name(object.address_names[0], object.address_names[1])
            .text(" DROP CONSTRAINT IF EXISTS ")
            .name(object.address_names[2]);
        break;
    case Form::domain_constraint:
        out.text("ALTER DOMAIN ")
            .text(object.address_names[0])
            .text(" DROP CONSTRAINT IF EXISTS ")
            .name(object.address_arguments[0]);
        break;
    case Form::column:
        out.text(strcmp(object.type, "table column") == 0 ? "ALTER TABLE IF EXISTS " : "ALTER FOREIGN TABLE IF EXISTS ")
            .name(object.address_names[0], object.address_names[1])
            .text(" DROP COLUMN IF EXISTS ")
            .name(object.address_names[2]);
        break;
    case Form::composite_attribute:
        out.text("ALTER TYPE ")
            .name(object.address_names[0], object.address_names[1])
            .text(" DROP ATTRIBUTE IF EXISTS ")
            .name(object.address_names[2]);
        break;
    case Form::column_default:
        out.text("ALTER TABLE ONLY ")
            .name(object.address_names[0], object.address_names[1])
            .text(" ALTER COLUMN ")
            .name(object.address_names[2])
            .text(" DROP DEFAULT");
        break;
    case Form::nothing:
        break;
    }
}

} // namespace pg_follower
