// The subcommands of ALTER TABLE about columns.
#include "deparse/table/alter_table_column.hpp"
#include "deparse/table/alter_table_statement.hpp"
#include "deparse/table/column_parts.hpp"
#include "deparse/table/foreign_options.hpp"
#include "deparse/table/storage_options.hpp"
#include "deparse/text/lexer.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/scope.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

namespace pg_follower::deparse {
namespace {

SqlWriter &alter_column(AlterTable &alter, const char *column)
{
    return alter.next()
        .text(alter.relkind() == RELKIND_COMPOSITE_TYPE ? "ALTER ATTRIBUTE " : "ALTER COLUMN ")
        .name(column)
        .text(' ');
}

// The value that rows older than the column show, as a literal of the column's type; null where there is none. A
// partitioned table has none itself, but its partitions do.
const char *missing_value(Oid relid, const char *column)
{
    for (Oid member : each_oid(find_all_inheritors(relid, NoLock, nullptr))) {
        AttrNumber number = get_attnum(member, column);
        if (number == InvalidAttrNumber)
            continue;
        SyscacheRow<FormData_pg_attribute> attribute(ATTNUM, ObjectIdGetDatum(member), Int16GetDatum(number));
        bool is_null;
        Datum value = attribute.datum(Anum_pg_attribute_attmissingval, is_null);
        if (!attribute->atthasmissing || is_null)
            continue;
        int one = 1;
        Datum element = array_get_element(value, 1, &one, -1, attribute->attlen, attribute->attbyval,
                                          attribute->attalign, &is_null);
        Oid output;
        bool is_varlena;
        getTypeOutputInfo(attribute->atttypid, &output, &is_varlena);
        SqlWriter out;
        out.literal(OidOutputFunctionCall(output, element))
            .text("::")
            .type_name(attribute->atttypid, attribute->atttypmod);
        return out.c_str();
    }
    return nullptr;
}

// Whether the default of an added column gives another value, or none any more, when it is evaluated downstream.
bool default_is_volatile(const AlterTable &alter, Relation relation, AttrNumber column)
{
    if (alter.executes(AT_ColumnDefault, column))
        return true;
    Node *expression = build_column_default(relation, column);
    return expression && contain_mutable_functions(expression);
}

// The sequence of a new identity column. It is the column's only when the command has ended.
Oid new_identity_sequence(const ColumnDef *definition)
{
    return RangeVarGetRelid(definition->identitySequence, NoLock, false);
}

void write_default(SqlWriter &out, const char *column, const char *expression)
{
    out.text("ALTER COLUMN ").name(column);
    if (expression)
        out.text(" SET DEFAULT ").text(expression);
    else // the value was the default of a domain
        out.text(" DROP DEFAULT");
}

const char *default_of(Oid relid, const char *column)
{
    RelationScope table(relid);
    return column_default(table, get_attnum(relid, column));
}

// Whether the descendants of the table have the same default as the table itself.
bool descendants_have_default(const List *tree, Oid relid, const char *column, const char *expression)
{
    for (Oid member : each_oid(tree)) {
        const char *own = member == relid ? expression : default_of(member, column);
        if (own && expression ? strcmp(own, expression) != 0 : own != expression)
            return false;
    }
    return true;
}

// Gives an added column its own default, which older rows did not get. That takes a statement of its own, because a
// DROP DEFAULT in the same one would come before the addition. Descendants that had the column before have kept theirs.
void restore_default(AlterTable &alter, Relation relation, AttrNumber column)
{
    const char *name = NameStr(TupleDescAttr(RelationGetDescr(relation), column - 1)->attname);
    const char *expression = column_default(relation, column);
    List *tree = find_all_inheritors(alter.relid(), NoLock, nullptr);
    if (descendants_have_default(tree, alter.relid(), name, expression)) {
        write_default(alter.separate(Needed::yes), name, expression);
        return;
    }
    for (Oid member : each_oid(tree)) {
        SqlWriter &out = alter.script().statement();
        out.text("ALTER TABLE ONLY ").relation_name(member).text(' ');
        write_default(out, name, default_of(member, name));
    }
}

void write_add_column(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    RelationScope relation(alter.relid());
    AttrNumber column = static_cast<AttrNumber>(subcommand.address.objectSubId);
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), column - 1);
    const char *name = NameStr(attribute->attname);
    bool composite = alter.relkind() == RELKIND_COMPOSITE_TYPE;

    SqlWriter &out = alter.next();
    out.text(composite ? "ADD ATTRIBUTE " : "ADD COLUMN ");
    out.name(name).text(' ').type_name(attribute->atttypid, attribute->atttypmod);

    if (composite) {
        write_column_properties(out, relation, column);
        out.text(subcommand.command->behavior == DROP_CASCADE ? " CASCADE" : "");
        return;
    }
    auto *definition = castNode(ColumnDef, subcommand.command->def);
    if (attribute->attidentity) {
        // Given by the definition, or by another subcommand.
        SqlWriter identity;
        if (definition->identitySequence)
            write_identity(identity, relation, column, new_identity_sequence(definition));
        write_column_properties(out, relation, column, identity.c_str());
        return;
    }

