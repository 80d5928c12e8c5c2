#pragma once
#include <stddef.h>

// Libraries that are opened by name when they are first needed, and not by the loader at the start of the program.
//
// A step that only prints its help, or refuses a parameter, has no use for them, and loading them takes longer than all
// else that it does. On a machine that lacks one, a step can say so in a sentence and end with the right code, where the
// loader would end it without either.
//
// A library's functions stand in a list, `LIST(FUNCTION)` of `FUNCTION(result, name, (parameters), (arguments))`, from
// which the macros below make what calls them and what finds them.

// Opens the first library of `names` (ended by NULL) that can be opened. Returns NULL if none can, and then writes why
// into `problem`.
void *_Nullable astra_open_library(
    const char *_Nullable const *_Nonnull names, char *_Nonnull problem, size_t size);

// Finds `name` in a library. Returns NULL if it is not there, and then writes so into `problem`.
void *_Nullable astra_find_in_library(
    void *_Nonnull library, const char *_Nonnull name, char *_Nonnull problem, size_t size);

// The place of a function of a library.
#define ASTRA_DECLARE(name) static __typeof__(&name) loaded_##name;

// A function of a library, which calls it. Hidden, so that the library itself, and whatever else is in the process,
// never meets this in place of its own.
#define ASTRA_DEFINE(result, name, parameters, arguments)         \
  ASTRA_DECLARE(name)                                             \
  __attribute__((visibility("hidden"))) result name parameters {  \
    return loaded_##name arguments;                               \
  }

// Finds a function, or returns `problem` from the function that this stands in.
#define ASTRA_FIND(name)                                                                                   \
  loaded_##name = (__typeof__(loaded_##name))astra_find_in_library(library, #name, problem, sizeof problem); \
  if (!loaded_##name) return problem;
#define ASTRA_FIND_ONE(result, name, parameters, arguments) ASTRA_FIND(name)
