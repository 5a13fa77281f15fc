// Where a query reads two tables of the same name, or one table twice, and the user gave them no alias, the server
// makes one up ("t_1") when it writes the query as SQL (set_rtable_names in ruleutils.c). Downstream that name is an
// alias like any other, and stays when the table is renamed; upstream the server then makes up another one. So such a
// query is written anew when a relation that it reads is renamed.
//
// The query means the same with either alias. So the follow goes on where the downstream cannot take the new text (the
// owner of a function has lost CREATE on its schema). Where the query cannot be written anew, the user is told.
#include "deparse/verb/generated_aliases.hpp"
#include "deparse/follow.hpp"
#include "deparse/object/function.hpp"
#include "deparse/object_facts.hpp"
#include "deparse/object_name.hpp"
#include "deparse/table/policy.hpp"
#include "deparse/table/rule.hpp"
#include "deparse/table/view.hpp"
#include "deparse/verb/rename.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/memory.hpp"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::deparse {
namespace {

// A name by which a query's text calls something that it reads. `is_table_name`: the name of the relation `relid`
// itself, in which case the server makes up an alias where the name stands for something else already.
struct Reference {
    const char *name;
    Oid relid;
    bool is_table_name;
};

// What has to be known of an object's queries.
struct Queries {
    List *references;
    bool natural_outer_join; // without a column in common
};

Reference *new_reference(const char *name, Oid relid, bool is_table_name)
{
    auto *reference = allocate<Reference>();
    *reference = {name, relid, is_table_name};
    return reference;
}

// Looks through a query, or an expression with queries in it, for the Queries at `argument`.
bool look_through(Node *node, void *argument)
{
    if (!node)
        return false;
    auto *queries = static_cast<Queries *>(argument);
    if (IsA(node, JoinExpr)) {
        auto *join = castNode(JoinExpr, node);
        queries->natural_outer_join |= join->jointype != JOIN_INNER && !join->quals;
    }
    if (!IsA(node, Query))
        return expression_tree_walker(node, PGF_WALKER(look_through), argument);
    auto *query = castNode(Query, node);
    List **references = &queries->references;
    for (RangeTblEntry *entry : each<RangeTblEntry>(query->rtable)) {
        if (entry->rtekind == RTE_RELATION && !entry->alias)
            *references = lappend(*references, new_reference(get_rel_name(entry->relid), entry->relid, true));
        else if (entry->alias || entry->rtekind != RTE_JOIN)
            *references = lappend(*references, new_reference(entry->eref->aliasname, InvalidOid, false));
    }
    return query_tree_walker(query, PGF_WALKER(look_through), argument, 0);
}

// Whether the server makes up an alias for one of the references, where the relation `renamed` has the name `name`.
bool generates_alias(const List *references, Oid renamed, const char *name)
{
    auto name_of = [&](const Reference *reference) {
        return reference->is_table_name && reference->relid == renamed ? name : reference->name;
    };
    for (Reference *one : each<Reference>(references)) {
        if (!one->is_table_name)
            continue;
        for (Reference *other : each<Reference>(references))
            if (one != other && strcmp(name_of(one), name_of(other)) == 0)
                return true;
    }
    return false;
}

// The expressions and queries of a rule, function or policy, as stored.
List *stored_trees(const ObjectAddress &object)
{
    List *trees = NIL;
    auto add = [&](const char *text) {
        if (text)
            trees = lappend(trees, stringToNode(text));
    };
    switch (object.classId) {
    case RewriteRelationId: {
        CatalogRow<FormData_pg_rewrite> row(object.classId, object.objectId);
        add(row.string(Anum_pg_rewrite_ev_qual));
        add(row.string(Anum_pg_rewrite_ev_action));
        break;
    }
    case ProcedureRelationId: {
        CatalogRow<FormData_pg_proc> row(object.classId, object.objectId);
        add(row.string(Anum_pg_proc_prosqlbody));
        break;
    }
    case PolicyRelationId: {
        CatalogRow<FormData_pg_policy> row(object.classId, object.objectId);
        add(row.string(Anum_pg_policy_polqual));
        add(row.string(Anum_pg_policy_polwithcheck));
        break;
    }
    }
    return trees;
}

Queries queries_of(const ObjectAddress &object)
{
    Queries queries = {};
    // The expressions of a policy can name the policy's own table.
    if (object.classId == PolicyRelationId) {
        CatalogRow<FormData_pg_policy> row(object.classId, object.objectId);
        queries.references = list_make1(new_reference(get_rel_name(row->polrelid), row->polrelid, true));
    }
    (void)look_through(reinterpret_cast<Node *>(stored_trees(object)), &queries);
    return queries;
}

// Why the object cannot be written anew; null where it can.
const char *hindrance(const ObjectAddress &owned, const Queries &queries)
{
    if (owned.classId == RelationRelationId && get_rel_relkind(owned.objectId) == RELKIND_MATVIEW)
        return "the query of a materialized view cannot be replaced";
    // See natural_joins.hpp; by now there may be columns in common.
    return queries.natural_outer_join ? "its natural join cannot be written again" : nullptr;
}

// The object that a user knows, and that has an owner: the relation of a rule or policy, or the function itself.
ObjectAddress owned_object(const ObjectAddress &object)
{
    ObjectAddress owned = object;
    if (object.classId == RewriteRelationId)
        ObjectAddressSet(owned, RelationRelationId,
                         CatalogRow<FormData_pg_rewrite>(object.classId, object.objectId)->ev_class);
    else if (object.classId == PolicyRelationId)
        ObjectAddressSet(owned, RelationRelationId,
                         CatalogRow<FormData_pg_policy>(object.classId, object.objectId)->polrelid);
    return owned;
}

int compare_objects(const ListCell *a, const ListCell *b)
{
    auto *one = static_cast<const ObjectAddress *>(lfirst(a));
    auto *other = static_cast<const ObjectAddress *>(lfirst(b));
    if (one->classId != other->classId)
        return one->classId < other->classId ? -1 : 1;
    return one->objectId < other->objectId ? -1 : one->objectId > other->objectId;
}

// The rules, functions and policies that depend on the relation, each once, the oldest of a kind first.
List *queries_that_read(Oid relid)
{
    List *objects = NIL;
    for (const auto &row : CatalogScan<FormData_pg_depend>(
             DependRelationId, DependReferenceIndexId,
             {{Anum_pg_depend_refclassid, RelationRelationId}, {Anum_pg_depend_refobjid, relid}})) {
        if (row->classid != RewriteRelationId && row->classid != ProcedureRelationId &&
            row->classid != PolicyRelationId)
            continue;
        auto *object = allocate<ObjectAddress>();
        ObjectAddressSet(*object, row->classid, row->objid);
        objects = lappend(objects, object);
    }
    list_sort(objects, compare_objects);
    // An object that reads several columns has a dependency on each of them.
    List *distinct = NIL;
    for (ObjectAddress *object : each<ObjectAddress>(objects)) {
        auto *last = distinct ? static_cast<ObjectAddress *>(llast(distinct)) : nullptr;
        if (!last || last->classId != object->classId || last->objectId != object->objectId)
            distinct = lappend(distinct, object);
    }
    return distinct;
}

// Whether a rule has to be written as the query of its view. A rule's query has entries for OLD and NEW, which show in
// its text. Up to version 15 a view's query has them, too; there the rule is replaced, which needs no privilege on the
// schema.
bool is_view_rule(const ObjectAddress &object)
{
    return !view_queries_have_rule_entries() &&
           CatalogRow<FormData_pg_rewrite>(object.classId, object.objectId)->ev_type == '0' + CMD_SELECT;
}

const char *tag_of(const ObjectAddress &object, const ObjectAddress &owned)
{
    if (object.classId == ProcedureRelationId)
        return "CREATE FUNCTION";
    if (object.classId == PolicyRelationId)
        return "ALTER POLICY";
    if (get_rel_relkind(owned.objectId) == RELKIND_MATVIEW)
        return "CREATE MATERIALIZED VIEW";
    return is_view_rule(object) ? "CREATE VIEW" : "CREATE RULE";
}

// Writes the object anew where the server makes up an alias in its text, with the relation's old name or with its new
// one.
void follow_query(const ObjectAddress &object, Oid renamed, const char *old_name)
{
    ObjectAddress owned = owned_object(object);
    follow({tag_of(object, owned), describe_object(owned), object_owner(owned)}, [&](Script &script) {
        Queries queries = queries_of(object);
        if (!generates_alias(queries.references, renamed, old_name) &&
            !generates_alias(queries.references, renamed, get_rel_name(renamed)))
            return;
        if (const char *reason = hindrance(owned, queries))
            ereport(ERROR,
                    (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                     errmsg("%s, and keeps the alias that the server made up for a table that has another name now",
                            reason),
                     errhint("It means the same. Where its text matters, drop it and create it again.")));
        if (object.classId == RewriteRelationId && is_view_rule(object))
            write_view(script, owned.objectId, true);
        else if (object.classId == RewriteRelationId)
            write_rule(script, object.objectId, true);
        else if (object.classId == ProcedureRelationId)
            write_routine(script, object.objectId, true);
        else
            write_altered_policy(script, object.objectId);
        script.make_optional();
    });
}

} // namespace

void follow_renamed_in_queries(const Command &command)
{
    const ObjectAddress &renamed = command.address;
    if (!command.parse_tree || !IsA(command.parse_tree, RenameStmt) || renamed.classId != RelationRelationId ||
        renamed.objectSubId != 0)
        return;
    auto *statement = castNode(RenameStmt, command.parse_tree);
    // A column or constraint was renamed. In some cases the address is the relation's then, too.
    if (statement->subname)
        return;
    for (ObjectAddress *object : each<ObjectAddress>(queries_that_read(renamed.objectId))) {
        ObjectAddress owned = owned_object(*object);
        // The downstream has an extension's object from the extension's own script.
        if (!is_temporary(*object) && !is_temporary(owned) &&
            !OidIsValid(getExtensionOfObject(owned.classId, owned.objectId)))
            follow_query(*object, renamed.objectId, renamed_from(statement));
    }
}

} // namespace pg_follower::deparse
