// What a decoding session begins with, and what it knows of relations. See session.hpp.
#include "decode/session.hpp"

namespace pg_follower::decode {

Session::Session(LogicalDecodingContext *decoding_context, MemoryContext memory)
    : ctx(decoding_context), context(memory),
      change_context(AllocSetContextCreate(memory, "pg_follower change", ALLOCSET_DEFAULT_SIZES)),
      facts(memory, options),
      whole(AllocSetContextCreate(memory, "pg_follower transaction", ALLOCSET_SMALL_SIZES), memory, &facts),
      transaction(&whole)
{
    initStringInfo(&pending);
    initStringInfo(&scratch);
}

void Transaction::begin(ReorderBufferTXN *next)
{
    MemoryContextReset(context);
    static_cast<Remembered &>(*this) = {};
    txn = next;
    begun = false;
    last_message_number = 0;
    role = nullptr;
    extension_scripts.begin_transaction(next);
}

RelationFacts &facts_of(Session &session, Relation relation)
{
    RelationFacts &facts = session.transaction->facts->get(relation);
    ExtensionScripts &scripts = session.transaction->extension_scripts;
    Oid relid = RelationGetRelid(relation);
    if (!scripts.running() || scripts.has_member(relid) == facts.of_extension)
        return facts;
    session.transaction->facts->invalidate(relid);
    return session.transaction->facts->get(relation);
}

} // namespace pg_follower::decode
