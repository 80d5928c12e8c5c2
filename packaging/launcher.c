// Starts astra-steps with the loader and the libraries that lie beside it, so that it runs on any Linux.
//
// A program that is linked with a library of C needs that library in the version of the machine that built it, and a loader
// that fits. Both are brought along: this launcher, which needs neither, hands over to the loader. The process stays the
// same one (a signal to it reaches the step), and so do its environment and its argument 0, by which astra-steps knows
// which step it is.

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

// `INSTALLED/bin/astra-backup` finds the rest in `INSTALLED/lib/astra-steps`.
#define LIBRARIES "/lib/astra-steps"
#define LOADER "loader"
#define PROGRAM "astra-steps"

// What a step ends with when it is broken itself (docs/exit-codes.md).
#define EXIT_BROKEN 70

static const char *name;

static void end(const char *what, const char *path) {
  dprintf(STDERR_FILENO, "%s: error: %s %s (%s): install astra-steps again\n", name, what, path, strerror(errno));
  exit(EXIT_BROKEN);
}

// The file that was executed, without links.
static void find_self(char path[PATH_MAX]) {
  ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
  if (length > 0) {
    path[length] = 0;
    return;
  }
  // Without /proc: the name by which the kernel was asked for it.
  const char *asked = (const char *)getauxval(AT_EXECFN);
  if (!asked || !realpath(asked, path)) end("cannot find", asked ? asked : "itself");
}

// Takes the last part off a path: `/opt/bin/astra-clone` becomes `/opt/bin`.
static void take_off_last(char *path) {
  char *slash = strrchr(path, '/');
  if (slash) *slash = 0;
}

int main(int count, char *arguments[]) {
  name = count > 0 ? arguments[0] : PROGRAM;
  char root[PATH_MAX];
  find_self(root);
  take_off_last(root);
  take_off_last(root);
  char libraries[PATH_MAX + sizeof LIBRARIES], loader[sizeof libraries + sizeof LOADER], program[sizeof libraries + sizeof PROGRAM];
  snprintf(libraries, sizeof libraries, "%s" LIBRARIES, root);
  snprintf(loader, sizeof loader, "%s/" LOADER, libraries);
  snprintf(program, sizeof program, "%s/" PROGRAM, libraries);
  if (access(program, R_OK)) end("cannot read", program);

  // Libraries are taken from that folder, and not from where the machine's own cache of them points.
  char *before[] = {loader, "--inhibit-cache", "--library-path", libraries, "--argv0", (char *)name, program};
  size_t fixed = sizeof before / sizeof *before;
  char **all = calloc(fixed + count + 1, sizeof *all);
  if (!all) end("cannot start", program);
  memcpy(all, before, sizeof before);
  for (int index = 1; index < count; index++) all[fixed + index - 1] = arguments[index];
  execv(loader, all);
  end("cannot start", loader);
}
