/* Clients that keep a floor's server busy over AF_UNIX: each sends DEPTH requests in one write and awaits their answers
 * together, again and again. The first four bytes of a request are a random number. Needs _GNU_SOURCE. */
#pragma once
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"

enum { k_deepest = 256, k_most_clients = 64 };

static inline uint64_t run_client(const struct sockaddr_un* address, double seconds, size_t depth, size_t request,
                                  size_t answer) {
  unsigned char* requests = calloc(depth, request);
  unsigned char* answers = calloc(depth, answer);
  if (!requests || !answers) die("calloc");
  const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(s, (const struct sockaddr*)address, sizeof *address)) die("connect");
  uint64_t done = 0;
  uint32_t random = 12345;
  const double end = now_s() + seconds;
  while (now_s() < end) {
    for (size_t i = 0; i < depth; i++) {
      random = random * 1664525u + 1013904223u;
      const uint32_t id = random >> 8;
      memcpy(requests + i * request, &id, sizeof id);
    }
    for (size_t at = 0; at < depth * request;) {
      const ssize_t n = send(s, requests + at, depth * request - at, MSG_NOSIGNAL);
      if (n <= 0) die("send");
      at += (size_t)n;
    }
    for (size_t at = 0; at < depth * answer;) {
      const ssize_t n = recv(s, answers + at, depth * answer - at, 0);
      if (n <= 0) die("recv");
      at += (size_t)n;
    }
    done += depth;
  }
  close(s);
  free(requests);
  free(answers);
  return done;
}

/* Runs the server in a child until all clients are done, and prints answers per second.
 * argv: SECONDS DEPTH CLIENTS; request and answer are sizes in bytes. Returns main's result. */
static inline int measure_clients(int argc, char** argv, size_t request, size_t answer, void (*serve)(int listener)) {
  if (argc < 4) return 2;
  const double seconds = atof(argv[1]);
  const size_t depth = (size_t)atol(argv[2]), clients = (size_t)atol(argv[3]);
  if (depth < 1 || depth > k_deepest || clients < 1 || clients > k_most_clients) return 2;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "strongroom-floor-%d", (int)getpid());
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int results[2];
  if (bind(listener, (struct sockaddr*)&address, sizeof address) || listen(listener, k_most_clients) || pipe(results))
    die("listen");
  const pid_t server = fork();
  if (server == 0) serve(listener);
  const double start = now_s();
  for (size_t i = 0; i < clients; i++)
    if (fork() == 0) {
      const uint64_t n = run_client(&address, seconds, depth, request, answer);
      _exit(write(results[1], &n, sizeof n) != sizeof n);
    }
  uint64_t all = 0, n = 0;
  for (size_t i = 0; i < clients; i++) {
    if (read(results[0], &n, sizeof n) != sizeof n) die("read");
    all += n;
  }
  result("per_second", (double)all / (now_s() - start));
  kill(server, SIGKILL);
  while (wait(NULL) > 0) {
  }
  return 0;
}
