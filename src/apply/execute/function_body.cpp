// Tells whether the text of a function in SQL depends on the search path, from its parse tree.
//
// It depends on the path where a name without a schema could mean an object of a user. So each such name is looked for
// in all schemas but the server's own. That finds too much rather than too little: an alias may have the name of
// somebody's table. What is found too much costs speed only: the function is called, where it could have been inlined.
//
// A name may also be a value that the text does not show: types as regclass, and functions that take such types or the
// text of names and queries, look names up while they run, or write them as the path demands.
#include "apply/execute/function_body.hpp"

#include "apply/state/dropped_objects.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"
#include "parser/parser.h"
#include "parser/scansup.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_follower::apply {
namespace {

// Whether a schema other than the server's own has an object of that name. `cache` is a system cache whose first key is
// the name.
template <typename Form> bool users_have(int cache, Oid Form::*schema, const char *name)
{
    NameData key;
    namestrcpy(&key, name);
    CatCList *list = SearchSysCacheList1(cache, NameGetDatum(&key));
    bool found = false;
    for (int i = 0; i < list->n_members && !found; ++i)
        found = reinterpret_cast<Form *>(GETSTRUCT(&list->members[i]->tuple))->*schema != PG_CATALOG_NAMESPACE;
    ReleaseSysCacheList(list);
    return found;
}

bool users_have_operator(const char *name)
{
    return users_have(OPERNAMENSP, &FormData_pg_operator::oprnamespace, name);
}

bool users_have_collation(const char *name)
{
    return users_have(COLLNAMEENCNSP, &FormData_pg_collation::collnamespace, name);
}

// A table has a type of its name. A name may stand for a function where it looks like a column's: t.f is f(t).
bool users_have_function_or_type(const char *name)
{
    return users_have(PROCNAMEARGSNSP, &FormData_pg_proc::pronamespace, name) ||
           users_have(TYPENAMENSP, &FormData_pg_type::typnamespace, name);
}

// Relations that are no tables have no type of their name: indexes, and sequences from version 14 on.
bool users_have_relation(const char *name)
{
    return users_have(RELNAMENSP, &FormData_pg_class::relnamespace, name);
}

// What a string may name, as that of nextval('s') or to_tsvector('c', t) does: one of its words, as it is or in lower
// case.
bool string_names_user_object(const char *string)
{
    if (strlen(string) < NAMEDATALEN && users_have_operator(string))
        return true;
    auto is_part = [](char c) {
        return IS_HIGHBIT_SET(c) || isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
    };
    for (const char *word = string; *word;) {
        const char *end = word;
        while (*end && is_part(*end))
            ++end;
        if (end == word) {
            ++word;
            continue;
        }
        auto length = static_cast<int>(end - word);
        for (const char *name : {static_cast<const char *>(pnstrdup(word, length)),
                                 static_cast<const char *>(downcase_truncate_identifier(word, length, false))})
            if (users_have_function_or_type(name) || users_have_relation(name) || users_have_collation(name) ||
                users_have(TSCONFIGNAMENSP, &FormData_pg_ts_config::cfgnamespace, name) ||
                users_have(TSDICTNAMENSP, &FormData_pg_ts_dict::dictnamespace, name))
                return true;
        word = end;
    }
    return false;
}

// The last part of a name that has no schema; null where it has one.
const char *bare_name(const List *names)
{
    return list_length(names) == 1 ? strVal(linitial(names)) : nullptr;
}

// Whether text of the type, or of its elements, holds a name that the search path finds, or leaves without its schema.
bool is_type_of_names(Oid type)
{
    type = getBaseType(type);
    if (Oid element = get_element_type(type); OidIsValid(element))
        type = getBaseType(element);
    Oid catalog = referenced_catalog(type);
    return OidIsValid(catalog) && catalog != NamespaceRelationId;
}

// A user's type of such a name counts, too: too much rather than too little.
bool is_type_of_names(const TypeName *type)
{
    if (type->names == NIL)
        return false;
    Oid oid = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(strVal(llast(type->names))),
                              ObjectIdGetDatum(PG_CATALOG_NAMESPACE));
    return OidIsValid(oid) && is_type_of_names(oid);
}

bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

// Functions of the server that take the text of names and queries, or that write names as the search path demands.
bool uses_path(const char *function)
{
    constexpr const char *names[] = {"current_schema",     "current_schemas", "current_setting", "format_type",
                                     "pg_describe_object", "ts_rewrite",      "ts_stat"};
    for (const char *name : names)
        if (strcmp(function, name) == 0)
            return true;
    return begins_with(function, "pg_get_") || begins_with(function, "has_") || strstr(function, "_is_visible") ||
           strstr(function, "_to_xml");
}

// Whether the function is one of the server that looks names up, or writes them, while it runs. One that is immutable
// leaves that to whoever makes its arguments.
bool is_function_of_names(const FormData_pg_proc &function)
{
    return function.pronamespace == PG_CATALOG_NAMESPACE &&
           (uses_path(NameStr(function.proname)) ||
            (function.provolatile != PROVOLATILE_IMMUTABLE && takes_or_gives_names(function)));
}

