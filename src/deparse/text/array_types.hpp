// Array constructors in deparsed SQL, so written that reading them gives the same expression.
#pragma once

#include "deparse/text/lexer.hpp"

namespace pg_follower::deparse {

// The server stores `column IN ('a', 'b')` of a varchar column as a varchar array that is cast to text as a whole, and
// deparses it as (ARRAY['a'::character varying, ...])::text[]. But the grammar applies a cast right behind ARRAY[...]
// to each element (transformTypeCast in parse_expr.c), so the text reads as another expression, which is deparsed in
// another way. This writes the text with the constructor's own type named, ((ARRAY[...])::character varying[])::text[],
// which reads as what is stored.
void name_array_types(SqlWriter &out, const Tokens &tokens);

} // namespace pg_follower::deparse
