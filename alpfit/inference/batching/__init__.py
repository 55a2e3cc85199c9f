"""Likelihood calls of many tasks side by side, gathered into batches: in coroutines, and in threads for MINUIT."""
