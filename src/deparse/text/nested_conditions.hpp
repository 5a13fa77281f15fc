// Conditions in deparsed SQL, so written that reading them gives the same expression.
#pragma once

namespace pg_follower::deparse {

// `a BETWEEN 1 AND 9 AND b` is stored as AND(AND(a >= 1, a <= 9), b), and deparsed as (((a >= 1) AND (a <= 9)) AND b).
// But the grammar flattens an AND whose first operand is an AND (makeAndExpr in gram.y), so the text reads as another
// expression, deparsed in another way. The same goes for NOT BETWEEN in an OR, and for comparisons of rows. Returns the
// text with the first operand as what it was, (a) BETWEEN (1) AND (9) or ROW(a, b) = ROW(1, 2), which reads as what
// is stored; or the text itself, where there is nothing nested.
const char *write_nested_conditions(const char *sql);

} // namespace pg_follower::deparse
