// Subscriptions in the text of other commands.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// Raises an error where a subscription holds a password that must not be sent.
void refuse_subscription_with_password(Oid subscription);

// Appends a block that drops a subscription and leaves its slot alone.
void drop_subscription(SqlWriter &out, const char *name);

} // namespace pg_follower::deparse
