// The list of hooked commands: which statements the utility hook writes, since event triggers do not see them or what
// they do. It stands beside the table of commands (commands.cpp), which is checked against it: a tag that the table
// leaves to the hook has a line here.
#pragma once

#include "deparse/hooked_command.hpp"

namespace pg_follower::deparse {

struct HookedEntry {
    const char *tag; // its line in the table of commands
    NodeTag statement;
    bool (*applies)(Node *statement); // null where every statement of that kind is meant
    const HookedCommand *command;
};

// Conditions.

template <typename Statement> ObjectType object_type(Node *statement, ObjectType Statement::*member)
{
    return reinterpret_cast<Statement *>(statement)->*member;
}

// Whether the statement is about objects of that type: is_about<&RenameStmt::renameType, OBJECT_ROLE>.
template <auto member, ObjectType type> bool is_about(Node *statement)
{
    return object_type(statement, member) == type;
}

bool is_grant_on_database(Node *statement);
bool is_revoke_on_database(Node *statement);
bool is_grant_of_role(Node *statement);
bool is_revoke_of_role(Node *statement);
bool is_set_in_database(Node *statement); // of ALTER ROLE ... SET and RESET
bool is_set_in_all_databases(Node *statement);

inline constexpr HookedEntry hooked_commands[] = {
    {"ALTER DATABASE", T_AlterDatabaseSetStmt, nullptr, &hooked_set_for_database},
    {"ALTER DATABASE", T_AlterOwnerStmt, is_about<&AlterOwnerStmt::objectType, OBJECT_DATABASE>,
     &hooked_database_owner},
    {"ALTER EVENT TRIGGER", T_AlterEventTrigStmt, nullptr, &hooked_alter_event_trigger},
    {"ALTER EVENT TRIGGER", T_AlterOwnerStmt, is_about<&AlterOwnerStmt::objectType, OBJECT_EVENT_TRIGGER>,
     &hooked_event_trigger_owner},
    {"ALTER EVENT TRIGGER", T_RenameStmt, is_about<&RenameStmt::renameType, OBJECT_EVENT_TRIGGER>,
     &hooked_rename_event_trigger},
    {"ALTER ROLE", T_AlterRoleSetStmt, is_set_in_all_databases, &hooked_set_for_role},
    {"ALTER ROLE", T_AlterRoleSetStmt, is_set_in_database, &hooked_set_for_role_in_database},
    {"ALTER ROLE", T_AlterRoleStmt, nullptr, &hooked_alter_role},
    {"ALTER ROLE", T_RenameStmt, is_about<&RenameStmt::renameType, OBJECT_ROLE>, &hooked_rename_role},
    {"ALTER TABLE", T_AlterTableStmt, may_build_indexes, &hooked_index_build}, // or ALTER MATERIALIZED VIEW
    {"CLUSTER", T_ClusterStmt, nullptr, &hooked_cluster},
    {"COMMENT", T_CommentStmt, is_about<&CommentStmt::objtype, OBJECT_DATABASE>, &hooked_comment_on_database},
    {"COMMENT", T_CommentStmt, is_about<&CommentStmt::objtype, OBJECT_EVENT_TRIGGER>, &hooked_comment_on_event_trigger},
    {"COMMENT", T_CommentStmt, is_about<&CommentStmt::objtype, OBJECT_ROLE>, &hooked_comment_on_role},
    {"CREATE EVENT TRIGGER", T_CreateEventTrigStmt, nullptr, &hooked_create_event_trigger},
    {"CREATE ROLE", T_CreateRoleStmt, nullptr, &hooked_create_role},
    {"DROP EVENT TRIGGER", T_DropStmt, is_about<&DropStmt::removeType, OBJECT_EVENT_TRIGGER>,
     &hooked_drop_event_trigger},
    {"DROP ROLE", T_DropRoleStmt, nullptr, &hooked_drop_role},
    {"GRANT", T_GrantStmt, is_grant_on_database, &hooked_grant_on_database},
    {"GRANT ROLE", T_GrantRoleStmt, is_grant_of_role, &hooked_grant_role},
    {"REASSIGN OWNED", T_ReassignOwnedStmt, nullptr, &hooked_reassign_owned},
    {"REFRESH MATERIALIZED VIEW", T_RefreshMatViewStmt, nullptr, &hooked_index_build},
    {"REINDEX", T_ReindexStmt, nullptr, &hooked_reindex},
    {"REVOKE", T_GrantStmt, is_revoke_on_database, &hooked_grant_on_database},
    {"REVOKE ROLE", T_GrantRoleStmt, is_revoke_of_role, &hooked_grant_role},
    {"SECURITY LABEL", T_SecLabelStmt, is_about<&SecLabelStmt::objtype, OBJECT_DATABASE>, &hooked_label_database},
    {"SECURITY LABEL", T_SecLabelStmt, is_about<&SecLabelStmt::objtype, OBJECT_EVENT_TRIGGER>,
     &hooked_label_event_trigger},
    {"SECURITY LABEL", T_SecLabelStmt, is_about<&SecLabelStmt::objtype, OBJECT_ROLE>, &hooked_label_role},
};

// The hooked command that a statement is; null for others. It is cheap, since every utility statement comes here: one
// integer is compared for each line of the list.
const HookedCommand *find_hooked_command(Node *statement);

} // namespace pg_follower::deparse
