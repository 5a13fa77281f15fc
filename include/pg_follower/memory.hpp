// Memory for objects and arrays, from the server's memory contexts: palloc() with a type.
//
// As with palloc(), nothing here runs a constructor or a destructor; the memory goes when its context does. A count of
// 0 gives an address that nothing may be read from. A lack of memory is an error.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

// Room for `count` objects in the current memory context.
template <typename T> T *allocate(size_t count = 1)
{
    static_assert(std::is_trivially_destructible_v<T>, "nobody would call the destructor");
    return static_cast<T *>(palloc(sizeof(T) * count));
}

// The same, with all bytes zero.
template <typename T> T *allocate_zeroed(size_t count = 1)
{
    static_assert(std::is_trivially_destructible_v<T>, "nobody would call the destructor");
    return static_cast<T *>(palloc0(sizeof(T) * count));
}

// Room for `count` objects in `context`.
template <typename T> T *allocate_in(MemoryContext context, size_t count = 1)
{
    static_assert(std::is_trivially_destructible_v<T>, "nobody would call the destructor");
    return static_cast<T *>(MemoryContextAlloc(context, sizeof(T) * count));
}

// The same, with all bytes zero.
template <typename T> T *allocate_zeroed_in(MemoryContext context, size_t count = 1)
{
    static_assert(std::is_trivially_destructible_v<T>, "nobody would call the destructor");
    return static_cast<T *>(MemoryContextAllocZero(context, sizeof(T) * count));
}

// Gives an array room for `count` objects, which moves it.
template <typename T> T *reallocate(T *array, size_t count)
{
    static_assert(std::is_trivially_copyable_v<T>, "the objects are moved as bytes");
    return static_cast<T *>(repalloc(array, sizeof(T) * count));
}

} // namespace pg_follower
