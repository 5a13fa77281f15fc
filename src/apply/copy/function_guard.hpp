// Functions of users while the worker makes the schema.
#pragma once

namespace pg_follower::apply {

// Installs the hook that the guard needs. Called once, from _PG_init.
void install_function_guard();

// While it lives, no function that users wrote runs with the rights of the worker. An error that leaves its block must
// end the process.
class FunctionGuard {
  public:
    FunctionGuard();
    ~FunctionGuard();
    FunctionGuard(const FunctionGuard &) = delete;
    FunctionGuard &operator=(const FunctionGuard &) = delete;
};

} // namespace pg_follower::apply
