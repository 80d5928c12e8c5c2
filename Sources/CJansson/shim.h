#pragma once
#include <jansson.h>

/// Reads one JSON text; NULL if the bytes are none. What it returns is the caller's, to be freed.
///
/// Any value may be a document, a string may hold NUL, and every number is read as a double.
static inline json_t *_Nullable astra_json_parse(const char *_Nonnull bytes, size_t count) {
  return json_loadb(bytes, count, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

/// Frees a value with all that it holds.
static inline void astra_json_free(json_t *_Nonnull value) { json_decref(value); }

/// The kind of a value: `json_typeof` is a macro.
static inline json_type astra_json_type(const json_t *_Nonnull value) { return json_typeof(value); }
