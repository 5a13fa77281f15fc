// Conditions in deparsed SQL, so written that reading them gives the same expression.
#pragma once

#include "deparse/text/lexer.hpp"

namespace pg_follower::deparse {

// The server stores `a BETWEEN 1 AND 9 AND b` as AND(AND(a >= 1, a <= 9), b), and deparses it as
// (((a >= 1) AND (a <= 9)) AND b). But the grammar flattens an AND whose first operand is an AND (makeAndExpr in
// gram.y), so the text reads as another expression, which is deparsed in another way. The same goes for NOT BETWEEN in
// an OR, and for comparisons of rows. This writes the first operand as what it was, (a) BETWEEN (1) AND (9) or
// ROW(a, b) = ROW(1, 2), which reads as what is stored.
void write_nested_conditions(SqlWriter &out, const Tokens &tokens);

} // namespace pg_follower::deparse
