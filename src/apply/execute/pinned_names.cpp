// Lets functions in SQL find what they name in schemas that trusted_path.cpp does not trust.
//
// In many databases, those that were made before version 15 among them, everybody may create something in the schema
// public. What an index function names there is safe for the table's owner as long as what the name means belongs to
// somebody who gains nothing by it: superusers, the table's owner and the function's. But another role may create an
// object of that name at any time, also while the function is about to run, that fits better. So two things are looked
// at:
//
// - Before the function runs, all objects that its names could mean in the schemas of the session's path. If one of
//   them belongs to somebody else, the function does not find what is in that schema, as if it could not be pinned.
//   This decides what happens; it proves nothing, because catalogs change in between.
// - When the server has read the body, and before anything of it runs, what the names mean in fact. They are numbers of
//   objects then, pinned: whatever somebody creates afterwards cannot take their place. An object of somebody else,
//   which came in between, is an error.
//
// This is safe only where nothing runs, and nothing is looked up, beside that moment. So a function is pinned only if
//
// - it is in SQL, where the server's hook behind the parser shows all that is named. Procedural languages look up the
//   types of variables, and more, where no hook sees it.
// - it is a single query. Other commands look names up while they run, and later ones would be read after code has run.
// - it calls nothing of the server that looks up names by the search path, or takes them as text.
// - it has no string that could be read as a row, an array or a range: the parser reads it as a value of the type that
//   it finds, and parts of such a type may be domains with checks, which are code.
//
// Functions that a pinned one calls do not run under its path, but get one of their own (function_path.cpp), so that
// what they do is none of its names. The path tells of itself, by a schema that nobody can have: as part of a setting
// it reaches parallel workers and ends with the function, also after an error.
#include "apply/execute/pinned_names.hpp"

#include "apply/execute/function_body.hpp"
#include "apply/execute/trusted_path.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/referenced_catalog.hpp"
#include "pg_follower/settings.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_language.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"
#include "parser/analyze.h"
#include "utils/lsyscache.h"
}

