/* Plugins that look for somebody to talk to, and those that misuse what they have been given. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "hostile.h"

sr_status open_sockets(void) {
  must_be_denied("socket local", socket(AF_UNIX, SOCK_STREAM, 0));
  must_be_denied("socket internet", socket(AF_INET, SOCK_STREAM, 0));
  must_be_denied("socket datagram", socket(AF_INET, SOCK_DGRAM, 0));
  must_be_denied("socket internet 6", socket(AF_INET6, SOCK_STREAM, 0));
  must_be_denied("socket netlink", socket(AF_NETLINK, SOCK_RAW, 0));
  must_be_denied("socket packet", socket(AF_PACKET, SOCK_RAW, 0));
  must_be_denied("socket of the kernel's ciphers", socket(AF_ALG, SOCK_SEQPACKET, 0));
  int both[2];
  must_be_denied("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, both));
  return SR_OK;
}

/* Without a socket of its own, with the one that it has. */
sr_status connect_to_daemon(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", setting("socket"));
  must_be_denied("socket", socket(AF_UNIX, SOCK_STREAM, 0));
  for (int number = 0; number < 8; ++number)
    must_be_denied("connect", connect(number, (struct sockaddr*)&address, sizeof address));
  must_be_denied("bind", bind(DAEMON_SOCKET, (struct sockaddr*)&address, sizeof(sa_family_t)));
  must_be_denied("listen", listen(DAEMON_SOCKET, 1));
  must_be_denied("accept", accept(DAEMON_SOCKET, NULL, NULL));
  must_be_denied("sendto", sendto(DAEMON_SOCKET, "x", 1, 0, (struct sockaddr*)&address, sizeof address));
  must_be_denied("open", open(address.sun_path, O_RDWR));
  return SR_OK;
}

sr_status change_socket(void) {
  must_be_denied("shutdown", shutdown(DAEMON_SOCKET, SHUT_RDWR));
  const int size = 1 << 28;
  must_be_denied("SO_SNDBUF", setsockopt(DAEMON_SOCKET, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
  must_be_denied("SO_SNDBUFFORCE", setsockopt(DAEMON_SOCKET, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size));
  must_be_denied("SO_PASSCRED", setsockopt(DAEMON_SOCKET, SOL_SOCKET, SO_PASSCRED, &size, sizeof size));
  must_be_denied("SO_ATTACH_FILTER", setsockopt(DAEMON_SOCKET, SOL_SOCKET, SO_ATTACH_FILTER, &size, sizeof size));
  socklen_t length = sizeof size;
  must_be_denied("SO_PEERCRED", getsockopt(DAEMON_SOCKET, SOL_SOCKET, SO_PEERCRED, (int*)&(int[4]){0}, &length));
  return SR_OK;
}

/* A descriptor can be told to send a signal to whoever it is said to belong to: kill() by another name. */
static void own_by_daemon(int number) {
  const struct f_owner_ex owner = {F_OWNER_PID, getppid()};
  must_be_denied("F_SETOWN", fcntl(number, F_SETOWN, getppid()));
  must_be_denied("F_SETOWN_EX", fcntl(number, F_SETOWN_EX, &owner));
  must_be_denied("F_SETSIG", fcntl(number, F_SETSIG, SIGURG));
}

static sr_status signal_by_descriptor(void) {
  int ends[2] = {-1, -1};
  must_work("pipe", pipe2(ends, 0));
  own_by_daemon(ends[0]);
  own_by_daemon(DAEMON_SOCKET);
  must_be_denied("O_ASYNC", fcntl(ends[0], F_SETFL, O_ASYNC));
  must_work("write", write(ends[1], "x", 1));
  must_be_denied("O_NONBLOCK", fcntl(ends[1], F_SETFL, O_NONBLOCK));
  must_be_denied("F_ADD_SEALS", fcntl(ends[1], F_ADD_SEALS, F_SEAL_SEAL));
  must_be_denied("F_SETLEASE", fcntl(ends[0], F_SETLEASE, F_RDLCK));
  must_be_denied("F_NOTIFY", fcntl(ends[0], F_NOTIFY, 1));
  must_be_denied("F_SETPIPE_SZ", fcntl(ends[0], F_SETPIPE_SZ, 1 << 20));
  return SR_OK;
}

static sr_status type_into_terminals(void) {
  for (int number = 0; number < 16; ++number) {
    must_be_denied("TIOCSTI", ioctl(number, TIOCSTI, "x"));
    must_be_denied("TIOCLINUX", ioctl(number, TIOCLINUX, "\3"));
    must_be_denied("FIOSETOWN", ioctl(number, FIOSETOWN, &(int){getppid()}));
  }
  must_be_denied("/dev/tty", open("/dev/tty", O_RDWR));
  must_be_denied("/dev/null", open("/dev/null", O_RDWR));
  return SR_OK;
}

const struct hostile_kind socket_kinds[] = {{"open_sockets", AT_LOAD | AT_BEGIN, open_sockets},
                                            {"connect_to_daemon", AT_BEGIN, connect_to_daemon},
                                            {"change_socket", AT_LOAD | AT_BEGIN, change_socket},
                                            {"signal_by_descriptor", AT_LOAD | AT_BEGIN, signal_by_descriptor},
                                            {"type_into_terminals", AT_LOAD | AT_BEGIN, type_into_terminals},
                                            {NULL, 0, NULL}};
