#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/// How much work a search may be yet, and where in the text it was last.
struct astra_regex_budget {
  uint64_t left;
  size_t position;
};

/// Compiles a pattern of valid UTF-8; NULL if it is none, with PCRE2's error number and the offset in bytes.
///
/// Every item of it is announced while it is matched, so that the work can be counted.
static inline pcre2_code *_Nullable astra_regex_compile(
    const unsigned char *_Nullable pattern, size_t count, int *_Nonnull error, size_t *_Nonnull offset) {
  return pcre2_compile(
      pattern, count, PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT, error, offset,
      NULL);
}

/// Counts one item of a pattern, and the characters that were gone over since the last one.
static inline int astra_regex_count(pcre2_callout_block *_Nonnull block, void *_Nonnull context) {
  struct astra_regex_budget *budget = (struct astra_regex_budget *)context;
  size_t now = block->current_position;
  size_t way = now > budget->position ? now - budget->position : budget->position - now;
  budget->position = now;
  if (way + 1 > budget->left) return PCRE2_ERROR_MATCHLIMIT;
  budget->left -= way + 1;
  return 0;
}

/// Searches a text of valid UTF-8: not negative if something matches, else PCRE2's error number.
///
/// Bounded by `steps`, and by `kibibytes` of memory; without the just-in-time compiler, which knows neither.
static inline int astra_regex_search(
    const pcre2_code *_Nonnull code, const unsigned char *_Nullable text, size_t count, uint64_t steps,
    uint32_t kibibytes) {
  struct astra_regex_budget budget = {steps, 0};
  pcre2_match_data *data = pcre2_match_data_create(1, NULL);
  pcre2_match_context *context = pcre2_match_context_create(NULL);
  int result = PCRE2_ERROR_NOMEMORY;
  if (data && context) {
    pcre2_set_match_limit(context, steps > UINT32_MAX ? UINT32_MAX : (uint32_t)steps);
    pcre2_set_depth_limit(context, UINT32_MAX);
    pcre2_set_heap_limit(context, kibibytes);
    pcre2_set_callout(context, (int (*)(pcre2_callout_block *, void *))astra_regex_count, &budget);
    result = pcre2_match(code, text, count, 0, PCRE2_NO_JIT, data, context);
  }
  pcre2_match_context_free(context);
  pcre2_match_data_free(data);
  return result;
}

/// Frees a compiled pattern.
static inline void astra_regex_free(pcre2_code *_Nonnull code) { pcre2_code_free(code); }

/// PCRE2's words for an error number.
static inline int astra_regex_words(int error, unsigned char *_Nonnull buffer, size_t count) {
  return pcre2_get_error_message(error, buffer, count);
}
