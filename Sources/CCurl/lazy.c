// libcurl is opened when the first connection is set up: with it come some thirty libraries (TLS, Kerberos, LDAP, SSH, …).

#define CURL_DISABLE_TYPECHECK
#include "CCurl.h"
#include "CLoading.h"

#include <stdio.h>

// Every function of libcurl that is called, with its parameters and what is passed on.
#define PLAIN_FUNCTIONS(FUNCTION)                                                                       \
  FUNCTION(CURL *, curl_easy_init, (void), ())                                                          \
  FUNCTION(void, curl_easy_cleanup, (CURL * easy), (easy))                                              \
  FUNCTION(void, curl_easy_reset, (CURL * easy), (easy))                                                \
  FUNCTION(const char *, curl_easy_strerror, (CURLcode code), (code))                                   \
  FUNCTION(struct curl_slist *, curl_slist_append, (struct curl_slist * list, const char *text),        \
           (list, text))                                                                                \
  FUNCTION(void, curl_slist_free_all, (struct curl_slist * list), (list))                               \
  FUNCTION(CURLM *, curl_multi_init, (void), ())                                                        \
  FUNCTION(CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi))                                     \
  FUNCTION(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL * easy), (multi, easy))               \
  FUNCTION(CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL * easy), (multi, easy))            \
  FUNCTION(CURLMcode, curl_multi_perform, (CURLM * multi, int *running), (multi, running))              \
  FUNCTION(CURLMcode, curl_multi_poll,                                                                  \
           (CURLM * multi, struct curl_waitfd others[], unsigned count, int milliseconds, int *ready),  \
           (multi, others, count, milliseconds, ready))                                                 \
  FUNCTION(CURLMsg *, curl_multi_info_read, (CURLM * multi, int *left), (multi, left))                  \
  FUNCTION(const char *, curl_multi_strerror, (CURLMcode code), (code))                                 \
  FUNCTION(CURLcode, curl_global_init, (long flags), (flags))                                           \
  FUNCTION(curl_version_info_data *, curl_version_info, (CURLversion age), (age))

// Those with a variable number of arguments: called here only, and not passed on.
#define VARIADIC_FUNCTIONS(FUNCTION) \
  FUNCTION(curl_easy_setopt)         \
  FUNCTION(curl_easy_getinfo)        \
  FUNCTION(curl_multi_setopt)

// <curl/curl.h> makes macros of these names, to count their arguments.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#ifdef __linux__

PLAIN_FUNCTIONS(ASTRA_DEFINE)
VARIADIC_FUNCTIONS(ASTRA_DECLARE)

#define CALL(name) loaded_##name

static char problem[600];

static const char *load(void) {
  // The ABI that every libcurl since 2006 has, by the name under which distributions install the one with OpenSSL.
  static const char *const names[] = {"libcurl.so.4", NULL};
  void *library = astra_open_library(names, problem, sizeof problem);
  if (!library) return problem;
  PLAIN_FUNCTIONS(ASTRA_FIND_ONE)
  VARIADIC_FUNCTIONS(ASTRA_FIND)
  curl_version_info_data *version = loaded_curl_version_info(CURLVERSION_NOW);
  if (version->version_num < ASTRA_CURL_OLDEST) {
    snprintf(problem, sizeof problem, "it is libcurl %s, and 7.87 or newer is needed", version->version);
    return problem;
  }
  return NULL;
}

const char *astra_curl_load(void) {
  static int is_done;
  static const char *outcome;
  if (!is_done) outcome = load();
  is_done = 1;
  return outcome;
}

#else

// Elsewhere libcurl is part of the system, and the loader has it at hand.
#define CALL(name) name

const char *astra_curl_load(void) { return NULL; }

#endif

CURLcode astra_easy_set_long(CURL *handle, CURLoption option, long value) {
  return CALL(curl_easy_setopt)(handle, option, value);
}

CURLcode astra_easy_set_text(CURL *handle, CURLoption option, const char *value) {
  return CALL(curl_easy_setopt)(handle, option, value);
}

CURLcode astra_easy_set_pointer(CURL *handle, CURLoption option, void *value) {
  return CALL(curl_easy_setopt)(handle, option, value);
}

CURLcode astra_easy_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return CALL(curl_easy_setopt)(handle, option, value);
}

CURLcode astra_easy_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return CALL(curl_easy_setopt)(handle, option, value);
}

CURLcode astra_easy_set_blob(CURL *handle, CURLoption option, struct curl_blob *value) {
  return CALL(curl_easy_setopt)(handle, option, value);
}

CURLcode astra_easy_set_receiver(CURL *handle, CURLoption option, curl_write_callback value) {
  return CALL(curl_easy_setopt)(handle, option, value);
}

CURLcode astra_easy_set_prerequest(CURL *handle, curl_prereq_callback value) {
  return CALL(curl_easy_setopt)(handle, CURLOPT_PREREQFUNCTION, value);
}

CURLcode astra_easy_get_text(CURL *handle, CURLINFO info, const char **value) {
  return CALL(curl_easy_getinfo)(handle, info, value);
}

CURLcode astra_easy_get_long(CURL *handle, CURLINFO info, long *value) {
  return CALL(curl_easy_getinfo)(handle, info, value);
}

CURLMcode astra_multi_set_long(CURLM *handle, CURLMoption option, long value) {
  return CALL(curl_multi_setopt)(handle, option, value);
}

int astra_multi_next_result(CURLM *handle, CURLcode *result) {
  int left = 0;
  CURLMsg *message = CALL(curl_multi_info_read)(handle, &left);
  while (message && message->msg != CURLMSG_DONE) message = CALL(curl_multi_info_read)(handle, &left);
  if (!message) return 0;
  *result = message->data.result;
  return 1;
}

CURLcode astra_global_init(void) { return CALL(curl_global_init)(CURL_GLOBAL_DEFAULT); }

const char *astra_default_ca_bundle(void) { return CALL(curl_version_info)(CURLVERSION_NOW)->cainfo; }

const char *astra_default_ca_folder(void) { return CALL(curl_version_info)(CURLVERSION_NOW)->capath; }