    // Rows that the table has already get the value that they got upstream; the default itself is set behind.
    const char *value = !attribute->attgenerated && default_is_volatile(alter, relation, column)
                            ? missing_value(alter.relid(), name)
                            : nullptr;
    // Where another subcommand sets the default, rows without a value show that the addition had none. (In a rewrite
    // the table is empty, and its descendants may have rows that must not get null.)
    bool had_none = !value && alter.executes(AT_ColumnDefault, column) && !alter.command().event->is_running;
    write_column_properties(out, relation, column,
                            value      ? psprintf(" DEFAULT %s", value)
                            : had_none ? " DEFAULT NULL"
                                       : nullptr);
    if (value && !alter.executes(AT_ColumnDefault, column))
        restore_default(alter, relation, column);
    if (attribute->attstorage != get_typstorage(attribute->atttypid) && !alter.executes(AT_SetStorage, column))
        alter_column(alter, name).text("SET STORAGE ").text(storage_name(attribute->attstorage));
}

// A copy of the expression with parameters in place of dropped columns: $3 for the third column of the `argument`, a
// relation. The server has one and the same name for all columns that are dropped.
Node *replace_dropped_columns(Node *node, void *argument)
{
    if (!node || !IsA(node, Var))
        return expression_tree_mutator(node, PGF_MUTATOR(replace_dropped_columns), argument);
    auto *var = castNode(Var, node);
    TupleDesc columns = RelationGetDescr(static_cast<Relation>(argument));
    if (var->varattno <= 0 || !TupleDescAttr(columns, var->varattno - 1)->attisdropped)
        return static_cast<Node *>(copyObjectImpl(var));
    auto *parameter = makeNode(Param);
    parameter->paramkind = PARAM_EXTERN;
    parameter->paramid = var->varattno;
    parameter->paramtype = var->vartype;
    parameter->paramtypmod = var->vartypmod;
    parameter->paramcollid = var->varcollid;
    return reinterpret_cast<Node *>(parameter);
}

// The name of a column that the same command drops.
const char *dropped_name(const AlterTable &alter, int column)
{
    for (const Subcommand &subcommand : alter.subcommands())
        if (subcommand.type == AT_DropColumn && subcommand.address.objectId == alter.relid() &&
            subcommand.address.objectSubId == column)
            return subcommand.command->name;
    elog(ERROR, "name of dropped column %d is not known", column);
    return nullptr;
}

// A USING expression. It may refer to columns that the same command drops; it has no parameters of its own.
void write_using(SqlWriter &out, const AlterTable &alter, Relation relation, Node *expression)
{
    List *context = deparse_context_for(RelationGetRelationName(relation), alter.relid());
    Tokens tokens(deparse_expression(replace_dropped_columns(expression, relation), context, false, false));
    write_tokens(
        out, tokens, 0, tokens.count(), [&](int i) { return tokens[i].kind == TokenKind::parameter; },
        [&](int i) {
            out.name(dropped_name(alter, atoi(tokens[i].begin + 1)));
            return i + 1;
        });
}

void write_column_type(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    AttrNumber column = static_cast<AttrNumber>(subcommand.address.objectSubId);
    RelationScope relation(alter.relid());
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), column - 1);
    auto *definition = castNode(ColumnDef, subcommand.command->def);

    SqlWriter &out = alter_column(alter, NameStr(attribute->attname));
    out.text("SET DATA TYPE ").type_name(attribute->atttypid, attribute->atttypmod);
    write_column_collation(out, *attribute);
    if (definition->cooked_default)
        write_using(out.text(" USING "), alter, relation, definition->cooked_default);
    if (alter.relkind() == RELKIND_COMPOSITE_TYPE && subcommand.command->behavior == DROP_CASCADE)
        out.text(" CASCADE");
}

void write_column_default(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    RelationScope relation(alter.relid());
    SqlWriter &out = alter_column(alter, subcommand.command->name);
    const char *expression = subcommand.command->def
                                 ? column_default(relation, static_cast<AttrNumber>(subcommand.address.objectSubId))
                                 : nullptr;
    if (expression)
        out.text("SET DEFAULT ").text(expression);
    else
        out.text("DROP DEFAULT");
}

void write_add_identity(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    RelationScope relation(alter.relid());
    AttrNumber column = static_cast<AttrNumber>(subcommand.address.objectSubId);
    write_identity(alter_column(alter, subcommand.command->name).text("ADD"), relation, column,
                   new_identity_sequence(castNode(ColumnDef, subcommand.command->def)));
}

// Changes of the sequence's options are ALTER SEQUENCE commands of their own.
void write_set_identity(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    for (DefElem *option : each<DefElem>(reinterpret_cast<List *>(subcommand.command->def)))
        if (strcmp(option->defname, "generated") == 0)
            alter_column(alter, subcommand.command->name)
                .text("SET GENERATED ")
                .text(defGetInt32(option) == ATTRIBUTE_IDENTITY_ALWAYS ? "ALWAYS" : "BY DEFAULT");
}

