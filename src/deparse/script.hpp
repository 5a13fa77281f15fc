// What the deparser reads (a command of an event) and writes (a script of statements).
#pragma once

#include <new>

#include "pg_follower/list.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/pg.hpp"
#include "pg_follower/sql_writer.hpp"

extern "C" {
#include "catalog/objectaddress.h"
#include "nodes/parsenodes.h"
#include "tcop/deparse_utility.h"
}

namespace pg_follower::deparse {

struct Event;

// A command as the server collected it, of those that one statement of the user consists of.
struct Command {
    const char *tag;             // its own command tag: "CREATE INDEX" within a CREATE TABLE
    CollectedCommand *collected; // lives as long as the event trigger function runs
    Node *parse_tree;            // collected->parsetree
    ObjectAddress address;       // the object; InvalidOid for GRANT, REVOKE and ALTER DEFAULT PRIVILEGES
    bool creates;                // it makes the object
    bool written_before;         // it was written while the statement was running (written.hpp)
    const Event *event;
};

// All that one statement of the user did.
struct Event {
    Node *parse_tree; // of the whole statement
    Command *commands;
    int count;
    const char *search_path; // of the session that ran it
    bool is_running;         // the statement has not ended: what it drops is not written yet

    // Whether a command of the event created the object (so that its definition from the catalog holds all that the
    // event's other commands did to it).
    bool creates(const ObjectAddress &address) const;
    bool creates_relation(Oid relid) const;
    // Whether the relation's creation is yet to be written.
    bool writes_relation(Oid relid) const;
    // The command that creates the object; null where there is none.
    const Command *creation_of(const ObjectAddress &address) const;
};

// A command that is written by itself, before its statement ends: an event of its own, without a parse tree.
struct LoneCommand {
    LoneCommand(const char *tag, const ObjectAddress &address, bool creates)
    {
        command.tag = tag;
        command.address = address;
        command.creates = creates;
        command.event = &event;
        event.commands = &command;
        event.count = 1;
        event.is_running = true;
    }
    LoneCommand(const LoneCommand &) = delete;
    LoneCommand &operator=(const LoneCommand &) = delete;

    Command command = {};
    Event event = {};
};

// Who runs a statement downstream.
enum class RunAs : char {
    caller,  // who ran the command, or who owns what it created
    applier, // the worker's own role: for drops by CASCADE, whose objects may belong to anybody (they run no user code)
};

// Whether a statement must succeed downstream.
enum class Needed : char {
    yes,
    if_possible, // it may name what only the upstream has (a tablespace, an access method); a failure is recorded
};

// What a statement is about.
enum class Scope : char {
    database,
    cluster, // roles: all databases of the cluster share them
};

// A command whose text is to be written, as messages name it.
struct FollowedCommand {
    const char *tag;
    const char *object; // type and identity; may be empty
    Oid caller;         // who runs it downstream
    Scope scope = Scope::database;
    bool of_extension = false; // it changes what belongs to an extension
};

// A statement that goes to the downstream, without its semicolon.
struct Statement {
    SqlWriter sql;
    RunAs run_as = RunAs::caller;
    Needed needed = Needed::yes;
    // Facts about the statement that the downstream is told, see ddl_message.hpp.
    bool sets_role = false;
    bool holds_secret = false;
    const char *extension = "";
    const char *extension_version = "";
    const char *concurrent_sql = nullptr; // null where the upstream made no index CONCURRENTLY
    int since = 0; // servers older than this version have no use for the statement; 0: there are none
};

// The statements that a command becomes, in order. There are none where the command needs nothing downstream.
class Script {
  public:
    // Begins the next statement.
    SqlWriter &statement(RunAs run_as = RunAs::caller, Needed needed = Needed::yes)
    {
        auto *next = new (allocate<Statement>()) Statement();
        next->run_as = run_as;
        next->needed = needed;
        statements_ = lappend(statements_, next);
        return next->sql;
    }
    // Lets all statements so far fail downstream.
    void make_optional()
    {
        for (Statement *statement : each<Statement>(statements_))
            statement->needed = Needed::if_possible;
    }
    // The statement that was begun last.
    Statement &last() { return *static_cast<Statement *>(llast(statements_)); }
    // Notes that all statements so far make an index that the upstream made CONCURRENTLY. Those without another text
    // for that have the same one.
    void make_concurrent()
    {
        for (Statement *statement : each<Statement>(statements_))
            if (!statement->concurrent_sql)
                statement->concurrent_sql = statement->sql.c_str();
    }
    bool is_empty() const { return statements_ == NIL; }
    // Puts the statements of `other` before those so far.
    void put_first(const Script &other) { statements_ = list_concat_copy(other.statements_, statements_); }
    ListRange<Statement *> statements() const { return each<Statement>(statements_); }

  private:
    List *statements_ = NIL;
};

// Writes a command as SQL. An error means that it cannot follow; its message is the reason that users read.
using DeparseCommand = void (*)(Script &script, const Command &command);

// Raises ERRCODE_FEATURE_NOT_SUPPORTED with `reason`, a clause such as "user mappings hold passwords". The place that
// the error names is that of the call.
[[noreturn]] void cannot_follow(const char *reason, const char *file = __builtin_FILE(), int line = __builtin_LINE(),
                                const char *function = __builtin_FUNCTION());

// The command's own statement, which must be of that kind: statement_of<AlterTypeStmt>(command, T_AlterTypeStmt).
// Another kind cannot follow.
template <typename Statement> Statement *statement_of(const Command &command, NodeTag kind)
{
    if (!command.parse_tree || nodeTag(command.parse_tree) != kind)
        cannot_follow("this form of the command is not written");
    return reinterpret_cast<Statement *>(command.parse_tree);
}

// Whether a statement has an option of that name.
inline bool has_option(const List *options, const char *name)
{
    for (DefElem *option : each<DefElem>(options))
        if (strcmp(option->defname, name) == 0)
            return true;
    return false;
}

} // namespace pg_follower::deparse
