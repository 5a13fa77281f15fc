// A line for each type of objects that event triggers report as dropped. See drop_forms.hpp.
#include "deparse/drop/drop_forms.hpp"
#include "deparse/object_name.hpp"
#include "deparse/object/subscription.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// DROP TABLE IF EXISTS identity.
void write_identity(SqlWriter &out, const Drop &drop)
{
    out.format("DROP %s IF EXISTS ", keyword_of_type(drop.form.type)).text(drop.object.identity);
}

// An aggregate without arguments is named with (*).
void write_aggregate(SqlWriter &out, const Drop &drop)
{
    const DroppedObject &aggregate = drop.object;
    out.text("DROP AGGREGATE IF EXISTS ");
    if (aggregate.address_argument_count > 0)
        out.text(aggregate.identity);
    else
        out.name(aggregate.schema, aggregate.address_names[aggregate.address_name_count - 1]).text("(*)");
}

void write_transform(SqlWriter &out, const Drop &drop)
{
    out.text("DROP TRANSFORM IF EXISTS FOR ")
        .text(drop.object.address_names[0])
        .text(" LANGUAGE ")
        .name(drop.object.address_arguments[0]);
}

void write_user_mapping(SqlWriter &out, const Drop &drop)
{
    const char *user = drop.object.address_names[0];
    out.text("DROP USER MAPPING IF EXISTS FOR ");
    if (strcmp(user, "public") == 0)
        out.text("PUBLIC");
    else
        out.name(user);
    out.text(" SERVER ").name(drop.object.address_arguments[0]);
}

void write_table_constraint(SqlWriter &out, const Drop &drop)
{
    out.text("ALTER TABLE IF EXISTS ")
        .name(drop.object.address_names[0], drop.object.address_names[1])
        .text(" DROP CONSTRAINT IF EXISTS ")
        .name(drop.object.address_names[2]);
}

void write_domain_constraint(SqlWriter &out, const Drop &drop)
{
    out.text("ALTER DOMAIN ")
        .text(drop.object.address_names[0])
        .text(" DROP CONSTRAINT IF EXISTS ")
        .name(drop.object.address_arguments[0]);
}

void write_column(SqlWriter &out, const Drop &drop)
{
    bool foreign = strcmp(drop.form.type, "foreign table column") == 0;
    out.text(foreign ? "ALTER FOREIGN TABLE IF EXISTS " : "ALTER TABLE IF EXISTS ")
        .text(stays_in_children(drop.object) ? "ONLY " : "")
        .name(drop.object.address_names[0], drop.object.address_names[1])
        .text(" DROP COLUMN IF EXISTS ")
        .name(drop.object.address_names[2]);
}

// Whether typed tables lost a column with this attribute of their type.
bool has_typed_table(const DroppedObjects &objects, const DroppedObject &attribute)
{
    Oid type = get_rel_type_id(attribute.address.objectId);
    for (int i = 0; i < objects.count(); ++i) {
        const DroppedObject &object = objects[i];
        if (strcmp(object.type, "table column") == 0 && object.address.objectSubId != 0 &&
            strcmp(object.address_names[2], attribute.address_names[2]) == 0 &&
            type_of_table(object.address.objectId) == type)
            return true;
    }
    return false;
}

void write_composite_attribute(SqlWriter &out, const Drop &drop)
{
    out.text("ALTER TYPE ")
        .name(drop.object.address_names[0], drop.object.address_names[1])
        .text(" DROP ATTRIBUTE IF EXISTS ")
        .name(drop.object.address_names[2])
        .text(has_typed_table(drop.objects, drop.object) ? " CASCADE" : "");
}

// Children that still are there lose a generation expression with their parent, but not a default.
void write_column_default(SqlWriter &out, const Drop &drop)
{
    out.text(drop.dead.generated ? "ALTER TABLE " : "ALTER TABLE ONLY ")
        .name(drop.object.address_names[0], drop.object.address_names[1])
        .text(" ALTER COLUMN ")
        .name(drop.object.address_names[2])
        .text(drop.dead.generated ? " DROP EXPRESSION" : " DROP DEFAULT");
}

void write_subscription(SqlWriter &out, const Drop &drop)
{
    drop_subscription(out, drop.object.address_names[0]);
}

void write_publication_table(SqlWriter &out, const Drop &drop)
{
    out.text("ALTER PUBLICATION ")
        .name(drop.object.address_arguments[0])
        .text(" DROP TABLE ONLY ")
        .name(drop.object.address_names[0], drop.object.address_names[1]);
}

void write_publication_schema(SqlWriter &out, const Drop &drop)
{
    out.text("ALTER PUBLICATION ")
        .name(drop.object.address_arguments[0])
        .text(" DROP TABLES IN SCHEMA ")
        .name(drop.object.address_names[0]);
}

// A type whose DROP takes a list of objects.
constexpr DropForm listed(const char *type)
{
    return {type, DropKind::object, write_identity, true};
}

// A type whose DROP takes one object.
constexpr DropForm single(const char *type)
{
    return {type, DropKind::object, write_identity};
}

constexpr DropForm with_another(const char *type)
{
    return {type, DropKind::with_another, nullptr};
}

constexpr DropForm forms[] = {
    single("access method"),
    {"aggregate", DropKind::object, write_aggregate},
    single("cast"),
    listed("collation"),
    with_another("composite type"),
    {"composite type column", DropKind::other, write_composite_attribute},
    single("conversion"),
    {"default acl", DropKind::default_privileges, nullptr},
    {"default value", DropKind::column_default, write_column_default},
    {"domain constraint", DropKind::other, write_domain_constraint},
    listed("extension"),
    listed("foreign table"),
    {"foreign table column", DropKind::column, write_column},
    listed("foreign-data wrapper"),
    listed("function"),
    // A member of an operator family depends weakly on what it names, and so goes with it downstream, too; or it is an
    // internal part of its operator class or family, which then is dropped as well (storeOperators in opclasscmds.c).
    with_another("function of access method"),
    listed("index"),
    with_another("index column"),
    single("language"),
    listed("materialized view"),
    with_another("materialized view column"),
    listed("operator"),
    single("operator class"),
    single("operator family"),
    with_another("operator of access method"),
    single("policy"),
    listed("procedure"),
    listed("publication"),
    {"publication namespace", DropKind::other, write_publication_schema},
    {"publication relation", DropKind::publication_table, write_publication_table},
    single("rule"),
    listed("schema"),
    listed("sequence"),
    listed("server"),
    listed("statistics object"),
    {"subscription", DropKind::other, write_subscription},
    listed("table"),
    {"table column", DropKind::column, write_column},
    {"table constraint", DropKind::table_constraint, write_table_constraint},
    listed("text search configuration"),
    listed("text search dictionary"),
    listed("text search parser"),
    listed("text search template"),
    {"transform", DropKind::other, write_transform},
    single("trigger"),
    listed("type"),
    {"user mapping", DropKind::other, write_user_mapping},
    listed("view"),
    with_another("view column"),
};

} // namespace

const DropForm *find_drop_form(const char *type)
{
    for (const DropForm &form : forms)
        if (strcmp(form.type, type) == 0)
            return &form;
    return nullptr;
}

} // namespace pg_follower::deparse
