// The functions that write commands, by the files that they stand in. Most are lines in the table of commands
// (capture/commands.cpp); verbs that all classes of objects share are in the table below it.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// object/aggregate.cpp
void deparse_create_aggregate(Script &script, const Command &command);

// object/cast.cpp
void deparse_create_cast(Script &script, const Command &command);
void deparse_create_transform(Script &script, const Command &command);

// object/collation.cpp
void deparse_create_collation(Script &script, const Command &command);
void deparse_alter_collation(Script &script, const Command &command);
void deparse_create_conversion(Script &script, const Command &command);

// object/domain.cpp
void deparse_create_domain(Script &script, const Command &command);
void deparse_alter_domain(Script &script, const Command &command);

// object/extension.cpp
void deparse_create_extension(Script &script, const Command &command);
void deparse_alter_extension(Script &script, const Command &command);

// object/foreign.cpp
void deparse_create_foreign_data_wrapper(Script &script, const Command &command);
void deparse_alter_foreign_data_wrapper(Script &script, const Command &command);
void deparse_create_server(Script &script, const Command &command);
void deparse_alter_server(Script &script, const Command &command);
void deparse_create_user_mapping(Script &script, const Command &command);
void deparse_alter_user_mapping(Script &script, const Command &command);

// object/function.cpp
void deparse_create_function(Script &script, const Command &command); // procedures, too
void deparse_alter_function(Script &script, const Command &command);

// object/language.cpp
void deparse_create_language(Script &script, const Command &command);
void deparse_create_access_method(Script &script, const Command &command);

// object/operator.cpp
void deparse_create_operator(Script &script, const Command &command);
void deparse_alter_operator(Script &script, const Command &command);

// object/operator_class.cpp
void deparse_create_operator_class(Script &script, const Command &command);
void deparse_create_operator_family(Script &script, const Command &command);
void deparse_alter_operator_family(Script &script, const Command &command);

// object/publication.cpp
void deparse_create_publication(Script &script, const Command &command);
void deparse_alter_publication(Script &script, const Command &command);

// object/schema.cpp
void deparse_create_schema(Script &script, const Command &command);

// object/subscription.cpp
void deparse_create_subscription(Script &script, const Command &command);
void deparse_alter_subscription(Script &script, const Command &command);

// object/text_search.cpp
void deparse_create_text_search_parser(Script &script, const Command &command);
void deparse_create_text_search_template(Script &script, const Command &command);
void deparse_create_text_search_dictionary(Script &script, const Command &command);
void deparse_alter_text_search_dictionary(Script &script, const Command &command);
void deparse_create_text_search_configuration(Script &script, const Command &command);
void deparse_alter_text_search_configuration(Script &script, const Command &command);

// object/type.cpp
void deparse_create_type(Script &script, const Command &command);
void deparse_alter_type(Script &script, const Command &command);

// table/alter_table.cpp
void deparse_alter_table(Script &script, const Command &command);

// table/create_table.cpp
void deparse_create_table(Script &script, const Command &command);
void deparse_create_table_as(Script &script, const Command &command);

// table/index.cpp
void deparse_create_index(Script &script, const Command &command);

// table/policy.cpp
void deparse_create_policy(Script &script, const Command &command);
void deparse_alter_policy(Script &script, const Command &command);

// table/rule.cpp
void deparse_create_rule(Script &script, const Command &command);
void deparse_create_trigger(Script &script, const Command &command);

// table/sequence.cpp
void deparse_create_sequence(Script &script, const Command &command);
void deparse_alter_sequence(Script &script, const Command &command);

// table/statistics.cpp
void deparse_create_statistics(Script &script, const Command &command);
void deparse_alter_statistics(Script &script, const Command &command);

// table/view.cpp
void deparse_create_view(Script &script, const Command &command);
void deparse_create_materialized_view(Script &script, const Command &command);
void deparse_refresh_materialized_view(Script &script, const Command &command);

// verb/comment.cpp
void deparse_comment(Script &script, const Command &command);

// verb/default_privileges.cpp
void deparse_default_privileges(Script &script, const Command &command);

// verb/depends.cpp
void deparse_depends(Script &script, const Command &command);

// verb/grant.cpp
void deparse_grant(Script &script, const Command &command); // REVOKE, too

// verb/owner.cpp
void deparse_owner(Script &script, const Command &command);

// verb/rename.cpp
void deparse_rename(Script &script, const Command &command);

// verb/security_label.cpp
void deparse_security_label(Script &script, const Command &command);

// verb/set_schema.cpp
void deparse_set_schema(Script &script, const Command &command);

} // namespace pg_follower::deparse
