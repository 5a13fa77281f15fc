// Differences between PostgreSQL 15 to 18, as functions of our own. PostgreSQL's names are never redefined.
#pragma once

#include "pg_follower/list.hpp"
#include "pg_follower/pg.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "catalog/dependency.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_publication.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "parser/parse_relation.h"
#include "replication/message.h"
#include "replication/origin.h"
#include "replication/reorderbuffer.h"
#include "replication/slot.h"
#include "storage/latch.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

// Parameters of an ExecutorRun hook; 18 has no execute_once.
#if PG_VERSION_NUM >= 180000
#define PGF_EXECUTOR_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count
#define PGF_EXECUTOR_RUN_ARGUMENTS query, direction, count
#else
#define PGF_EXECUTOR_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count, bool execute_once
#define PGF_EXECUTOR_RUN_ARGUMENTS query, direction, count, execute_once
#endif

// Whether the query of a view has range table entries for OLD and NEW.
constexpr bool view_queries_have_rule_entries()
{
    return PG_VERSION_NUM < 160000;
}

// A callback for expression_tree_walker or expression_tree_mutator: up to 15 its type takes no arguments.
#if PG_VERSION_NUM >= 160000
#define PGF_WALKER(walker) walker
#define PGF_MUTATOR(mutator) mutator
#else
#define PGF_WALKER(walker) reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(walker))
#define PGF_MUTATOR(mutator) reinterpret_cast<Node *(*)()>(reinterpret_cast<void *>(mutator))
#endif

