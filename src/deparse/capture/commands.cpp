// The table of commands: a line for each command tag that event triggers can see, and for what only a hook sees, sorted
// by tag.
//
// Promises: every such tag of the server's own list (tcop/cmdtaglist.h) has its line, and what a line leaves to the
// hook is in the list of hooked commands, or this file does not compile. Lines of tags that only other server versions
// have are allowed.
#include <iterator>

#include "deparse/capture/commands.hpp"
#include "deparse/capture/hooked_commands.hpp"
#include "deparse/objects.hpp"

namespace pg_follower::deparse {
namespace {

constexpr CommandEntry text(const char *tag, DeparseCommand deparse)
{
    return {tag, Follows::by_text, deparse, "", false};
}

constexpr CommandEntry creates(const char *tag, DeparseCommand deparse)
{
    return {tag, Follows::by_text, deparse, "", true};
}

constexpr CommandEntry drops(const char *tag)
{
    return {tag, Follows::by_drops, nullptr, "", false};
}

// None of today's, but a new version of the server may bring one.
[[maybe_unused]] constexpr CommandEntry no(const char *tag, const char *reason)
{
    return {tag, Follows::no, nullptr, reason, false};
}

[[noreturn]] void unknown_form(Script &, const Command &)
{
    cannot_follow("the command is of an unknown form");
}

// A tag whose commands are all written by what they are, whatever the tag: as an ALTER TABLE, or by a verb.
constexpr CommandEntry verb(const char *tag)
{
    return {tag, Follows::by_text, unknown_form, "", false};
}

constexpr CommandEntry none(const char *tag, const char *reason)
{
    return {tag, Follows::not_needed, nullptr, reason, false};
}

constexpr CommandEntry hooked(const char *tag, const char *limit = "")
{
    return {tag, Follows::by_hook, nullptr, limit, false};
}

constexpr const char *role_setting = "as pg_follower.roles says";
constexpr const char *not_of_database = "it is not about the followed database";
constexpr const char *no_statement = "PostgreSQL knows the tag, but has no such statement";

constexpr CommandEntry commands[] = {
    none("ALTER ACCESS METHOD", no_statement),
    verb("ALTER AGGREGATE"),
    none("ALTER CAST", no_statement),
    text("ALTER COLLATION", deparse_alter_collation),
    none("ALTER CONSTRAINT", no_statement),
    verb("ALTER CONVERSION"),
    hooked("ALTER DATABASE", "SET, RESET and OWNER TO of the followed database"),
    text("ALTER DEFAULT PRIVILEGES", deparse_default_privileges),
    text("ALTER DOMAIN", deparse_alter_domain),
    hooked("ALTER EVENT TRIGGER"),
    text("ALTER EXTENSION", deparse_alter_extension),
    text("ALTER FOREIGN DATA WRAPPER", deparse_alter_foreign_data_wrapper),
    verb("ALTER FOREIGN TABLE"),
    text("ALTER FUNCTION", deparse_alter_function),
    verb("ALTER INDEX"),
    verb("ALTER LANGUAGE"),
    none("ALTER LARGE OBJECT", "large objects are read from time to time, with their owners"),
    verb("ALTER MATERIALIZED VIEW"),
    text("ALTER OPERATOR", deparse_alter_operator),
    verb("ALTER OPERATOR CLASS"),
    text("ALTER OPERATOR FAMILY", deparse_alter_operator_family),
    text("ALTER POLICY", deparse_alter_policy),
    text("ALTER PROCEDURE", deparse_alter_function),
    text("ALTER PUBLICATION", deparse_alter_publication),
    hooked("ALTER ROLE", role_setting),
    text("ALTER ROUTINE", deparse_alter_function),
    verb("ALTER RULE"),
    verb("ALTER SCHEMA"),
    text("ALTER SEQUENCE", deparse_alter_sequence),
    text("ALTER SERVER", deparse_alter_server),
    text("ALTER STATISTICS", deparse_alter_statistics),
    text("ALTER SUBSCRIPTION", deparse_alter_subscription),
    none("ALTER SYSTEM", not_of_database),
    verb("ALTER TABLE"),
    none("ALTER TABLESPACE", not_of_database),
    text("ALTER TEXT SEARCH CONFIGURATION", deparse_alter_text_search_configuration),
    text("ALTER TEXT SEARCH DICTIONARY", deparse_alter_text_search_dictionary),
    verb("ALTER TEXT SEARCH PARSER"),
    verb("ALTER TEXT SEARCH TEMPLATE"),
    none("ALTER TRANSFORM", no_statement),
    verb("ALTER TRIGGER"),
    text("ALTER TYPE", deparse_alter_type),
    text("ALTER USER MAPPING", deparse_alter_user_mapping),
    verb("ALTER VIEW"),
    hooked("CLUSTER", "as the mark of its index"),
    text("COMMENT", deparse_comment),
    creates("CREATE ACCESS METHOD", deparse_create_access_method),
    creates("CREATE AGGREGATE", deparse_create_aggregate),
    creates("CREATE CAST", deparse_create_cast),
    creates("CREATE COLLATION", deparse_create_collation),
    none("CREATE CONSTRAINT", no_statement),
    creates("CREATE CONVERSION", deparse_create_conversion),
    none("CREATE DATABASE", not_of_database),
    creates("CREATE DOMAIN", deparse_create_domain),
    hooked("CREATE EVENT TRIGGER"),
    creates("CREATE EXTENSION", deparse_create_extension),
    creates("CREATE FOREIGN DATA WRAPPER", deparse_create_foreign_data_wrapper),
    creates("CREATE FOREIGN TABLE", deparse_create_table),
    creates("CREATE FUNCTION", deparse_create_function),
    creates("CREATE INDEX", deparse_create_index),
    creates("CREATE LANGUAGE", deparse_create_language),
    creates("CREATE MATERIALIZED VIEW", deparse_create_materialized_view),
    creates("CREATE OPERATOR", deparse_create_operator),
    creates("CREATE OPERATOR CLASS", deparse_create_operator_class),
    creates("CREATE OPERATOR FAMILY", deparse_create_operator_family),
    creates("CREATE POLICY", deparse_create_policy),
    creates("CREATE PROCEDURE", deparse_create_function),
    creates("CREATE PUBLICATION", deparse_create_publication),
    hooked("CREATE ROLE", role_setting),
    none("CREATE ROUTINE", no_statement),
    creates("CREATE RULE", deparse_create_rule),
    creates("CREATE SCHEMA", deparse_create_schema),
    creates("CREATE SEQUENCE", deparse_create_sequence),
    creates("CREATE SERVER", deparse_create_server),
    creates("CREATE STATISTICS", deparse_create_statistics),
    creates("CREATE SUBSCRIPTION", deparse_create_subscription),
    creates("CREATE TABLE", deparse_create_table),
    creates("CREATE TABLE AS", deparse_create_table_as),
    none("CREATE TABLESPACE", not_of_database),
    creates("CREATE TEXT SEARCH CONFIGURATION", deparse_create_text_search_configuration),
    creates("CREATE TEXT SEARCH DICTIONARY", deparse_create_text_search_dictionary),
    creates("CREATE TEXT SEARCH PARSER", deparse_create_text_search_parser),
    creates("CREATE TEXT SEARCH TEMPLATE", deparse_create_text_search_template),
    creates("CREATE TRANSFORM", deparse_create_transform),
    creates("CREATE TRIGGER", deparse_create_trigger),
    creates("CREATE TYPE", deparse_create_type),
    creates("CREATE USER MAPPING", deparse_create_user_mapping),
    creates("CREATE VIEW", deparse_create_view),
    drops("DROP ACCESS METHOD"),
    drops("DROP AGGREGATE"),
    drops("DROP CAST"),
    drops("DROP COLLATION"),
    drops("DROP CONSTRAINT"),
    drops("DROP CONVERSION"),
    none("DROP DATABASE", not_of_database),
    drops("DROP DOMAIN"),
    hooked("DROP EVENT TRIGGER"),
    drops("DROP EXTENSION"),
    drops("DROP FOREIGN DATA WRAPPER"),
    drops("DROP FOREIGN TABLE"),
    drops("DROP FUNCTION"),
    drops("DROP INDEX"),
    drops("DROP LANGUAGE"),
    drops("DROP MATERIALIZED VIEW"),
    drops("DROP OPERATOR"),
    drops("DROP OPERATOR CLASS"),
    drops("DROP OPERATOR FAMILY"),
    drops("DROP OWNED"),
    drops("DROP POLICY"),
    drops("DROP PROCEDURE"),
    drops("DROP PUBLICATION"),
    hooked("DROP ROLE", role_setting),
    drops("DROP ROUTINE"),
    drops("DROP RULE"),
    drops("DROP SCHEMA"),
    drops("DROP SEQUENCE"),
    drops("DROP SERVER"),
    drops("DROP STATISTICS"),
    drops("DROP SUBSCRIPTION"),
    drops("DROP TABLE"),
    none("DROP TABLESPACE", not_of_database),
    drops("DROP TEXT SEARCH CONFIGURATION"),
    drops("DROP TEXT SEARCH DICTIONARY"),
    drops("DROP TEXT SEARCH PARSER"),
    drops("DROP TEXT SEARCH TEMPLATE"),
    drops("DROP TRANSFORM"),
    drops("DROP TRIGGER"),
    drops("DROP TYPE"),
    drops("DROP USER MAPPING"),
    drops("DROP VIEW"),
    text("GRANT", deparse_grant),
    hooked("GRANT ROLE", role_setting),
    none("IMPORT FOREIGN SCHEMA", "each foreign table that it creates is a CREATE FOREIGN TABLE"),
    hooked("REASSIGN OWNED"),
    text("REFRESH MATERIALIZED VIEW", deparse_refresh_materialized_view),
    hooked("REINDEX", "as the index that it makes valid"),
    text("REVOKE", deparse_grant),
    hooked("REVOKE ROLE", role_setting),
    text("SECURITY LABEL", deparse_security_label),
    creates("SELECT INTO", deparse_create_table_as),
};

constexpr int compare(const char *left, const char *right)
{
    while (*left && *left == *right)
        ++left, ++right;
    return static_cast<int>(static_cast<unsigned char>(*left)) - static_cast<int>(static_cast<unsigned char>(*right));
}

constexpr const CommandEntry *find(const char *tag)
{
    size_t low = 0, high = std::size(commands);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(tag, commands[middle].tag);
        if (order == 0)
            return &commands[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return nullptr;
}

constexpr bool sorted()
{
    for (size_t i = 1; i < std::size(commands); ++i)
        if (compare(commands[i - 1].tag, commands[i].tag) >= 0)
            return false;
    return true;
}

static_assert(sorted(), "the table of commands is sorted by tag");

// LOGIN (from version 17 on) is an event of its own, and no command.
constexpr bool needs_line(const char *tag, bool seen_by_event_triggers)
{
    return seen_by_event_triggers && compare(tag, "LOGIN") != 0;
}

constexpr bool is_in_hooked_list(const char *tag)
{
    for (const HookedEntry &entry : hooked_commands)
        if (compare(entry.tag, tag) == 0)
            return true;
    return false;
}

// Whether the hooked list has what the tag's line leaves to the hook, and no more: it may add to a line whose commands
// are written as text, but not to one that says that a command does not follow.
constexpr bool agrees_with_hooked_list(const char *tag)
{
    const CommandEntry *entry = find(tag);
    if (is_in_hooked_list(tag))
        return entry && (entry->follows == Follows::by_hook || entry->follows == Follows::by_text);
    return !entry || entry->follows != Follows::by_hook;
}

constexpr bool hooked_list_has_lines()
{
    for (const HookedEntry &entry : hooked_commands)
        if (!find(entry.tag))
            return false;
    return true;
}

static_assert(hooked_list_has_lines(), "every tag in the list of hooked commands has a line in the table of commands");

// The server's own list. A failure names the tag.
#define PG_CMDTAG(symbol, tag, event_trigger_ok, table_rewrite_ok, row_count)                                          \
    static_assert(!needs_line(tag, event_trigger_ok) || find(tag), "the table of commands lacks a line: " tag);        \
    static_assert(agrees_with_hooked_list(tag), "the tables of commands and hooked commands disagree about: " tag);
#include "tcop/cmdtaglist.h"
#undef PG_CMDTAG

// A verb that all classes of objects share, known by its parse tree.
struct VerbEntry {
    NodeTag statement;
    DeparseCommand deparse;
};

constexpr VerbEntry verbs[] = {
    {T_RenameStmt, deparse_rename},
    {T_AlterOwnerStmt, deparse_owner},
    {T_AlterObjectSchemaStmt, deparse_set_schema},
    {T_AlterObjectDependsStmt, deparse_depends},
};

} // namespace

const CommandEntry *find_command(const char *tag)
{
    return find(tag);
}

DeparseCommand find_verb(const Node *parse_tree)
{
    if (!parse_tree)
        return nullptr;
    for (const VerbEntry &verb : verbs)
        if (nodeTag(parse_tree) == verb.statement)
            return verb.deparse;
    return nullptr;
}

CommandTable all_commands()
{
    return {std::begin(commands), std::end(commands)};
}

} // namespace pg_follower::deparse
