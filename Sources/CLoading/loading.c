#include "CLoading.h"

#ifdef __linux__

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

void *astra_open_library(const char *const *names, char *problem, size_t size) {
  problem[0] = 0;
  for (; *names; names++) {
    void *library = dlopen(*names, RTLD_LAZY | RTLD_LOCAL);
    if (library) return library;
    size_t length = strlen(problem);
    snprintf(problem + length, size - length, "%s%s", length ? "; " : "", dlerror());
  }
  return NULL;
}

void *astra_find_in_library(void *library, const char *name, char *problem, size_t size) {
  void *place = dlsym(library, name);
  if (!place) snprintf(problem, size, "it has no %s", name);
  return place;
}

#endif