bool any_function_of_names(const char *name)
{
    CatCList *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
    bool found = false;
    for (int i = 0; i < list->n_members && !found; ++i)
        found = is_function_of_names(*reinterpret_cast<Form_pg_proc>(GETSTRUCT(&list->members[i]->tuple)));
    ReleaseSysCacheList(list);
    return found;
}

bool any_names_user_object(const List *names)
{
    for (Node *name : each<Node>(names))
        if (IsA(name, String) && users_have_function_or_type(strVal(name)))
            return true;
    return false;
}

bool names_user_object(Node *node, void *context)
{
    if (!node)
        return false;
    const char *name = nullptr;
    switch (nodeTag(node)) {
    case T_FuncCall:
        name = strVal(llast(castNode(FuncCall, node)->funcname));
        if (any_function_of_names(name))
            return true;
        name = bare_name(castNode(FuncCall, node)->funcname);
        if (name && users_have_function_or_type(name))
            return true;
        break;
    case T_A_Expr: {
        auto expression = castNode(A_Expr, node);
        name = bare_name(expression->name);
        if (name && users_have_operator(name))
            return true;
        // BETWEEN stands for comparisons.
        if (expression->kind >= AEXPR_BETWEEN && expression->kind <= AEXPR_NOT_BETWEEN_SYM)
            for (const char *comparison : {"<", ">", "<=", ">="})
                if (users_have_operator(comparison))
                    return true;
        break;
    }
    case T_SubLink:
        name = bare_name(castNode(SubLink, node)->operName);
        if (users_have_operator(name ? name : "="))
            return true;
        break;
    case T_SortBy:
        name = bare_name(castNode(SortBy, node)->useOp);
        if (name && users_have_operator(name))
            return true;
        break;
    case T_CaseExpr:
        if (castNode(CaseExpr, node)->arg && users_have_operator("="))
            return true;
        break;
    case T_JoinExpr:
        if ((castNode(JoinExpr, node)->isNatural || castNode(JoinExpr, node)->usingClause) && users_have_operator("="))
            return true;
        break;
    case T_TypeName:
        name = bare_name(castNode(TypeName, node)->names);
        if ((name && users_have_function_or_type(name)) || is_type_of_names(castNode(TypeName, node)))
            return true;
        break;
    case T_RangeVar:
        if (!castNode(RangeVar, node)->schemaname && users_have_relation(castNode(RangeVar, node)->relname))
            return true;
        break;
    case T_RangeTableSample:
        name = bare_name(castNode(RangeTableSample, node)->method);
        if (name && users_have_function_or_type(name))
            return true;
        break;
    case T_CollateClause:
        name = bare_name(castNode(CollateClause, node)->collname);
        if (name && users_have_collation(name))
            return true;
        break;
    case T_ColumnRef:
        return any_names_user_object(castNode(ColumnRef, node)->fields);
    case T_A_Indirection:
        if (any_names_user_object(castNode(A_Indirection, node)->indirection))
            return true;
        break;
    case T_A_Const: {
        auto constant = castNode(A_Const, node);
        return !constant->isnull && IsA(&constant->val.node, String) &&
               string_names_user_object(strVal(&constant->val.node));
    }
    case T_SQLValueFunction:
        return castNode(SQLValueFunction, node)->op == SVFOP_CURRENT_SCHEMA;
    default:
        break;
    }
    return raw_expression_tree_walker(node, PGF_WALKER(names_user_object), context);
}

bool calls_function_of_names(Oid function, void *)
{
    SyscacheRow<FormData_pg_proc> row(PROCOID, ObjectIdGetDatum(function));
    return row && is_function_of_names(*row);
}

bool looks_names_up(Node *node, void *context)
{
    if (!node)
        return false;
    if (IsA(node, Query))
        return query_tree_walker(castNode(Query, node), PGF_WALKER(looks_names_up), context, 0);
    return check_functions_in_node(node, calls_function_of_names, context) ||
           expression_tree_walker(node, PGF_WALKER(looks_names_up), context);
}

} // namespace

bool takes_or_gives_names(const FormData_pg_proc &function)
{
    for (int i = 0; i < function.proargtypes.dim1; ++i)
        if (is_type_of_names(function.proargtypes.values[i]))
            return true;
    return is_type_of_names(function.prorettype);
}

// The server inlines a single SELECT only (inline_function() and inline_set_returning_function() of clauses.c).
bool is_inlined_as_it_is(const char *body)
{
    const List *statements = raw_parser(body, RAW_PARSE_DEFAULT);
    if (list_length(statements) != 1)
        return false;
    Node *statement = linitial_node(RawStmt, statements)->stmt;
    return IsA(statement, SelectStmt) && !names_user_object(statement, nullptr);
}

// Functions that it calls are asked for themselves.
bool looks_names_up(const char *tree)
{
    return looks_names_up(static_cast<Node *>(stringToNode(tree)), nullptr);
}

} // namespace pg_follower::apply