namespace pg_follower {

// Whether functions in SQL keep their plans from one query to the next.
constexpr bool sql_functions_keep_plans()
{
    return PG_VERSION_NUM >= 180000;
}

// The search path under which the server runs functions of users while it makes an index, fills a materialized view and
// the like (RestrictSearchPath); null where it does so under the path that is there.
constexpr const char *restricted_search_path()
{
    return PG_VERSION_NUM >= 170000 ? "pg_catalog, pg_temp" : nullptr;
}

// The command that gathers statistics of a table. Up to 17 it does so for partitions, too; 18 also for tables that
// inherit, unless it is told not to.
constexpr const char *analyze_command()
{
    return PG_VERSION_NUM >= 180000 ? "ANALYZE ONLY " : "ANALYZE ";
}

// The major version of the server that this library is built for, such as 15.
constexpr int server_major_version = PG_VERSION_NUM / 10000;

// The tuple of a decoded change: a ReorderBufferTupleBuf up to 16, a HeapTuple from 17. Null stays null.
#if PG_VERSION_NUM >= 170000
inline HeapTuple decoded_tuple(HeapTuple tuple)
{
    return tuple;
}
#else
inline HeapTuple decoded_tuple(ReorderBufferTupleBuf *buffer)
{
    return buffer ? &buffer->tuple : nullptr;
}
#endif

// Writes a logical message that belongs to the current transaction.
inline void log_transactional_message(const char *prefix, const char *content, size_t size)
{
#if PG_VERSION_NUM >= 170000
    (void)LogLogicalMessage(prefix, content, size, true, false);
#else
    (void)LogLogicalMessage(prefix, content, size, true);
#endif
}

// The sequence of an identity column.
inline Oid identity_sequence(Relation relation, AttrNumber column)
{
#if PG_VERSION_NUM >= 170000
    return getIdentitySequence(relation, column, false);
#else
    return getIdentitySequence(RelationGetRelid(relation), column, false);
#endif
}

// The type of an executed subcommand of ALTER TABLE, without the variants that say "and recurse" up to 15.
inline AlterTableType plain_subcommand_type(const AlterTableCmd *command)
{
#if PG_VERSION_NUM < 160000
    switch (command->subtype) {
    case AT_AddColumnRecurse:
        return AT_AddColumn;
    case AT_DropColumnRecurse:
        return AT_DropColumn;
    case AT_AddConstraintRecurse:
        return AT_AddConstraint;
    case AT_ValidateConstraintRecurse:
        return AT_ValidateConstraint;
    case AT_DropConstraintRecurse:
        return AT_DropConstraint;
    default:
        break;
    }
#endif
    return command->subtype;
}

// Subcommands that only some versions have; in the others a number that no subcommand has.
#if PG_VERSION_NUM >= 170000
constexpr int set_expression_subcommand = AT_SetExpression;
#else
constexpr int set_expression_subcommand = -1;
#endif
#if PG_VERSION_NUM >= 180000
constexpr int check_not_null_subcommand = -1;
#else
constexpr int check_not_null_subcommand = AT_CheckNotNull;
#endif

// What ALTER TABLE ... ALTER CONSTRAINT changes. Before version 18 it always changes the deferrability, and nothing
// else.
struct ConstraintChange {
    const char *name;
    bool changes_deferrability;
    bool deferrable;
    bool initially_deferred;
    bool changes_enforceability;
    bool enforced;
    bool changes_inheritability;
    bool no_inherit;
};

inline ConstraintChange constraint_change(const AlterTableCmd *command)
{
#if PG_VERSION_NUM >= 180000
    auto *change = castNode(ATAlterConstraint, command->def);
    return {change->conname,
            change->alterDeferrability,
            change->deferrable,
            change->initdeferred,
            change->alterEnforceability,
            change->is_enforced,
            change->alterInheritability,
            change->noinherit};
#else
    auto *constraint = castNode(Constraint, command->def);
    return {constraint->conname, true, constraint->deferrable, constraint->initdeferred, false, false, false, false};
#endif
}

// pg_constraint.contype of a NOT NULL constraint: domains have them from 17 on, tables from 18 on.
constexpr char not_null_constraint_type = 'n';

// MAINTAIN; no bit before version 17.
#if PG_VERSION_NUM >= 170000
constexpr AclMode maintain_privilege = ACL_MAINTAIN;
#else
constexpr AclMode maintain_privilege = ACL_NO_RIGHTS;
#endif

// The columns of pg_collation that hold a locale of ICU (or builtin), and its rules (InvalidAttrNumber: none).
#if PG_VERSION_NUM >= 170000
constexpr AttrNumber collation_locale_column = Anum_pg_collation_colllocale;
constexpr AttrNumber collation_rules_column = Anum_pg_collation_collicurules;
#elif PG_VERSION_NUM >= 160000
constexpr AttrNumber collation_locale_column = Anum_pg_collation_colliculocale;
constexpr AttrNumber collation_rules_column = Anum_pg_collation_collicurules;
#else
constexpr AttrNumber collation_locale_column = Anum_pg_collation_colliculocale;
constexpr AttrNumber collation_rules_column = InvalidAttrNumber;
#endif

// Calls take("ADMIN", "OPTION" or "FALSE") for the option of GRANT role TO role, or of its REVOKE, and from version 16
// on also take("INHERIT" or "SET", "TRUE" or "FALSE").
template <typename Take> void for_each_role_grant_option(const GrantRoleStmt *statement, Take take)
{
#if PG_VERSION_NUM >= 160000
    for (int i = 0; i < list_length(statement->opt); ++i) {
        auto option = static_cast<DefElem *>(list_nth(statement->opt, i));
        bool value = defGetBoolean(option);
        if (strcmp(option->defname, "admin") == 0)
            take("ADMIN", value ? "OPTION" : "FALSE");
        else
            take(strcmp(option->defname, "inherit") == 0 ? "INHERIT" : "SET", value ? "TRUE" : "FALSE");
    }
#else
    if (statement->admin_opt)
        take("ADMIN", "OPTION");
#endif
}

// Calls take("ADMIN OPTION", ...) for each option of a membership that its GRANT has to name.
template <typename Take> void for_each_membership_option(const FormData_pg_auth_members &membership, Take take)
{
    if (membership.admin_option)
        take("ADMIN OPTION");
#if PG_VERSION_NUM >= 160000
    take(membership.inherit_option ? "INHERIT TRUE" : "INHERIT FALSE");
    take(membership.set_option ? "SET TRUE" : "SET FALSE");
#endif
}

// The statistics target that ALTER STATISTICS sets; -1 is the default.
inline int64 statistics_target(const AlterStatsStmt *statement)
{
#if PG_VERSION_NUM >= 170000
    return statement->stxstattarget ? intVal(statement->stxstattarget) : -1;
#else
    return statement->stxstattarget;
#endif
}

// The operator by which a unique index takes two values of its column (counted from 0) as equal; InvalidOid where there
// is none. Up to 17 such indexes of the server's own are btrees, and from 18 on also those of WITHOUT OVERLAPS.
inline Oid index_equality(Relation index, int column)
{
    Oid family = index->rd_opfamily[column], type = index->rd_opcintype[column];
#if PG_VERSION_NUM >= 180000
    return get_opfamily_member_for_cmptype(family, type, type, COMPARE_EQ);
#else
    return get_opfamily_member(family, type, type, BTEqualStrategyNumber);
#endif
}

// Whether no row has a null in the column (counted from 0). From version 18 on NOT NULL may be NOT VALID.
inline bool holds_no_null(TupleDesc descriptor, int column)
{
#if PG_VERSION_NUM >= 180000
    return TupleDescCompactAttr(descriptor, column)->attnullability == ATTNULLABLE_VALID;
#else
    return TupleDescAttr(descriptor, column)->attnotnull;
#endif
}

// Whether the publication publishes stored generated columns, as it may from version 18 on.
inline bool publishes_generated_columns(const FormData_pg_publication &publication)
{
#if PG_VERSION_NUM >= 180000
    return publication.pubgencols == PUBLISH_GENCOLS_STORED;
#else
    (void)publication;
    return false;
#endif
}

// A row in the current memory context.
inline MinimalTuple form_minimal_tuple(TupleDesc description, Datum *values, bool *nulls)
{
#if PG_VERSION_NUM >= 180000
    return heap_form_minimal_tuple(description, values, nulls, 0);
#else
    return heap_form_minimal_tuple(description, values, nulls);
#endif
}

// Lets the executor run the plan whatever privileges its user has on the table. What is checked as somebody else came
// in by a rule. From 16 each relation in the list is looked at, and the bootstrap superuser may do everything.
inline void require_no_privileges(PlannedStmt *plan, Oid table)
{
#if PG_VERSION_NUM >= 160000
    for (RTEPermissionInfo *entry : each<RTEPermissionInfo>(plan->permInfos))
        if (entry->relid == table && !OidIsValid(entry->checkAsUser))
            entry->checkAsUser = BOOTSTRAP_SUPERUSERID;
#else
    for (RangeTblEntry *entry : each<RangeTblEntry>(plan->rtable))
        if (entry->relid == table && !OidIsValid(entry->checkAsUser))
            entry->requiredPerms = 0;
#endif
}

// While the elements of a CREATE SCHEMA are made, versions before 17 look names up in that schema, whatever search_path
// says. Between these two calls, search_path counts for nothing but the server's own names.
inline void push_empty_search_path()
{
#if PG_VERSION_NUM < 170000
    OverrideSearchPath path = {};
    path.addCatalog = true;
    PushOverrideSearchPath(&path);
#endif
}
inline void pop_empty_search_path()
{
#if PG_VERSION_NUM < 170000
    PopOverrideSearchPath();
#endif
}

// Makes the replication origin this session's own.
inline void setup_session_origin(RepOriginId origin)
{
#if PG_VERSION_NUM >= 160000
    replorigin_session_setup(origin, 0);
#else
    replorigin_session_setup(origin);
#endif
}

// How many replication origins may have a position, and the setting that says so.
#if PG_VERSION_NUM >= 180000
constexpr const char *origin_limit_setting = "max_active_replication_origins";
inline int origin_limit()
{
    return max_active_replication_origins;
}
#else
constexpr const char *origin_limit_setting = "max_replication_slots";
inline int origin_limit()
{
    return max_replication_slots;
}
#endif

// Room for so many events to wait for, until FreeWaitEventSet().
inline WaitEventSet *create_wait_event_set(int events)
{
#if PG_VERSION_NUM >= 170000
    return CreateWaitEventSet(nullptr, events);
#else
    return CreateWaitEventSet(CurrentMemoryContext, events);
#endif
}

// Whether the role has the privilege USAGE on the schema.
inline bool may_use_schema(Oid schema, Oid role)
{
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK;
#else
    return pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

// Gives the executor's state a range table with `table` alone, of which `updated` are the columns that updates set.
inline void init_range_table(EState *estate, RangeTblEntry *entry, Relation table, Bitmapset *updated)
{
#if PG_VERSION_NUM >= 160000
    List *permissions = NIL;
    addRTEPermissionInfo(&permissions, entry)->updatedCols = updated;
#if PG_VERSION_NUM >= 180000
    ExecInitRangeTable(estate, list_make1(entry), permissions, bms_make_singleton(1));
#else
    ExecInitRangeTable(estate, list_make1(entry), permissions);
#endif
#else
    // 15 works out once which generated columns it has to compute, be it for an update or an insert that comes first.
    // Where it knows of no updated columns, or, up to 15.1, where it is told so, these are all.
    const TupleConstr *constraints = RelationGetDescr(table)->constr;
    bool computes = constraints && constraints->has_generated_stored;
    entry->updatedCols = computes ? nullptr : updated;
    for (int i = 0; computes && i < RelationGetDescr(table)->natts; ++i)
        if (TupleDescAttr(RelationGetDescr(table), i)->attgenerated)
            entry->extraUpdatedCols =
                bms_add_member(entry->extraUpdatedCols, i + 1 - FirstLowInvalidHeapAttributeNumber);
    ExecInitRangeTable(estate, list_make1(entry));
#endif
}

// Which indexes an updated row needs new entries in: from 16, maybe only those that summarize many rows.
#if PG_VERSION_NUM >= 160000
using UpdatedIndexes = TU_UpdateIndexes;
inline bool updates_indexes(UpdatedIndexes which)
{
    return which != TU_None;
}
#else
using UpdatedIndexes = bool;
inline bool updates_indexes(UpdatedIndexes which)
{
    return which;
}
#endif

// Makes the index entries of a row that was inserted.
inline void insert_index_entries(ResultRelInfo *table, TupleTableSlot *row, EState *estate)
{
#if PG_VERSION_NUM >= 160000
    list_free(ExecInsertIndexTuples(table, row, estate, false, false, nullptr, NIL, false));
#else
    list_free(ExecInsertIndexTuples(table, row, estate, false, false, nullptr, NIL));
#endif
}

// The same for a row that was updated.
inline void update_index_entries(ResultRelInfo *table, TupleTableSlot *row, EState *estate, UpdatedIndexes which)
{
#if PG_VERSION_NUM >= 160000
    list_free(ExecInsertIndexTuples(table, row, estate, true, false, nullptr, NIL, which == TU_Summarizing));
#else
    list_free(ExecInsertIndexTuples(table, row, estate, true, false, nullptr, NIL));
#endif
}

// Begins a scan of an index for rows of its table.
inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int key_count)
{
#if PG_VERSION_NUM >= 180000
    return index_beginscan(table, index, snapshot, nullptr, key_count, 0);
#else
    return index_beginscan(table, index, snapshot, key_count, 0);
#endif
}

} // namespace pg_follower
