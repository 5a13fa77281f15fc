// Scopes: what a block changes, its end restores.
//
// A destructor here does only what a transaction abort would do anyway, because ereport's longjmp skips destructors.
// Whatever needs more (connections, slots, descriptors) is closed by PG_FINALLY, before_shmem_exit or the process's
// end.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/relcache.h"
}

namespace pg_follower {

// Makes `context` the current memory context until the end of the block.
class MemoryContextScope {
  public:
    explicit MemoryContextScope(MemoryContext context) : saved_(MemoryContextSwitchTo(context)) {}
    ~MemoryContextScope() { MemoryContextSwitchTo(saved_); }
    MemoryContextScope(const MemoryContextScope &) = delete;
    MemoryContextScope &operator=(const MemoryContextScope &) = delete;

  private:
    MemoryContext saved_;
};

// A GUC nest level: whatever settings the block makes, or code that it calls, end with it.
class GucScope {
  public:
    GucScope() : level_(NewGUCNestLevel()) {}
    ~GucScope() { AtEOXact_GUC(false, level_); }
    GucScope(const GucScope &) = delete;
    GucScope &operator=(const GucScope &) = delete;

  private:
    int level_;
};

// Runs the block as another role. `context` is a set of SECURITY_... bits, added to those in force.
class UserScope {
  public:
    UserScope(Oid role, int context)
    {
        GetUserIdAndSecContext(&saved_role_, &saved_context_);
        SetUserIdAndSecContext(role, saved_context_ | context);
    }
    ~UserScope() { SetUserIdAndSecContext(saved_role_, saved_context_); }
    UserScope(const UserScope &) = delete;
    UserScope &operator=(const UserScope &) = delete;

  private:
    Oid saved_role_;
    int saved_context_;
};

// Adds a line of context to the errors raised in the block; `callback` gets `argument`.
class ErrorContextScope {
  public:
    ErrorContextScope(void (*callback)(void *), void *argument)
    {
        entry_.callback = callback;
        entry_.arg = argument;
        entry_.previous = error_context_stack;
        error_context_stack = &entry_;
    }
    ~ErrorContextScope() { error_context_stack = entry_.previous; }
    ErrorContextScope(const ErrorContextScope &) = delete;
    ErrorContextScope &operator=(const ErrorContextScope &) = delete;

  private:
    ErrorContextCallback entry_;
};

// A relation cache reference without a lock, for relations that the command at hand has locked already.
class RelationScope {
  public:
    explicit RelationScope(Oid relid) : relation_(RelationIdGetRelation(relid))
    {
        if (!RelationIsValid(relation_))
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("relation with OID %u does not exist", relid)));
    }
    ~RelationScope() { RelationClose(relation_); }
    RelationScope(const RelationScope &) = delete;
    RelationScope &operator=(const RelationScope &) = delete;
    Relation operator->() const { return relation_; }
    operator Relation() const { return relation_; }

  private:
    Relation relation_;
};

} // namespace pg_follower
