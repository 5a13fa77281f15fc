// Array constructors in deparsed SQL, so written that reading them gives the same expression.
#pragma once

namespace pg_follower::deparse {

// `column IN ('a', 'b')` of a varchar column is stored as a varchar array that is cast to text as a whole, and deparsed
// as (ARRAY['a'::character varying, ...])::text[]. But the grammar applies a cast right behind ARRAY[...] to each
// element (transformTypeCast in parse_expr.c), so the text reads as another expression, deparsed in another way.
// Returns the text with the constructor's own type named, ((ARRAY[...])::character varying[])::text[], which reads as
// what is stored; or the text itself, where there is nothing to name.
const char *name_array_types(const char *sql);

} // namespace pg_follower::deparse
