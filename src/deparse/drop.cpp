// Drops, one object a statement, from the list of what was really dropped.
//
// IF EXISTS, CASCADE, several objects in one command, schemas with all they hold, and mixtures of temporary and
// permanent objects thus all become plain drops of what went, in the order in which it went: dependents before what
// they depend on. Nothing that exists only downstream is dropped by a CASCADE. Each drop says IF EXISTS, since an
// object that could not follow is not there.
//
// Parts of a relation (defaults, constraints, columns) that are reached by a dependency are dropped one by one even
// when their relation goes too, for the order's sake: a function may go after the default that calls it, and before
// the table. Where a single relation goes, its parts go with it unsaid.
#include "drop.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_rewrite.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "rewrite/rewriteSupport.h"
#include "utils/snapmgr.h"
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

// Whether the object is a part of a relation that is dropped as well: its name begins with the relation's.
const DroppedObject *dropped_relation_of(const DroppedObject *objects, int count, const DroppedObject &part)
{
    if (part.address_name_count < 3)
        return nullptr;
    for (int i = 0; i < count; ++i) {
        const DroppedObject &other = objects[i];
        if (other.address.classId == RelationRelationId && other.address.objectSubId == 0 &&
            other.address_name_count == 2 && strcmp(other.address_names[0], part.address_names[0]) == 0 &&
            strcmp(other.address_names[1], part.address_names[1]) == 0)
            return &other;
    }
    return nullptr;
}

// A view's own rule goes with the view.
bool is_view_rule(const DroppedObject &object)
{
    return object.address.classId == RewriteRelationId && object.address_name_count > 0 &&
           strcmp(object.address_names[object.address_name_count - 1], ViewSelectRuleName) == 0;
}

bool is_main(const DroppedObject &object)
{
    return (object.original || object.normal) && object.address_name_count < 3;
}

// Whether nothing but this one object (and parts of relations) was dropped.
bool is_alone(const DroppedObject *objects, int count, const DroppedObject &object)
{
    for (int i = 0; i < count; ++i)
        if (&objects[i] != &object && is_main(objects[i]))
            return false;
    return true;
}

// Whether the object was a member of an extension that goes too, and so takes it along. The membership's row is dead,
// but still there.
bool goes_with_extension(const DroppedObject *objects, int count, const DroppedObject &object)
{
    for (int i = 0; i < count; ++i) {
        if (objects[i].address.classId != ExtensionRelationId)
            continue;
        Relation catalog = table_open(DependRelationId, AccessShareLock);
        ScanKeyData keys[2];
        ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(object.address.classId));
        ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
                    ObjectIdGetDatum(object.address.objectId));
        SysScanDesc scan = systable_beginscan(catalog, DependDependerIndexId, true, SnapshotAny, 2, keys);
        bool member = false;
        while (HeapTuple tuple = systable_getnext(scan)) {
            auto form = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
            if (form->deptype == DEPENDENCY_EXTENSION && form->refclassid == ExtensionRelationId &&
                form->refobjid == objects[i].address.objectId &&
                TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(tuple->t_data)))
                member = true;
        }
        systable_endscan(scan);
        table_close(catalog, AccessShareLock);
        if (member)
            return true;
    }
    return false;
}

// Whether a column that this command has just deleted was generated. Its row is dead, but still there.
bool was_generated(const DroppedObject &relation, const char *column)
{
    Relation catalog = table_open(AttributeRelationId, AccessShareLock);
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_attribute_attrelid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(relation.address.objectId));
    ScanKeyInit(&keys[1], Anum_pg_attribute_attname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(column));
    SysScanDesc scan = systable_beginscan(catalog, AttributeRelidNameIndexId, true, SnapshotAny, 2, keys);
    bool generated = false;
    while (HeapTuple tuple = systable_getnext(scan))
        generated = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->attgenerated != '\0';
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return generated;
}

} // namespace

void deparse_drop(Script &script, const DroppedObject *objects, int count, int index, bool in_drop_command)
{
    const DroppedObject &object = objects[index];
    bool by_cascade = object.normal && !object.original;
    if (!by_cascade && !(object.original && in_drop_command))
        return;
    if (goes_with_extension(objects, count, object))
        return;
    const DropForm *form = find_form(object.type);
    if (!form)
        cannot_follow(psprintf("a dropped %s is not written", object.type));
    if (form->form == Form::nothing || is_view_rule(object))
        return;
    const DroppedObject *relation = dropped_relation_of(objects, count, object);
    if (relation && is_alone(objects, count, *relation))
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
            .text(relation && was_generated(*relation, object.address_names[2]) ? " DROP EXPRESSION"
                                                                                 : " DROP DEFAULT");
        break;
    case Form::nothing:
        break;
    }
}

} // namespace pg_follower
