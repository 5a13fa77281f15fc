// How statements name an object: its keywords and its qualified name, by catalog class.
#pragma once

#include "deparse/script.hpp"

namespace pg_follower::deparse {

// The keywords for an object in COMMENT, SECURITY LABEL and ALTER: "MATERIALIZED VIEW", "COLUMN", "AGGREGATE".
const char *object_keyword(const ObjectAddress &address);

// The same for a type of objects, as getObjectTypeDescription() calls it; a domain is a "type" there.
const char *keyword_of_type(const char *description);

// Keywords and name of an object as COMMENT, SECURITY LABEL and ALTER take them: FUNCTION public.f(integer).
void write_object(SqlWriter &out, const ObjectAddress &address);

// The same for an object that was in `schema` (null for a class without schemas) under `name`, for statements that
// moved or renamed it. Only for classes whose objects can be.
void write_object_as(SqlWriter &out, const ObjectAddress &address, const char *schema, const char *name);

// The schema of an object by name, and by OID; null and InvalidOid for a class without schemas.
const char *object_schema(const ObjectAddress &address);
Oid object_namespace(const ObjectAddress &address);

// The object's own name.
const char *object_name(const ObjectAddress &address);

// The owner of an object; InvalidOid for a class without owners.
Oid object_owner(const ObjectAddress &address);

// Whether the object is still there.
bool object_exists(const ObjectAddress &address);

// (integer, text): the input arguments by which a function, procedure or aggregate is known; `none` where it has none,
// which is (*) for aggregates in statements on aggregates, but () in those on routines.
void write_signature(SqlWriter &out, Oid function, const char *none = "()");

// COMMENT ON the object, as a statement of its own; nothing for null.
void write_object_comment(Script &script, const ObjectAddress &address, const char *comment);

} // namespace pg_follower::deparse
