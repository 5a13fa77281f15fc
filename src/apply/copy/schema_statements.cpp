// From what pg_dump writes to the statements that make the schema here. See schema_statements.hpp.
//
// A dump is written for one session of psql, and is run here in transactions of many statements, each of which may be
// the first after a restart. So each statement must mean the same by itself: settings that the dump sets between its
// statements go before those that they are for, and each knows the role that it is run as.
//
// Left out is what does not follow either: pg_follower itself, and what may hold passwords, where these do not follow.
#include "apply/copy/schema_statements.hpp"

#include "apply/copy/statements.hpp"
#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"
#include "pg_follower/passwords.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "nodes/parsenodes.h"
#include "parser/parser.h"
}

namespace pg_follower::apply {
namespace {

// The line behind `line`; null where there is none.
const char *next_line(const char *line)
{
    const char *end = line ? strchr(line, '\n') : nullptr;
    return end ? end + 1 : nullptr;
}

bool is_line(const char *line, const char *text)
{
    size_t length = strlen(text);
    return line && strncmp(line, text, length) == 0 && (line[length] == '\n' || line[length] == '\0');
}

const char *line_text(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? pnstrdup(line, end - line) : line;
}

class Builder {
  public:
    explicit Builder(const SchemaFacts &facts) : facts_(facts) {}

    void add(const char *sql);
    void add_all(const char *text, OnFailure on_failure, bool holds_secret);
    List *statements() const { return statements_; }

  private:
    void keep(const char *sql, OnFailure on_failure, bool holds_secret);
    void note_setting(const VariableSetStmt *statement, const char *sql);
    bool is_own(const Node *statement) const;
    bool is_own(const char *schema, const char *name) const;
    bool is_own(ObjectType type, const Node *object) const;
    bool grants_on_own(const GrantStmt *statement) const;
    bool is_of_omitted_subscription(const Node *statement) const;
    const char *version_of(const char *extension) const;

