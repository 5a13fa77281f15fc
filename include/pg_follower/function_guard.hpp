// Functions of users while a superuser looks at the tables for which they are.
#pragma once

namespace pg_follower {

// Installs the hook that the guard needs. Called once, from _PG_init.
void install_function_guard();

// While it lives, no function that users wrote runs with the rights of a superuser. An error that leaves its block must
// end the process.
class FunctionGuard {
  public:
    FunctionGuard();
    ~FunctionGuard();
    FunctionGuard(const FunctionGuard &) = delete;
    FunctionGuard &operator=(const FunctionGuard &) = delete;
};

// Whether a function is running under the guard now.
bool runs_guarded_function();

// The guard for the rest of the process.
void guard_functions_from_now_on();

} // namespace pg_follower
