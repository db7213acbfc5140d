/* Whole processes, one after the other in turn: wall time from fork to exit, in milliseconds.
 * usage: process_times ROUNDS 'COMMAND ONE' 'COMMAND TWO' ...   (split at blanks, no shell; output is thrown away)
 * prints COMMAND_NUMBER<TAB>MS for each round after a first one that only warms up. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"

static double run(const char* command) {
  char *words = strdup(command), *arguments[64], *state = NULL;
  int n = 0;
  for (char* word = strtok_r(words, " ", &state); word && n < 63; word = strtok_r(NULL, " ", &state))
    arguments[n++] = word;
  arguments[n] = NULL;
  const double start = now_s();
  const pid_t child = fork();
  if (child == 0) {
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 1);
    execvp(arguments[0], arguments);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const double took = now_s() - start;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "failed: %s\n", command);
    exit(1);
  }
  free(words);
  return took;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int rounds = atoi(argv[1]);
  for (int round = -1; round < rounds; round++)
    for (int i = 2; i < argc; i++) {
      const double took = run(argv[i]);
      char key[16];
      snprintf(key, sizeof key, "%d", i - 2);
      if (round >= 0) result(key, took * 1e3);
    }
  return 0;
}