void write_statistics(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    const AlterTableCmd *command = subcommand.command;
    SqlWriter &out = alter.next();
    out.text("ALTER COLUMN ");
    if (command->name)
        out.name(command->name);
    else
        out.number(command->num);
    // From 17 on, DEFAULT is no value.
    out.text(" SET STATISTICS ").number(command->def ? intVal(command->def) : -1);
}

void write_drop_column(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    const AlterTableCmd *command = subcommand.command;
    SqlWriter &out = alter.next();
    out.text(alter.relkind() == RELKIND_COMPOSITE_TYPE ? "DROP ATTRIBUTE " : "DROP COLUMN ");
    if (command->missing_ok)
        out.text("IF EXISTS ");
    out.name(command->name);
    // What a CASCADE took besides the column was dropped by statements of its own, but a composite type's typed
    // tables lose the column only so.
    if (command->behavior == DROP_CASCADE &&
        (alter.relkind() == RELKIND_COMPOSITE_TYPE || alter.command().event->is_running))
        out.text(" CASCADE");
}

void write_set_expression(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    RelationScope relation(alter.relid());
    alter_column(alter, subcommand.command->name)
        .text("SET EXPRESSION AS (")
        .text(column_default(relation, static_cast<AttrNumber>(subcommand.address.objectSubId)))
        .text(')');
}

// A primary key sets its columns NOT NULL by itself.
void write_set_not_null(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    if (alter.user_wrote(AT_SetNotNull, subcommand.command->name))
        alter_column(alter, subcommand.command->name).text("SET NOT NULL");
}

void write_keywords(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    alter_column(alter, subcommand.command->name).text(keywords);
}

// SET STORAGE or SET COMPRESSION, with the word that the user gave.
void write_word(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    alter_column(alter, subcommand.command->name).text(keywords).text(' ').text(strVal(subcommand.command->def));
}

// From version 16 on there is the word DEFAULT. What it means is a word that all versions know.
void write_storage(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    if (pg_strcasecmp(strVal(subcommand.command->def), "default") != 0) {
        write_word(alter, subcommand, keywords);
        return;
    }
    RelationScope relation(alter.relid());
    Form_pg_attribute attribute =
        TupleDescAttr(RelationGetDescr(relation), get_attnum(alter.relid(), subcommand.command->name) - 1);
    alter_column(alter, subcommand.command->name).text(keywords).text(' ').text(storage_name(attribute->attstorage));
}

// SET (...), RESET (...).
void write_option_list(AlterTable &alter, const Subcommand &subcommand, const char *keywords)
{
    SqlWriter &out = alter_column(alter, subcommand.command->name).text(keywords).text(" (");
    write_given_options(out, reinterpret_cast<List *>(subcommand.command->def));
    out.text(')');
}

void write_option_changes(AlterTable &alter, const Subcommand &subcommand, const char *)
{
    write_foreign_option_changes(alter_column(alter, subcommand.command->name),
                                 reinterpret_cast<List *>(subcommand.command->def));
}

constexpr SubcommandForm forms[] = {
    {AT_AddColumn, "", write_add_column, WriteIf::own},
    {AT_DropColumn, "", write_drop_column, WriteIf::own},
    {AT_AlterColumnType, "", write_column_type, WriteIf::own},
    {AT_ColumnDefault, "", write_column_default, WriteIf::own},
    {AT_AddIdentity, "", write_add_identity, WriteIf::own},
    {AT_SetIdentity, "", write_set_identity, WriteIf::own},
    {AT_DropIdentity, "DROP IDENTITY", write_keywords, WriteIf::own},
    {set_expression_subcommand, "", write_set_expression, WriteIf::own},
    {AT_DropExpression, "DROP EXPRESSION", write_keywords, WriteIf::own},
    {AT_SetNotNull, "", write_set_not_null, WriteIf::not_other},
    // Even where the relation's column has no NOT NULL to drop, its children's may have.
    {AT_DropNotNull, "DROP NOT NULL", write_keywords, WriteIf::not_other},
    {AT_SetStatistics, "", write_statistics, WriteIf::own},
    {AT_SetStorage, "SET STORAGE", write_storage, WriteIf::own},
    {AT_SetCompression, "SET COMPRESSION", write_word, WriteIf::own},
    {AT_SetOptions, "SET", write_option_list, WriteIf::own},
    {AT_ResetOptions, "RESET", write_option_list, WriteIf::own},
    {AT_AlterColumnGenericOptions, "", write_option_changes, WriteIf::own},
    {AT_AddColumnToView, "", nullptr},        // part of CREATE OR REPLACE VIEW
    {AT_CookedColumnDefault, "", nullptr},    // part of CREATE TABLE
    {check_not_null_subcommand, "", nullptr}, // the server made it up, to check what descendants inherit
};

} // namespace

bool write_column_subcommand(AlterTable &alter, const Subcommand &subcommand)
{
    return write_by_form(forms, alter, subcommand);
}

} // namespace pg_follower::deparse
