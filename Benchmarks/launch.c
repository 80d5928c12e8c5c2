/* usage: launch FILE PROGRAM [ARGUMENT…]
 *
 * Runs a program to its end and writes into FILE, as one JSON object, what it took: times in seconds, memory in KiB.
 * Its streams are those of the launcher. Exits with 0 if the program could be started, however it ended.
 *
 * Why not from Python: until it has replaced itself by the program, a child is as large as its parent, and the kernel
 * keeps the larger of the two as the peak. This parent is smaller than anything that is measured.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: launch FILE PROGRAM [ARGUMENT...]\n");
    return 64;
  }
  volatile int failure = 0;
  double began = monotonic();
  /* vfork, and not fork: nothing of this process is copied, and the program's start is all that is timed. */
  pid_t child = vfork();
  if (child == 0) {
    execve(arguments[2], arguments + 2, environ);
    failure = errno;
    _exit(127);
  }
  if (child < 0) failure = errno;
  int status = 0;
  struct rusage usage;
  memset(&usage, 0, sizeof usage);
  while (child > 0 && wait4(child, &status, 0, &usage) < 0 && errno == EINTR) continue;
  double ended = monotonic();
  if (failure != 0) {
    fprintf(stderr, "launch: cannot run %s: %s\n", arguments[2], strerror(failure));
    return 69;
  }

  FILE *file = fopen(arguments[1], "w");
  if (file == NULL) {
    fprintf(stderr, "launch: cannot write %s: %s\n", arguments[1], strerror(errno));
    return 73;
  }
  fprintf(file,
          "{\"exit\": %d, \"signal\": %d, \"began\": %.6f, \"ended\": %.6f, \"wall\": %.6f, \"user\": %.6f, "
          "\"system\": %.6f, \"peakKiB\": %ld, \"minorFaults\": %ld, \"majorFaults\": %ld}\n",
          WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, began, ended,
          ended - began, seconds(usage.ru_utime), seconds(usage.ru_stime), usage.ru_maxrss, usage.ru_minflt,
          usage.ru_majflt);
  return fclose(file) == 0 ? 0 : 73;
}
