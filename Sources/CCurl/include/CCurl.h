#pragma once
#include <curl/curl.h>

// libcurl, loaded when it is first needed: the functions of <curl/curl.h> that the transport uses are defined in lazy.c,
// and so are these. Nothing but `astra_curl_load` may be called before that has succeeded.

// What the transport needs from later versions: CURLOPT_PREREQFUNCTION (7.80), CURLOPT_PROTOCOLS_STR (7.85),
// CURLOPT_QUICK_EXIT (7.87).
#define ASTRA_CURL_OLDEST 0x075700
#if LIBCURL_VERSION_NUM < ASTRA_CURL_OLDEST
#error "libcurl 7.87 or newer is needed"
#endif

// Loads the library, once; null if it is there, else why it is not, in words that last.
const char *_Nullable astra_curl_load(void);

// Swift imports no variadic C function, so each type of argument has a function of its own here.
CURLcode astra_easy_set_long(CURL *_Nonnull handle, CURLoption option, long value);
CURLcode astra_easy_set_text(CURL *_Nonnull handle, CURLoption option, const char *_Nonnull value);
CURLcode astra_easy_set_pointer(CURL *_Nonnull handle, CURLoption option, void *_Nullable value);
CURLcode astra_easy_set_size(CURL *_Nonnull handle, CURLoption option, curl_off_t value);
CURLcode astra_easy_set_list(CURL *_Nonnull handle, CURLoption option, struct curl_slist *_Nullable value);
CURLcode astra_easy_set_blob(CURL *_Nonnull handle, CURLoption option, struct curl_blob *_Nonnull value);
CURLcode astra_easy_set_receiver(
    CURL *_Nonnull handle, CURLoption option, curl_write_callback _Nonnull value);
CURLcode astra_easy_set_prerequest(CURL *_Nonnull handle, curl_prereq_callback _Nonnull value);
CURLcode astra_easy_get_text(CURL *_Nonnull handle, CURLINFO info, const char *_Nullable *_Nonnull value);
CURLcode astra_easy_get_long(CURL *_Nonnull handle, CURLINFO info, long *_Nonnull value);
CURLMcode astra_multi_set_long(CURLM *_Nonnull handle, CURLMoption option, long value);

// The result of a finished transfer lies in a union and behind two pointers; this returns whether there is one.
int astra_multi_next_result(CURLM *_Nonnull handle, CURLcode *_Nonnull result);

// CURLVERSION_NOW and CURL_GLOBAL_DEFAULT are macros that Swift does not import.
CURLcode astra_global_init(void);
const char *_Nullable astra_default_ca_bundle(void);
const char *_Nullable astra_default_ca_folder(void);
