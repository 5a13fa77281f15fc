// Tells what the text of a function in SQL names without a schema, from its parse tree.
//
// It depends on the search path where such a name could mean an object of a user. So each such name is looked for in
// all schemas but the server's own. That finds too much rather than too little: an alias may have the name of
// somebody's table. What is found too much costs speed only: the function is called, where it could have been inlined.
//
// A name may also be a value that the text does not show: types as regclass, and functions that take such types or the
// text of names and queries, look names up while they run, or write them as the path demands.
#include "apply/execute/function_body.hpp"

#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/referenced_catalog.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
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

// Notes the objects of that name in schemas other than the server's own. `cache` is a system cache of `catalog` whose
// first key is the name.
template <typename Form> void note_objects(List **objects, Oid catalog, int cache, Oid Form::*schema, const char *name)
{
    NameData key;
    namestrcpy(&key, name);
    CatCList *list = SearchSysCacheList1(cache, NameGetDatum(&key));
    for (int i = 0; i < list->n_members; ++i) {
        auto form = reinterpret_cast<Form *>(GETSTRUCT(&list->members[i]->tuple));
        if (form->*schema == PG_CATALOG_NAMESPACE)
            continue;
        auto object = allocate<NamedObject>();
        *object = {catalog, form->oid, form->*schema};
        *objects = lappend(*objects, object);
    }
    ReleaseSysCacheList(list);
}

void note_operator(List **objects, const char *name)
{
    note_objects(objects, OperatorRelationId, OPERNAMENSP, &FormData_pg_operator::oprnamespace, name);
}

void note_collation(List **objects, const char *name)
{
    note_objects(objects, CollationRelationId, COLLNAMEENCNSP, &FormData_pg_collation::collnamespace, name);
}

// A table has a type of its name. A name may stand for a function where it looks like a column's: t.f is f(t).
void note_function_or_type(List **objects, const char *name)
{
    note_objects(objects, ProcedureRelationId, PROCNAMEARGSNSP, &FormData_pg_proc::pronamespace, name);
    note_objects(objects, TypeRelationId, TYPENAMENSP, &FormData_pg_type::typnamespace, name);
}

// Relations that are no tables have no type of their name: indexes, and sequences from version 14 on.
void note_relation(List **objects, const char *name)
{
    note_objects(objects, RelationRelationId, RELNAMENSP, &FormData_pg_class::relnamespace, name);
}

// What a string may name, as that of nextval('s') or to_tsvector('c', t) does: one of its words, as it is or in lower
// case.
void note_words(List **objects, const char *string)
{
    if (strlen(string) < NAMEDATALEN)
        note_operator(objects, string);
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
                                 static_cast<const char *>(downcase_truncate_identifier(word, length, false))}) {
            note_function_or_type(objects, name);
            note_relation(objects, name);
            note_collation(objects, name);
            note_objects(objects, TSConfigRelationId, TSCONFIGNAMENSP, &FormData_pg_ts_config::cfgnamespace, name);
            note_objects(objects, TSDictionaryRelationId, TSDICTNAMENSP, &FormData_pg_ts_dict::dictnamespace, name);
        }
        word = end;
    }
}

// Whether reading the string as a value of a type may run code of the type's parts, which may be domains with checks. A
// row begins with a parenthesis, an array or a multirange with a brace, and their parts are read before the end is
// seen. A range that begins with a bracket needs a comma and the right end before its bounds are read, and an array
// that does an equals sign; most strings that begin so are regular expressions.
bool may_have_parts(const char *string)
{
    // More than what any of them takes for a space.
    auto is_space = [](char c) { return IS_HIGHBIT_SET(c) || c <= ' '; };
    while (*string && is_space(*string))
        ++string;
    if (*string != '[')
        return *string == '(' || *string == '{';
    const char *last = string + strlen(string) - 1;
    while (is_space(*last))
        --last;
    return strchr(string, '=') || (strchr(string, ',') && (*last == ')' || *last == ']'));
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
    return begins_with(function, "pg_get_") || begins_with(function, "pg_input_") || begins_with(function, "has_") ||
           strstr(function, "_is_visible") || strstr(function, "_to_xml");
}

// One that is immutable leaves it to whoever makes its arguments to look names up.
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

// The list for a name as the parser gives it, with its schema or without.
List **list_for(BodyNames *names, const List *parts)
{
    return list_length(parts) == 1 ? &names->objects : &names->qualified;
}

void note_functions_or_types(BodyNames *names, const List *parts)
{
    for (Node *part : each<Node>(parts))
        if (IsA(part, String))
            note_function_or_type(&names->objects, strVal(part));
}