    const SchemaFacts &facts_;
    List *statements_ = NIL;
    List *omitted_subscriptions_ = NIL;
    const char *tablespace_ = nullptr; // the SET statement; null for the database's default
    const char *access_method_ = nullptr;
    const char *role_ = nullptr; // as whom statements are to be run; null for the worker's own
};

void Builder::keep(const char *sql, OnFailure on_failure, bool holds_secret)
{
    SqlWriter text;
    for (const char *setting : {tablespace_, access_method_})
        if (setting)
            text.text(setting).text(";\n");
    text.text(sql);
    auto statement = allocate<CopyStatement>();
    if (on_failure == OnFailure::stop && facts_.keeps_what_is_here)
        on_failure = OnFailure::exists;
    *statement = {0, text.c_str(), role_, on_failure, holds_secret};
    statements_ = lappend(statements_, statement);
}

// Notes a setting that is for the statements behind it. Those of the dump's begin are the worker's, too, when it runs a
// statement (enter_ddl_settings).
void Builder::note_setting(const VariableSetStmt *statement, const char *sql)
{
    bool resets = statement->kind != VAR_SET_VALUE;
    if (strcmp(statement->name, "default_tablespace") == 0)
        tablespace_ = resets || strstr(sql, "''") ? nullptr : sql;
    else if (strcmp(statement->name, "default_table_access_method") == 0)
        access_method_ = resets || strstr(sql, "= heap") ? nullptr : sql;
    else if (strcmp(statement->name, "session_authorization") == 0)
        role_ = resets ? nullptr : pstrdup(strVal(&linitial_node(A_Const, statement->args)->val));
}

bool Builder::is_own(const char *schema, const char *name) const
{
    if (schema && strcmp(schema, internal_schema) == 0)
        return true;
    for (const char *line = facts_.own_members; line && schema; line = next_line(next_line(line)))
        if (is_line(line, schema) && is_line(next_line(line), name))
            return true;
    return false;
}

bool Builder::is_own(ObjectType type, const Node *object) const
{
    const char *name = type == OBJECT_EXTENSION ? extension_name : type == OBJECT_SCHEMA ? internal_schema : nullptr;
    return name && strcmp(strVal(const_cast<Node *>(object)), name) == 0;
}

bool Builder::grants_on_own(const GrantStmt *statement) const
{
    if (statement->targtype != ACL_TARGET_OBJECT || statement->objects == NIL)
        return false;
    auto object = static_cast<const Node *>(linitial(statement->objects));
    if (IsA(object, RangeVar)) {
        auto relation = reinterpret_cast<const RangeVar *>(object);
        return is_own(relation->schemaname, relation->relname);
    }
    if (IsA(object, ObjectWithArgs)) {
        const List *name = reinterpret_cast<const ObjectWithArgs *>(object)->objname;
        return list_length(name) == 2 && is_own(strVal(linitial(name)), strVal(lsecond(name)));
    }
    return statement->objtype == OBJECT_SCHEMA && is_own(OBJECT_SCHEMA, object);
}

// Whether the statement is about pg_follower or what belongs to it.
bool Builder::is_own(const Node *statement) const
{
    switch (nodeTag(statement)) {
    case T_CreateExtensionStmt:
        return strcmp(reinterpret_cast<const CreateExtensionStmt *>(statement)->extname, extension_name) == 0;
    case T_CommentStmt: {
        auto comment = reinterpret_cast<const CommentStmt *>(statement);
        return is_own(comment->objtype, comment->object);
    }
    case T_SecLabelStmt: {
        auto label = reinterpret_cast<const SecLabelStmt *>(statement);
        return is_own(label->objtype, label->object);
    }
    case T_AlterOwnerStmt: {
        auto owner = reinterpret_cast<const AlterOwnerStmt *>(statement);
        return is_own(owner->objectType, owner->object);
    }
    case T_CreateSchemaStmt: {
        const char *name = reinterpret_cast<const CreateSchemaStmt *>(statement)->schemaname;
        return name && strcmp(name, internal_schema) == 0;
    }
    case T_GrantStmt:
        return grants_on_own(reinterpret_cast<const GrantStmt *>(statement));
    default:
        return false;
    }
}

bool Builder::is_of_omitted_subscription(const Node *statement) const
{
    const char *name = nullptr;
    if (IsA(statement, AlterSubscriptionStmt))
        name = reinterpret_cast<const AlterSubscriptionStmt *>(statement)->subname;
    else if (IsA(statement, AlterOwnerStmt) &&
             reinterpret_cast<const AlterOwnerStmt *>(statement)->objectType == OBJECT_SUBSCRIPTION)
        name = strVal(reinterpret_cast<const AlterOwnerStmt *>(statement)->object);
    else if (IsA(statement, CommentStmt) &&
             reinterpret_cast<const CommentStmt *>(statement)->objtype == OBJECT_SUBSCRIPTION)
        name = strVal(reinterpret_cast<const CommentStmt *>(statement)->object);
    else if (IsA(statement, SecLabelStmt) &&
             reinterpret_cast<const SecLabelStmt *>(statement)->objtype == OBJECT_SUBSCRIPTION)
        name = strVal(reinterpret_cast<const SecLabelStmt *>(statement)->object);
    if (name)
        for (char *omitted : each<char>(omitted_subscriptions_))
            if (strcmp(omitted, name) == 0)
                return true;
    return false;
}

const char *Builder::version_of(const char *extension) const
{
    for (const char *line = facts_.extensions; line; line = next_line(next_line(line)))
        if (is_line(line, extension))
            return line_text(next_line(line));
    return nullptr;
}

// Adds a statement of the dump.
void Builder::add(const char *sql)
{
    auto statement = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT))->stmt;
    if (is_own(statement) || is_of_omitted_subscription(statement))
        return;
    switch (nodeTag(statement)) {
    case T_VariableSetStmt:
        note_setting(castNode(VariableSetStmt, statement), sql);
        return;
    case T_SelectStmt: // SELECT set_config('search_path', ...)
        return;
    case T_CreateExtensionStmt: {
        const char *version = version_of(castNode(CreateExtensionStmt, statement)->extname);
        SqlWriter text;
        text.text(sql);
        if (version)
            text.text(" VERSION ").literal(version);
        keep(text.c_str(), OnFailure::stop, false);
        return;
    }
    case T_CreateUserMappingStmt:
        if (facts_.user_mappings)
            keep(sql, OnFailure::stop, true);
        return;
    case T_CreateSubscriptionStmt: {
        auto subscription = castNode(CreateSubscriptionStmt, statement);
        if (!facts_.user_mappings && may_hold_password(subscription->conninfo))
            omitted_subscriptions_ = lappend(omitted_subscriptions_, pstrdup(subscription->subname));
        else
            keep(sql, OnFailure::stop, true);
        return;
    }
    case T_CreateSchemaStmt:
        keep(sql, facts_.keeps_schemas ? OnFailure::exists : OnFailure::stop, false);
        return;
    case T_SecLabelStmt: // the provider may not be loaded here
        keep(sql, OnFailure::note, false);
        return;
    default:
        keep(sql, OnFailure::stop, false);
        return;
    }
}

// Adds all statements of a text as they are.
void Builder::add_all(const char *text, OnFailure on_failure, bool holds_secret)
{
    if (text)
        for (char *sql : each<char>(split_statements(text)))
            keep(sql, on_failure, holds_secret);
}

} // namespace

List *schema_statements(const char *dump, const SchemaFacts &facts)
{
    Builder builder(facts);
    builder.add_all(facts.first, OnFailure::stop, true);
    for (char *sql : each<char>(split_statements(dump)))
        builder.add(sql);
    builder.add_all(facts.detached, OnFailure::stop, false);
    builder.add_all(facts.database, OnFailure::note, false);
    return builder.statements();
}

} // namespace pg_follower::apply
