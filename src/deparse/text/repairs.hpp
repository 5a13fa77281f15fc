// The text is the same on both sides.
//
// The server keeps an expression or query as a tree, and writes it as SQL when it is asked for. In a few cases its text
// reads as another tree, which is then written as another text: the downstream would show another definition than the
// upstream, though it mostly means the same. What is wrong in the text alone is mended here, in the text of every
// statement. What becomes wrong only later, by a renaming, is mended in verb/generated_aliases.hpp.
#pragma once

namespace pg_follower::deparse {

// Returns the text so written that it reads as what the server stored: the text itself where there is nothing to mend,
// else a copy.
const char *repair_text(const char *sql);

} // namespace pg_follower::deparse