namespace pg_follower::apply {
namespace {

// No schema of a user can have a name that begins with pg_.
constexpr const char *mark = "\"pg_follower ";

post_parse_analyze_hook_type next_hook;

using FunctionRow = SyscacheRow<FormData_pg_proc>;

bool is_single_query_in_sql(const FunctionRow &function)
{
    bool has_no_tree, has_no_settings;
    (void)function.datum(Anum_pg_proc_prosqlbody, has_no_tree);
    (void)function.datum(Anum_pg_proc_proconfig, has_no_settings);
    return function->prolang == SQLlanguageId && has_no_tree && has_no_settings && !takes_or_gives_names(*function);
}

// Whose function was read, as whom it runs, and where it looks for names.
struct Pin {
    Oid author, role;
    const List *schemas;
    // Set where something is found: its catalog and its number.
    Oid catalog, object;
};

// The column of a catalog that holds an object's schema.
Oid schema_of(Oid catalog, Oid object)
{
    CatalogRow<AnyForm> row(catalog, object, true);
    bool is_null;
    return row ? DatumGetObjectId(row.datum(get_object_attnum_namespace(catalog), is_null)) : InvalidOid;
}

// Whether the object was found in a schema of the path and belongs to somebody who would gain by it. One that is gone
// already may have been anybody's. What is in no schema of the path was named with its schema.
bool refuses(Pin *pin, Oid catalog, Oid object)
{
    if (!OidIsValid(object) || object < FirstNormalObjectId)
        return false;
    Oid schema = schema_of(catalog, object);
    if (OidIsValid(schema) && !isAnyTempNamespace(schema) &&
        (!list_member_oid(pin->schemas, schema) || is_trusted_schema(schema, pin->role, pin->author) ||
         is_trusted_object(catalog, object, pin->role, pin->author)))
        return false;
    pin->catalog = catalog;
    pin->object = object;
    return true;
}

bool refuses_function(Oid function, void *pin)
{
    if (is_function_of_names(function)) {
        static_cast<Pin *>(pin)->catalog = ProcedureRelationId;
        static_cast<Pin *>(pin)->object = function;
        return true;
    }
    return refuses(static_cast<Pin *>(pin), ProcedureRelationId, function);
}

bool refuses_any_operator(Pin *pin, const List *operators)
{
    for (Oid oid : each_oid(operators))
        if (refuses(pin, OperatorRelationId, oid))
            return true;
    return false;
}

bool refuses_constant(Pin *pin, const Const *constant)
{
    Oid catalog = referenced_catalog(getBaseType(constant->consttype));
    return OidIsValid(catalog) && catalog != NamespaceRelationId && !constant->constisnull &&
           refuses(pin, catalog, DatumGetObjectId(constant->constvalue));
}

// Looks at all that names can mean in a query: see note_names() of function_body.cpp, which finds the names.
bool refuses_any(Node *node, void *context)
{
    if (!node)
        return false;
    auto pin = static_cast<Pin *>(context);
    if (check_functions_in_node(node, refuses_function, pin))
        return true;
    switch (nodeTag(node)) {
    case T_Query: {
        auto query = castNode(Query, node);
        return query->utilityStmt || query_tree_walker(query, PGF_WALKER(refuses_any), context,
                                                       QTW_EXAMINE_RTES_BEFORE | QTW_EXAMINE_SORTGROUP);
    }
    case T_RangeTblEntry: // the walker of the query goes on to what is in it
        return castNode(RangeTblEntry, node)->rtekind == RTE_RELATION &&
               refuses(pin, RelationRelationId, castNode(RangeTblEntry, node)->relid);
    case T_SortGroupClause:
        return refuses(pin, OperatorRelationId, castNode(SortGroupClause, node)->eqop) ||
               refuses(pin, OperatorRelationId, castNode(SortGroupClause, node)->sortop);
    case T_TableSampleClause:
        if (refuses(pin, ProcedureRelationId, castNode(TableSampleClause, node)->tsmhandler))
            return true;
        break;
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr: // the three have one struct
        if (refuses(pin, OperatorRelationId, reinterpret_cast<OpExpr *>(node)->opno))
            return true;
        break;
    case T_ScalarArrayOpExpr:
        if (refuses(pin, OperatorRelationId, castNode(ScalarArrayOpExpr, node)->opno))
            return true;
        break;
    case T_RowCompareExpr:
        if (refuses_any_operator(pin, castNode(RowCompareExpr, node)->opnos))
            return true;
        break;
    case T_CollateExpr:
        if (refuses(pin, CollationRelationId, castNode(CollateExpr, node)->collOid))
            return true;
        break;
    case T_Const:
        return refuses(pin, TypeRelationId, exprType(node)) || refuses_constant(pin, castNode(Const, node));
    case T_FuncExpr:
    case T_RelabelType:
    case T_CoerceViaIO:
    case T_ArrayCoerceExpr:
    case T_ConvertRowtypeExpr:
    case T_CoerceToDomain:
    case T_RowExpr:
    case T_ArrayExpr: // what a cast may come out as
        if (refuses(pin, TypeRelationId, exprType(node)))
            return true;
        break;
    default:
        break;
    }
    return expression_tree_walker(node, PGF_WALKER(refuses_any), context);
}

// Whether names mean something in the schemas that do not count by themselves: objects that belong to somebody who is
// trusted, and objects of others.
struct Found {
    bool trusted, others;
};

Found find_named(const List *objects, const FunctionSchemas &schemas, Oid role)
{
    Found found = {};
    for (const NamedObject *named : each<NamedObject>(objects))
        if (list_member_oid(schemas.all, named->schema) && !list_member_oid(schemas.trusted, named->schema)) {
            if (is_trusted_object(named->catalog, named->object, role, schemas.author))
                found.trusted = true;
            else
                found.others = true;
        }
    return found;
}

void look_at_query(ParseState *state, Query *query, JumbleState *jumble)
{
    if (next_hook)
        next_hook(state, query, jumble);
    if (settings.function_paths != FunctionPaths::of_rows)
        return;
    Oid function = pinned_function(namespace_search_path);
    if (!OidIsValid(function))
        return;
    Oid author = FunctionRow(PROCOID, function, "function")->proowner;
    Pin pin = {author, GetUserId(), fetch_search_path(true), InvalidOid, InvalidOid};
    if (!refuses_any(reinterpret_cast<Node *>(query), &pin))
        return;
    const ObjectAddress object = {pin.catalog, pin.object, 0};
    const char *what = OidIsValid(pin.catalog) ? getObjectDescription(&object, true) : nullptr;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("function %s may not use %s where a row calls it",
                           quote_qualified_identifier(get_namespace_name(get_func_namespace(function)),
                                                      get_func_name(function)),
                           what ? what : "what it names without a schema"),
                    errdetail("It stands in a schema in which others than the owners of the table and of the function "
                              "may create something."),
                    errhint("Run ALTER FUNCTION ... SET search_path on both servers.")));
}

} // namespace

const char *pinned_path(Oid function, Oid role)
{
    FunctionRow row(PROCOID, function, "function");
    if (!is_single_query_in_sql(row))
        return nullptr;
    FunctionSchemas schemas = schemas_of_function(function, role);
    if (list_length(schemas.all) == list_length(schemas.trusted))
        return nullptr;
    BodyNames names = names_of_body(row.string(Anum_pg_proc_prosrc));
    if (!names.is_select || names.while_running || names.has_other_types || names.has_values_with_parts)
        return nullptr;
    // A name with its schema may mean an object of somebody else in one of these schemas, because the author trusts it.
    // What was read would be refused for that.
    Found found = find_named(names.objects, schemas, role);
    if (!found.trusted || found.others || find_named(names.qualified, schemas, role).others)
        return nullptr;
    SqlWriter path;
    for (Oid schema : each_oid(schemas.all))
        path.name(get_namespace_name(schema)).text(", ");
    return path.text(mark).format("%u\", \"pg_temp\"", function).c_str();
}

Oid pinned_function(const char *path)
{
    const char *found = strstr(path, mark);
    return found ? static_cast<Oid>(strtoul(found + strlen(mark), nullptr, 10)) : InvalidOid;
}

void install_pinned_names()
{
    next_hook = post_parse_analyze_hook;
    post_parse_analyze_hook = look_at_query;
}

} // namespace pg_follower::apply
