// SECURITY LABEL, of every kind of object that has labels, except large objects and tablespaces. Labels of roles,
// databases and event triggers are written by the utility hook, because event triggers do not see them.
//
// The provider is always named, also where the statement does not name it, because the downstream may have loaded other
// providers. The follow does not stop where the downstream has not loaded the provider.
#include "deparse/dead_rows.hpp"
#include "deparse/hooked_command.hpp"
#include "deparse/object/database.hpp"
#include "deparse/object/setting_clause.hpp"
#include "deparse/object/user_event_trigger.hpp"
#include "deparse/object_name.hpp"
#include "deparse/objects.hpp"
#include "deparse/role_policy.hpp"

extern "C" {
#include "catalog/catalog.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_largeobject_metadata.h"
#include "catalog/pg_seclabel.h"
#include "catalog/pg_shseclabel.h"
#include "commands/event_trigger.h"
#include "utils/acl.h"
}

namespace pg_follower::deparse {
namespace {

// The provider that gave the object this label or, for null, whose label of it was removed last. Null where there is
// none. `Form` and the rest say where labels are kept and how those of the object are found.
template <typename Form>
const char *provider_of(const char *label, Oid catalog, Oid index, std::initializer_list<CatalogKey> keys,
                        AttrNumber label_column, AttrNumber provider_column)
{
    if (!label) {
        DeadRows<Form> rows(catalog, index, keys);
        auto row = rows.newest();
        return row ? row.string(provider_column) : nullptr;
    }
    const char *provider = nullptr;
    for (const auto &row : CatalogScan<Form>(catalog, index, keys))
        if (strcmp(row.string(label_column), label) == 0)
            provider = row.string(provider_column);
    return provider;
}

// The same of an object; one that all databases share has its labels in pg_shseclabel.
const char *provider_of(const ObjectAddress &address, const char *label)
{
    if (IsSharedRelation(address.classId))
        return provider_of<FormData_pg_shseclabel>(
            label, SharedSecLabelRelationId, SharedSecLabelObjectIndexId,
            {{Anum_pg_shseclabel_objoid, address.objectId}, {Anum_pg_shseclabel_classoid, address.classId}},
            Anum_pg_shseclabel_label, Anum_pg_shseclabel_provider);
    return provider_of<FormData_pg_seclabel>(label, SecLabelRelationId, SecLabelObjectIndexId,
                                             {{Anum_pg_seclabel_objoid, address.objectId},
                                              {Anum_pg_seclabel_classoid, address.classId},
                                              {Anum_pg_seclabel_objsubid, address.objectSubId}},
                                             Anum_pg_seclabel_label, Anum_pg_seclabel_provider);
}

// SECURITY LABEL FOR provider ON
void write_head(SqlWriter &out, const SecLabelStmt *statement, const ObjectAddress &address)
{
    const char *provider = statement->provider ? statement->provider : provider_of(address, statement->label);
    out.text("SECURITY LABEL ");
    if (provider)
        out.text("FOR ").name(provider).text(' ');
    out.text("ON ");
}

void write_label(SqlWriter &out, const SecLabelStmt *statement)
{
    out.text(" IS ").literal_or_null(statement->label);
}

SqlWriter &statement_of(Script &script)
{
    return script.statement(RunAs::caller, Needed::if_possible);
}

const char *name_of(const SecLabelStmt *statement)
{
    return strVal(statement->object);
}

const char *object_of_role(Node *node, const void *)
{
    SqlWriter out;
    out.text("role ").name(name_of(castNode(SecLabelStmt, node)));
    return all_roles_follow() ? out.c_str() : nullptr;
}

void write_role(Script &script, Node *node, const void *)
{
    auto *statement = castNode(SecLabelStmt, node);
    Oid role = get_role_oid(name_of(statement), false);
    ObjectAddress address;
    ObjectAddressSet(address, AuthIdRelationId, role);
    SqlWriter &out = statement_of(script);
    write_head(out, statement, address);
    out.text("ROLE ").role_name(role);
    write_label(out, statement);
}

const char *object_of_database(Node *node, const void *)
{
    return object_if_this_database(name_of(castNode(SecLabelStmt, node)));
}

void write_database(Script &script, Node *node, const void *)
{
    auto *statement = castNode(SecLabelStmt, node);
    ObjectAddress address;
    ObjectAddressSet(address, DatabaseRelationId, MyDatabaseId);
    SqlWriter head, tail;
    write_head(head, statement, address);
    head.text("DATABASE ");
    write_label(tail, statement);
    write_with_database(statement_of(script), head.c_str(), tail.c_str());
}

const char *object_of_event_trigger(Node *node, const void *)
{
    return describe_event_trigger(name_of(castNode(SecLabelStmt, node)));
}

void write_event_trigger(Script &script, Node *node, const void *)
{
    auto *statement = castNode(SecLabelStmt, node);
    ObjectAddress address;
    ObjectAddressSet(address, EventTriggerRelationId, get_event_trigger_oid(name_of(statement), false));
    SqlWriter &out = statement_of(script);
    write_head(out, statement, address);
    out.text("EVENT TRIGGER ").name(name_of(statement));
    write_label(out, statement);
}

} // namespace

void deparse_security_label(Script &script, const Command &command)
{
    if (command.address.classId == LargeObjectRelationId || command.address.classId == LargeObjectMetadataRelationId)
        cannot_follow("labels of large objects are not read from the upstream");
    auto *statement = castNode(SecLabelStmt, command.parse_tree);
    SqlWriter &out = statement_of(script);
    write_head(out, statement, command.address);
    write_object(out, command.address);
    write_label(out, statement);
}

constexpr HookedCommand hooked_label_role = {Scope::cluster, nullptr, object_of_role, write_role};
constexpr HookedCommand hooked_label_database = {Scope::database, nullptr, object_of_database, write_database};
constexpr HookedCommand hooked_label_event_trigger = {Scope::database, nullptr, object_of_event_trigger,
                                                      write_event_trigger};

} // namespace pg_follower::deparse
