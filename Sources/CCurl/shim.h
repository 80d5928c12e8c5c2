#pragma once
#include <curl/curl.h>

// What the transport needs from later versions: CURLOPT_PREREQFUNCTION (7.80), CURLOPT_PROTOCOLS_STR (7.85),
// CURLOPT_QUICK_EXIT (7.87).
#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or newer is needed"
#endif

// Swift imports no variadic C function, so each type of argument has a function of its own here.

static inline CURLcode astra_easy_set_long(CURL *_Nonnull handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode astra_easy_set_text(
    CURL *_Nonnull handle, CURLoption option, const char *_Nonnull value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode astra_easy_set_pointer(
    CURL *_Nonnull handle, CURLoption option, void *_Nullable value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode astra_easy_set_size(CURL *_Nonnull handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode astra_easy_set_list(
    CURL *_Nonnull handle, CURLoption option, struct curl_slist *_Nullable value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode astra_easy_set_blob(
    CURL *_Nonnull handle, CURLoption option, struct curl_blob *_Nonnull value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode astra_easy_set_receiver(
    CURL *_Nonnull handle, CURLoption option, curl_write_callback _Nonnull value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode astra_easy_set_prerequest(
    CURL *_Nonnull handle, curl_prereq_callback _Nonnull value) {
  return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

static inline CURLcode astra_easy_set_debug(CURL *_Nonnull handle, curl_debug_callback _Nonnull value) {
  return curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, value);
}

static inline CURLcode astra_easy_get_text(
    CURL *_Nonnull handle, CURLINFO info, const char *_Nullable *_Nonnull value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode astra_easy_get_long(CURL *_Nonnull handle, CURLINFO info, long *_Nonnull value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode astra_multi_set_long(CURLM *_Nonnull handle, CURLMoption option, long value) {
  return curl_multi_setopt(handle, option, value);
}

// The result of a finished transfer lies in a union and behind two pointers; this returns whether there is one.
static inline int astra_multi_next_result(CURLM *_Nonnull handle, CURLcode *_Nonnull result) {
  int left = 0;
  CURLMsg *message = curl_multi_info_read(handle, &left);
  while (message && message->msg != CURLMSG_DONE) message = curl_multi_info_read(handle, &left);
  if (!message) return 0;
  *result = message->data.result;
  return 1;
}

// CURLVERSION_NOW and CURL_GLOBAL_DEFAULT are macros that Swift does not import.

static inline CURLcode astra_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline const char *_Nullable astra_default_ca_bundle(void) {
  return curl_version_info(CURLVERSION_NOW)->cainfo;
}