void note_type(BodyNames *names, const TypeName *type)
{
    if (type->names != NIL)
        note_function_or_type(list_for(names, type->names), strVal(llast(type->names)));
    if (is_type_of_names(type))
        names->while_running = true;
}

void note_operator_of(BodyNames *names, const List *parts)
{
    if (parts != NIL)
        note_operator(list_for(names, parts), strVal(llast(parts)));
}

bool note_names(Node *node, void *context)
{
    if (!node)
        return false;
    auto names = static_cast<BodyNames *>(context);
    switch (nodeTag(node)) {
    case T_FuncCall: {
        const List *parts = castNode(FuncCall, node)->funcname;
        if (any_function_of_names(strVal(llast(parts))))
            names->while_running = true;
        note_function_or_type(list_for(names, parts), strVal(llast(parts)));
        break;
    }
    case T_A_Expr: {
        auto expression = castNode(A_Expr, node);
        // BETWEEN stands for comparisons.
        if (expression->kind >= AEXPR_BETWEEN && expression->kind <= AEXPR_NOT_BETWEEN_SYM)
            for (const char *comparison : {"<", ">", "<=", ">="})
                note_operator(&names->objects, comparison);
        note_operator_of(names, expression->name);
        break;
    }
    case T_SubLink:
        if (castNode(SubLink, node)->operName == NIL)
            note_operator(&names->objects, "=");
        note_operator_of(names, castNode(SubLink, node)->operName);
        break;
    case T_SortBy:
        note_operator_of(names, castNode(SortBy, node)->useOp);
        break;
    case T_CaseExpr:
        if (castNode(CaseExpr, node)->arg)
            note_operator(&names->objects, "=");
        break;
    case T_JoinExpr:
        if (castNode(JoinExpr, node)->isNatural || castNode(JoinExpr, node)->usingClause)
            note_operator(&names->objects, "=");
        break;
    case T_TypeCast:
        note_type(names, castNode(TypeCast, node)->typeName);
        return note_names(castNode(TypeCast, node)->arg, context);
    case T_TypeName:
        note_type(names, castNode(TypeName, node));
        names->has_other_types = true;
        break;
    case T_RangeVar:
        note_relation(castNode(RangeVar, node)->schemaname ? &names->qualified : &names->objects,
                      castNode(RangeVar, node)->relname);
        break;
    case T_RangeTableSample: {
        const List *parts = castNode(RangeTableSample, node)->method;
        note_function_or_type(list_for(names, parts), strVal(llast(parts)));
        break;
    }
    case T_CollateClause: {
        const List *parts = castNode(CollateClause, node)->collname;
        note_collation(list_for(names, parts), strVal(llast(parts)));
        break;
    }
    case T_ColumnRef:
        note_functions_or_types(names, castNode(ColumnRef, node)->fields);
        return false;
    case T_A_Indirection:
        note_functions_or_types(names, castNode(A_Indirection, node)->indirection);
        break;
    case T_A_Const: {
        auto constant = castNode(A_Const, node);
        if (constant->isnull || !IsA(&constant->val.node, String))
            return false;
        note_words(&names->objects, strVal(&constant->val.node));
        names->has_values_with_parts |= may_have_parts(strVal(&constant->val.node));
        return false;
    }
    case T_SQLValueFunction:
        if (castNode(SQLValueFunction, node)->op == SVFOP_CURRENT_SCHEMA)
            names->while_running = true;
        break;
    default:
        break;
    }
    return raw_expression_tree_walker(node, PGF_WALKER(note_names), context);
}

bool calls_function_of_names(Oid function, void *)
{
    return apply::is_function_of_names(function);
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

bool is_function_of_names(Oid function)
{
    SyscacheRow<FormData_pg_proc> row(PROCOID, ObjectIdGetDatum(function));
    return row && is_function_of_names(*row);
}

// The server inlines a single SELECT only (inline_function() and inline_set_returning_function() of clauses.c).
BodyNames names_of_body(const char *body)
{
    BodyNames names = {};
    const List *statements = raw_parser(body, RAW_PARSE_DEFAULT);
    if (list_length(statements) != 1)
        return names;
    Node *statement = linitial_node(RawStmt, statements)->stmt;
    names.is_select = IsA(statement, SelectStmt) && !castNode(SelectStmt, statement)->intoClause;
    if (names.is_select)
        (void)note_names(statement, &names);
    return names;
}

// Functions that it calls are asked for themselves.
bool looks_names_up(const char *tree)
{
    return looks_names_up(static_cast<Node *>(stringToNode(tree)), nullptr);
}

} // namespace pg_follower::apply
