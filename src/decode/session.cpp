// What a decoding session begins with, and what it knows of relations. See session.hpp.
#include "decode/session.hpp"

namespace pg_follower::decode {

Session::Session(LogicalDecodingContext *decoding_context, MemoryContext memory)
    : ctx(decoding_context), context(memory),
      transaction_context(AllocSetContextCreate(memory, "pg_follower transaction", ALLOCSET_SMALL_SIZES)),
      change_context(AllocSetContextCreate(memory, "pg_follower change", ALLOCSET_DEFAULT_SIZES)),
      facts(memory, options), extension_scripts(memory)
{
    initStringInfo(&pending);
    initStringInfo(&scratch);
}

RelationFacts &facts_of(Session &session, Relation relation)
{
    RelationFacts &facts = session.facts.get(relation);
    ExtensionScripts &scripts = session.extension_scripts;
    Oid relid = RelationGetRelid(relation);
    if (!scripts.running() || scripts.has_member(relid) == facts.of_extension)
        return facts;
    session.facts.invalidate(relid);
    return session.facts.get(relation);
}

} // namespace pg_follower::decode
