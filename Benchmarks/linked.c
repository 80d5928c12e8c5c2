/* usage: linked [request]
 *
 * The least that a program costs which is linked with libcurl and libxml2, as the steps are: it initialises both,
 * prints a line and ends. With `request` it makes one HTTPS request as well, to the server that ASTRA_FQDN,
 * ASTRA_INSTANCE_ID, ASTRA_API_TOKEN and ASTRA_CA_FILE name; anything but a 200 ends it with 1.
 */
#include <curl/curl.h>
#include <libxml/parser.h>
#include <libxml/xmlversion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t drop(char *bytes, size_t size, size_t count, void *total) {
  (void)bytes;
  *(size_t *)total += size * count;
  return size * count;
}

static int request(CURL *handle) {
  const char *host = getenv("ASTRA_FQDN"), *account = getenv("ASTRA_INSTANCE_ID");
  const char *token = getenv("ASTRA_API_TOKEN"), *authority = getenv("ASTRA_CA_FILE");
  if (host == NULL || account == NULL || token == NULL || authority == NULL) return 64;
  char url[1024];
  size_t length = 0;
  long status = 0;
  snprintf(url, sizeof url, "https://%s/accounts/%s/topology/v1/buckets", host, account);
  curl_easy_setopt(handle, CURLOPT_URL, url);
  curl_easy_setopt(handle, CURLOPT_CAINFO, authority);
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
  curl_easy_setopt(handle, CURLOPT_XOAUTH2_BEARER, token);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &length);
  CURLcode code = curl_easy_perform(handle);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  printf("status %ld, %zu bytes, %s\n", status, length, curl_easy_strerror(code));
  return code == CURLE_OK && status == 200 && length > 0 ? 0 : 1;
}

int main(int count, char **arguments) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return 70;
  xmlInitParser();
  CURL *handle = curl_easy_init();
  if (handle == NULL) return 70;
  printf("%s, libxml2 %s\n", curl_version(), LIBXML_DOTTED_VERSION);
  int code = 0;
  if (count == 2 && strcmp(arguments[1], "request") == 0) {
    code = request(handle);
  } else if (count != 1) {
    code = 64;
  }
  curl_easy_cleanup(handle);
  xmlCleanupParser();
  curl_global_cleanup();
  return code;
}
