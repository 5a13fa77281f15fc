// Steps through SQL as the server deparses it. Assumes standard_conforming_strings, which the fixed settings give.
#pragma once

namespace pg_follower {

// Behind the literal, quoted name or dollar-quoted text that begins at `at`; `at` itself where none does. `begin` is
// where the text begins.
const char *skip_opaque(const char *at, const char *begin);

// Behind the parenthesis or bracket that closes the one at `at`; null where none does.
const char *skip_group(const char *at, const char *begin);

} // namespace pg_follower
