#include "CArguments.h"

#ifdef __linux__
#include <sys/prctl.h>
#endif

static char *none = 0;
static char *const *all = &none;

// The libraries of C of Linux (glibc) and of macOS hand these to whatever runs before `main`.
__attribute__((constructor)) static void keep(int count, char **arguments) {
  if (count > 0) all = arguments;
}

char *const *astra_arguments(void) { return all; }

void astra_name_process(const char *name) {
#ifdef __linux__
  prctl(PR_SET_NAME, name);
#else
  (void)name;
#endif
}
